/**
 * Rebuilds the rows of a blob that are missing, in place, from verified slivers. What is rebuilt is checked row by row against the metadata, whose hashes
 * commit to every byte of the blob. A row with another hash means that the blob was never encoded honestly (walrus-protocol section 1.7), which
 * is a fault 'blob-inconsistent'.
 */
import { sameBytes } from '../../app/domain/bytes.ts';
import type { Axis, BlobMetadata } from '../../app/domain/encoding.ts';
import { Fault } from '../../app/domain/fault.ts';
import { sliverHashIn } from '../../app/domain/metadata-form.ts';
import { symbolBytes, type RedStuff } from '../../app/domain/redstuff.ts';
import { buffersOf, claimViews, copied } from './moved-bytes.ts';
import { checkedCode, paddedBlobBytes } from './padded-blob.ts';
import { stopIfCancelled, type Task } from './task.ts';

export interface SliverBytes {
  readonly axis: Axis;
  readonly index: number;
  /** Raw symbols. */
  readonly data: Uint8Array;
}

export interface RebuildInput {
  readonly shards: number;
  readonly metadata: BlobMetadata;
  /** The blob's zero-padded rows, shared by all threads. */
  readonly blob: SharedArrayBuffer;
  /** Rows that are in place and verified. */
  readonly present: readonly number[];
  /** Slivers that are not rows: other primary ones, or secondary ones. Moved. */
  readonly slivers: readonly SliverBytes[];
}

interface Known {
  readonly code: RedStuff;
  readonly rowBytes: number;
  readonly slivers: readonly SliverBytes[];
  /** The primary slivers suffice. */
  readonly hasRows: boolean;
}

/** All that is known, but only what can belong to the blob: so the memory asked for is never more than the slivers bring. */
function known({ shards, metadata, blob, present, slivers }: RebuildInput): Known {
  const code = checkedCode(shards, metadata.unencodedBytes);
  const symbol = symbolBytes(code, metadata.unencodedBytes);
  const rowBytes = code.columns * symbol;
  if (blob.byteLength < code.rows * rowBytes) throw new Fault('codec-refused', 'never', 'The blob has no room.');
  const fits = slivers.filter(({ axis, index, data }) => {
    const sources = axis === 'primary' ? code.columns : code.rows;
    return Number.isInteger(index) && index >= 0 && index < shards && data.length === sources * symbol;
  });
  const rows = [...new Set(present)]
    .filter((row) => Number.isInteger(row) && row >= 0 && row < code.rows)
    .map((row) => ({ axis: 'primary' as const, index: row, data: new Uint8Array(blob, row * rowBytes, rowBytes) }));
  // Neighbours are gathered together.
  const all = [...rows, ...fits].sort((a, b) => a.index - b.index);
  const count = (axis: Axis): number =>
    new Set(all.filter((sliver) => sliver.axis === axis).map((sliver) => sliver.index)).size;
  if (count('primary') < code.rows && count('secondary') < code.columns) {
    throw new Fault('codec-refused', 'never', 'There are too few slivers to rebuild the blob.');
  }
  return { code, rowBytes, slivers: all, hasRows: count('primary') >= code.rows };
}

function rebuildPeakBytes({ shards, metadata, slivers }: RebuildInput): number {
  checkedCode(shards, metadata.unencodedBytes);
  const held = buffersOf(slivers.map((sliver) => sliver.data)).reduce((sum, buffer) => sum + buffer.byteLength, 0);
  return held + paddedBlobBytes(shards, metadata.unencodedBytes);
}

export const rebuildRowsTask: Task<RebuildInput, boolean> = {
  run(input, { rs2, isCancelled }) {
    const { shards, metadata, blob } = input;
    const { code, rowBytes, slivers, hasRows: isInPlace } = known(input);
    const blobBytes = metadata.unencodedBytes;
    // Decoding primary slivers writes nothing but the missing rows; secondary ones would write all of them anew.
    const decoded = isInPlace ? new Uint8Array(blob, 0, blobBytes) : new Uint8Array(blobBytes);
    rs2().decode(shards, blobBytes, slivers, decoded, isCancelled);
    const present = new Set(input.present);
    for (let row = 0; row < code.rows; row++) {
      if (present.has(row)) continue;
      stopIfCancelled(isCancelled);
      const place = new Uint8Array(blob, row * rowBytes, rowBytes);
      const own = Math.max(0, Math.min(rowBytes, blobBytes - row * rowBytes));
      if (!isInPlace) place.set(decoded.subarray(row * rowBytes, row * rowBytes + own));
      place.fill(0, own);
      if (!sameBytes(rs2().sliverHash(code, 'primary', place), sliverHashIn(metadata, 'primary', row)))
        throw new Fault('blob-inconsistent', 'never', 'The slivers of this blob do not come from one encoding.');
    }
    return true;
  },
  claim(input) {
    const data = claimViews(input.slivers.map((sliver) => sliver.data));
    const { blobId, rootHash, unencodedBytes, hashes } = input.metadata;
    return {
      ...input,
      metadata: { blobId: copied(blobId), rootHash: copied(rootHash), unencodedBytes, hashes: copied(hashes) },
      slivers: input.slivers.map(({ axis, index }, at) => ({ axis, index, data: data[at] ?? new Uint8Array(0) })),
    };
  },
  inputBuffers: ({ slivers }) => buffersOf(slivers.map((sliver) => sliver.data)),
  outputBuffers: () => [],
  peakBytes: rebuildPeakBytes,
};
