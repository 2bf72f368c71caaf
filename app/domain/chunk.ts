/** Content-defined pieces of files (docs/formats/chunk.md). */

/** Bytes. `normal` is a power of two; cuts are rarer before it and likelier after it. */
export interface ChunkLimits {
  readonly min: number;
  readonly normal: number;
  readonly max: number;
}

/** The usual limits: small edits cost a chunk or two, and a chunk is never a large part of a pack. */
export const usualChunkLimits: ChunkLimits = { min: 256 * 1024, normal: 1024 * 1024, max: 4 * 1024 * 1024 };

/** Limits for a network whose blobs are small: the largest chunk is at most a quarter of a pack. */
export function chunkLimitsFor(packBytes: number): ChunkLimits {
  let { min, normal, max } = usualChunkLimits;
  while (max > 4096 && max * 4 > packBytes) {
    min /= 2;
    normal /= 2;
    max /= 2;
  }
  return { min, normal, max };
}

/** A sealed chunk is its plaintext (perhaps compressed) plus codec byte, nonce and tag. */
export const sealOverheadBytes = 1 + 12 + 16;
