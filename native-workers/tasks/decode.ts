/**
 * Rebuilds a blob from verified slivers and encodes it again: only a blob whose own id is the one asked for is handed out. A different
 * id means that the blob was never encoded honestly (walrus-protocol section 1.7), which is a fault 'blob-inconsistent'.
 */
import { sameBytes } from '../../app/domain/bytes.ts';
import type { Axis, BlobMetadata } from '../../app/domain/encoding.ts';
import { Fault } from '../../app/domain/fault.ts';
import { symbolBytes } from '../../app/domain/redstuff.ts';
import { buffersOf, claimViews, copied } from './moved-bytes.ts';
import { checkedCode, paddedBlobBytes } from './padded-blob.ts';
import type { Task } from './task.ts';

export interface SliverBytes {
  readonly axis: Axis;
  readonly index: number;
  /** Raw symbols. */
  readonly data: Uint8Array;
}

export interface DecodeInput {
  readonly shards: number;
  readonly metadata: BlobMetadata;
  readonly slivers: readonly SliverBytes[];
}

/** Only slivers that can belong to the blob: so the memory asked for is never more than the slivers bring. */
function fitting({ shards, metadata, slivers }: DecodeInput): readonly SliverBytes[] {
  const code = checkedCode(shards, metadata.unencodedBytes);
  const symbol = symbolBytes(code, metadata.unencodedBytes);
  const fits = slivers.filter(({ axis, index, data }) => {
    const sources = axis === 'primary' ? code.columns : code.rows;
    return Number.isInteger(index) && index >= 0 && index < shards && data.length === sources * symbol;
  });
  const count = (axis: Axis): number =>
    new Set(fits.filter((sliver) => sliver.axis === axis).map((sliver) => sliver.index)).size;
  if (count('primary') < code.rows && count('secondary') < code.columns) {
    throw new Fault('codec-refused', 'never', 'There are too few slivers to rebuild the blob.');
  }
  return fits;
}

function decodePeakBytes({ shards, metadata, slivers }: DecodeInput): number {
  checkedCode(shards, metadata.unencodedBytes);
  const held = buffersOf(slivers.map((sliver) => sliver.data)).reduce((sum, buffer) => sum + buffer.byteLength, 0);
  return held + 2 * paddedBlobBytes(shards, metadata.unencodedBytes);
}

export const decodeTask: Task<DecodeInput, ArrayBuffer> = {
  run(input, { rs2, isCancelled }) {
    const slivers = fitting(input);
    const { shards, metadata } = input;
    const blob = new Uint8Array(metadata.unencodedBytes);
    rs2().decode(shards, metadata.unencodedBytes, slivers, blob, isCancelled);
    const own = rs2().metadata(shards, blob, isCancelled);
    if (!sameBytes(own.blobId, metadata.blobId)) {
      throw new Fault('blob-inconsistent', 'never', 'The slivers of this blob do not come from one encoding.');
    }
    return blob.buffer;
  },
  claim(input) {
    const data = claimViews(input.slivers.map((sliver) => sliver.data));
    const { blobId, rootHash, unencodedBytes, hashes } = input.metadata;
    return {
      shards: input.shards,
      metadata: { blobId: copied(blobId), rootHash: copied(rootHash), unencodedBytes, hashes: copied(hashes) },
      slivers: input.slivers.map(({ axis, index }, at) => ({ axis, index, data: data[at] ?? new Uint8Array(0) })),
    };
  },
  inputBuffers: ({ slivers }) => buffersOf(slivers.map((sliver) => sliver.data)),
  outputBuffers: (blob) => [blob],
  peakBytes: decodePeakBytes,
};
