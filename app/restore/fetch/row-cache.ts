/** The rows read last, verified, in bounded memory: neighbouring ranges, and files that lie together, share the slivers at their edges. */
import type { BlobId } from '../../domain/blob-id.ts';

export interface RowCache {
  get(blob: BlobId, row: number): Uint8Array | undefined;
  put(blob: BlobId, row: number, data: Uint8Array): void;
}

export function openRowCache(bytesMax: number): RowCache {
  const kept = new Map<string, Uint8Array>();
  let bytes = 0;
  return {
    get(blob, row) {
      const key = `${blob} ${row}`;
      const found = kept.get(key);
      if (found === undefined) return undefined;
      kept.delete(key);
      kept.set(key, found);
      return found;
    },
    put(blob, row, data) {
      const key = `${blob} ${row}`;
      bytes += data.length - (kept.get(key)?.length ?? 0);
      kept.delete(key);
      kept.set(key, data);
      for (const [oldest, { length }] of kept) {
        if (bytes <= bytesMax) return;
        kept.delete(oldest);
        bytes -= length;
      }
    },
  };
}
