/**
 * One blob encoded by several workers at once: all rows, then all columns, then the metadata. It works on SharedArrayBuffers, because
 * memory that is moved belongs to one thread at a time. Where the codec cannot split, or there is one thread, `encode` is the way.
 */
import type { BlobMetadata } from '../../app/domain/encoding.ts';
import { exchangeBytes } from '../codec/encode-parts.ts';
import { sliverLayout } from '../sliver-layout.ts';
import { partsFor, type EncodePartInput } from '../tasks/encode-part.ts';
import { checkedCode, paddedBlobBytes } from '../tasks/padded-blob.ts';
import { badInput } from '../tasks/task.ts';
import type { RunOptions, Workers } from './pool.ts';

export interface SharedEncodeResult {
  /** The other slivers in BCS form, laid out as `sliverLayout(code, blobBytes, true)` says. */
  readonly slivers: SharedArrayBuffer;
  readonly metadata: BlobMetadata;
}

/** `blob` has at least `paddedBlobBytes`; what follows `blobBytes` is zeroed here. Nobody may write to it until this is done. */
export async function encodeShared(
  workers: Workers,
  shards: number,
  blob: SharedArrayBuffer,
  blobBytes: number,
  options: RunOptions,
): Promise<SharedEncodeResult> {
  const code = checkedCode(shards, blobBytes);
  const wanted = paddedBlobBytes(shards, blobBytes);
  if (blob.byteLength < wanted) throw badInput('The buffer has no room for the full rows of the blob.');
  new Uint8Array(blob, blobBytes, wanted - blobBytes).fill(0);
  const parts = partsFor(workers.threads, shards);
  const slivers = new SharedArrayBuffer(sliverLayout(code, blobBytes, true).bytes);
  const exchange = new SharedArrayBuffer(exchangeBytes(shards, parts));
  const input = (phase: EncodePartInput['phase'], part: number): EncodePartInput => {
    return { phase, part, parts, shards, blob, blobBytes, slivers, exchange };
  };
  for (const phase of ['rows', 'columns'] as const) {
    const all = Array.from({ length: parts }, (_, part) => workers.run('encode-part', input(phase, part), options));
    // Every part has ended, well or not, before anything else happens to the memory.
    for (const ended of await Promise.allSettled(all)) if (ended.status === 'rejected') throw ended.reason;
  }
  const metadata = await workers.run('encode-part', input('end', 0), options);
  if (metadata === undefined) throw new Error('the last part answers with the metadata');
  return { slivers, metadata };
}
