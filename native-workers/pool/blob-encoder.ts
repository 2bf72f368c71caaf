/**
 * Encoding a blob that the caller writes into memory of ours. A large one lies in shared memory and is encoded by all workers that are free: all
 * rows, then all columns, then the metadata. A small one, or any where the codec cannot split, is one task on moved memory. Either way the
 * answer says how to give the memory back: the collector does not see the size of shared memory.
 */
import { releaseBuffer } from '../../app/domain/bytes.ts';
import type { BlobMetadata } from '../../app/domain/encoding.ts';
import { exchangeBytes, type EncodeParts } from '../codec/encode-parts.ts';
import { sliverLayout } from '../sliver-layout.ts';
import { partsFor, type EncodePartInput } from '../tasks/encode-part.ts';
import { checkedCode, paddedBlobBytes } from '../tasks/padded-blob.ts';
import type { RunOptions, Workers } from './pool.ts';

export interface EncodedBlob {
  /** The blob in zero-padded rows. */
  readonly blob: ArrayBufferLike;
  /** The other slivers in BCS form, laid out as `sliverLayout(code, blobBytes, true)` says. */
  readonly slivers: ArrayBufferLike;
  readonly metadata: BlobMetadata;
  /** Once nobody looks at either any more. */
  release(): void;
}

export type EncodeBlob = (
  shards: number,
  blobBytes: number,
  fill: (blob: Uint8Array) => Promise<void>,
  options: RunOptions,
) => Promise<EncodedBlob>;

/** Below this, handing out parts and waiting for the slowest costs more than a second worker saves. */
export const sharedBytesMin = 1024 * 1024;

/** `codec` is undefined where there is none that can split. */
export function blobEncoder(workers: Workers, codec: EncodeParts | undefined): EncodeBlob {
  return async (shards, blobBytes, fill, options) => {
    const roomBytes = paddedBlobBytes(checkedCode(shards, blobBytes).shards, blobBytes);
    if (codec !== undefined && workers.threads > 1 && blobBytes >= sharedBytesMin) {
      return encodeShared(workers, codec, { shards, blobBytes, roomBytes }, fill, options);
    }
    const blob = new ArrayBuffer(roomBytes);
    codec?.preferLargePages(blob);
    await fill(new Uint8Array(blob, 0, blobBytes));
    const encoded = await workers.run('encode', { shards, blob, blobBytes }, options);
    return {
      ...encoded,
      release() {
        releaseBuffer(encoded.blob);
        releaseBuffer(encoded.slivers);
      },
    };
  };
}

interface Size {
  readonly shards: number;
  readonly blobBytes: number;
  readonly roomBytes: number;
}

async function encodeShared(
  workers: Workers,
  codec: EncodeParts,
  { shards, blobBytes, roomBytes }: Size,
  fill: (blob: Uint8Array) => Promise<void>,
  options: RunOptions,
): Promise<EncodedBlob> {
  const layout = sliverLayout(checkedCode(shards, blobBytes), blobBytes, true);
  const blob = new SharedArrayBuffer(roomBytes);
  const slivers = new SharedArrayBuffer(layout.bytes);
  const release = (): void => [blob, slivers].forEach((memory) => codec.discard(memory));
  [blob, slivers].forEach((memory) => codec.preferLargePages(memory));
  try {
    await fill(new Uint8Array(blob, 0, blobBytes));
    const parts = partsFor(workers.idleThreads, shards);
    const exchange = new SharedArrayBuffer(exchangeBytes(shards, parts));
    const input = (phase: EncodePartInput['phase'], part: number): EncodePartInput => {
      return { phase, part, parts, shards, blob, blobBytes, slivers, exchange };
    };
    for (const phase of ['rows', 'columns'] as const) {
      const all = Array.from({ length: parts }, (_, part) => workers.run('encode-part', input(phase, part), options));
      for (const ended of await Promise.allSettled(all)) if (ended.status === 'rejected') throw ended.reason;
    }
    const metadata = await workers.run('encode-part', input('end', 0), options);
    if (metadata === undefined) throw new Error('the last part answers with the metadata');
    return { blob, slivers, metadata, release };
  } catch (error) {
    // A cancelled part may still be writing: it gets fresh pages, and the memory goes with its last reader.
    release();
    throw error;
  }
}
