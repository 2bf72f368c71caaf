/**
 * Data that came before its registration (`pending=true`): verified, held in memory up to a fixed size, written when the chain says
 * that the blob is registered, lost with the process. Blobs that are never registered are pushed out by newer ones only when they are
 * older than the waiting time.
 */
import type { Axis } from '../../../native-workers/rs2.ts';

interface PendingSliver {
  readonly pair: number;
  readonly axis: Axis;
  readonly body: Uint8Array<ArrayBuffer>;
}

interface PendingBlob {
  readonly metadata: Uint8Array<ArrayBuffer>;
  readonly slivers: Map<string, PendingSliver>;
}

/** Held in all: some small uploads per node; twelve nodes stay below 200 MiB. */
const heldBytesMax = 16 * 1024 * 1024;
/** One sliver: optimistic uploads are for blobs up to about 4 MiB. */
export const pendingSliverBytesMax = 1024 * 1024;
/** After this an unregistered blob makes room for others. */
const waitingMsMax = 60_000;

export interface PendingCache {
  get(blobId: string): PendingBlob | undefined;
  /** False when there is no room. */
  putMetadata(blobId: string, body: Uint8Array<ArrayBuffer>): boolean;
  putSliver(blobId: string, sliver: PendingSliver): boolean;
  /** Removes and gives what was held of a blob. */
  take(blobId: string): PendingBlob | undefined;
  blobIds(): readonly string[];
}

export function createPendingCache(steadyMs: () => number): PendingCache {
  const blobs = new Map<string, PendingBlob & { readonly sinceMs: number }>();
  let heldBytes = 0;
  const sizeOf = (blob: PendingBlob): number =>
    [...blob.slivers.values()].reduce((sum, sliver) => sum + sliver.body.length, blob.metadata.length);
  const take = (blobId: string): PendingBlob | undefined => {
    const blob = blobs.get(blobId);
    if (blob === undefined) return undefined;
    blobs.delete(blobId);
    heldBytes -= sizeOf(blob);
    return blob;
  };
  const hasRoom = (bytes: number): boolean => {
    for (const [blobId, blob] of blobs) {
      if (heldBytes + bytes <= heldBytesMax) break;
      if (steadyMs() - blob.sinceMs > waitingMsMax) take(blobId);
    }
    return heldBytes + bytes <= heldBytesMax;
  };
  return {
    get: (blobId) => blobs.get(blobId),
    putMetadata(blobId, metadata) {
      if (blobs.has(blobId)) return true;
      if (!hasRoom(metadata.length)) return false;
      blobs.set(blobId, { metadata, slivers: new Map(), sinceMs: steadyMs() });
      heldBytes += metadata.length;
      return true;
    },
    putSliver(blobId, sliver) {
      const key = `${sliver.pair}/${sliver.axis}`;
      if (blobs.get(blobId)?.slivers.has(key) === true) return true;
      if (!hasRoom(sliver.body.length)) return false;
      const blob = blobs.get(blobId);
      if (blob === undefined) return false;
      blob.slivers.set(key, sliver);
      heldBytes += sliver.body.length;
      return true;
    },
    take,
    blobIds: () => [...blobs.keys()],
  };
}
