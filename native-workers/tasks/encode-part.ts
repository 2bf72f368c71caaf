/**
 * One worker's part of encoding one blob together with others, on memory that all of them see (../codec/encode-parts.ts). Only the native
 * codec can. A part that is done twice writes the same bytes, so a lost worker's part is simply done again.
 */
import type { BlobMetadata } from '../../app/domain/encoding.ts';
import { exchangeBytes, type EncodePhase } from '../codec/encode-parts.ts';
import { sliverLayout } from '../sliver-layout.ts';
import { checkedCode, paddedBlobBytes } from './padded-blob.ts';
import { badInput, type Task } from './task.ts';

export interface EncodePartInput {
  readonly phase: EncodePhase | 'end';
  readonly part: number;
  /** A power of two. */
  readonly parts: number;
  readonly shards: number;
  /** Full rows, zeros after `blobBytes`. */
  readonly blob: SharedArrayBuffer;
  readonly blobBytes: number;
  readonly slivers: SharedArrayBuffer;
  readonly exchange: SharedArrayBuffer;
}

/** Parts that some workers and shards allow: a power of two up to 64 and half the shards. */
export function partsFor(workers: number, shards: number): number {
  const most = Math.min(64, workers, Math.floor(shards / 2));
  return most < 1 ? 1 : 2 ** Math.floor(Math.log2(most));
}

export const encodePartTask: Task<EncodePartInput, BlobMetadata | undefined> = {
  run({ phase, part, parts, shards, blob, blobBytes, slivers, exchange }, { parts: codec, isCancelled }) {
    const layout = sliverLayout(checkedCode(shards, blobBytes), blobBytes, true);
    const isSound =
      blob.byteLength >= paddedBlobBytes(shards, blobBytes) &&
      slivers.byteLength === layout.bytes &&
      exchange.byteLength === exchangeBytes(shards, parts);
    if (!isSound) throw badInput('The shared buffers do not fit the blob.');
    const shared = {
      shards,
      blob: new Uint8Array(blob, 0, blobBytes),
      out: new Uint8Array(slivers),
      layout,
      exchange: new Uint8Array(exchange),
    };
    if (phase === 'end') return codec().encodeEnd(parts, shared);
    codec().encodePart(phase, { part, parts }, shared, isCancelled);
    return undefined;
  },
  claim: (input) => input,
  inputBuffers: () => [],
  outputBuffers: () => [],
  /** Each part answers for its share of the memory that is held. */
  peakBytes: ({ parts, blob, slivers, exchange }) =>
    Math.ceil((blob.byteLength + slivers.byteLength + exchange.byteLength) / parts),
};
