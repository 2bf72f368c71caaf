/**
 * One blob on several threads: every part runs 'rows'; when all have, every part runs 'columns'; when all have, one calls the end. All of them see
 * the same memory (SharedArrayBuffers); parts never write to the same bytes. What the phases leave for each other is in `exchange`.
 */
import type { BlobMetadata, IsCancelled, SliverLayout } from '../rs2.ts';

export type EncodePhase = 'rows' | 'columns';

export interface SharedEncode {
  readonly shards: number;
  readonly blob: Uint8Array;
  readonly out: Uint8Array;
  readonly layout: SliverLayout;
  /** `exchangeBytes(shards, parts)` long. */
  readonly exchange: Uint8Array;
}

/** `parts` is a power of two up to 64 and at most half the shards. */
export interface Part {
  readonly part: number;
  readonly parts: number;
}

export interface EncodeParts {
  encodePart(phase: EncodePhase, part: Part, encode: SharedEncode, isCancelled?: IsCancelled): void;
  encodeEnd(parts: number, encode: SharedEncode): BlobMetadata;
  /** Advice for large memory that is about to be filled: large pages, where the system has them. */
  preferLargePages(memory: ArrayBufferLike): void;
  /** Returns memory to the system now, where a collector that cannot see its size would do so late. What was in it is lost. */
  discard(memory: SharedArrayBuffer): void;
}

/** All column roots, and for each part the roots of all rows over its columns. */
export function exchangeBytes(shards: number, parts: number): number {
  return 32 * shards * (1 + parts);
}
