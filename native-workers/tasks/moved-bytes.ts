/**
 * Taking memory over from a caller. `ArrayBuffer.transfer` detaches the caller's handle at once and copies nothing. Buffers that the
 * runtime lends out in slices (Node's small-buffer pool) cannot be moved; their views are copied instead.
 */
import { isMarkedAsUntransferable } from 'node:worker_threads';

/** The same memory, out of the caller's reach. Shared memory stays in reach: its owner waits for the answer before using it again. */
export function claimBuffer(buffer: ArrayBuffer): ArrayBuffer;
export function claimBuffer(buffer: ArrayBufferLike): ArrayBufferLike;
export function claimBuffer(buffer: ArrayBufferLike): ArrayBufferLike {
  if (!(buffer instanceof ArrayBuffer)) return buffer;
  return isMarkedAsUntransferable(buffer) ? buffer.slice(0) : buffer.transfer();
}

/** Those of some buffers that have to be moved; the others are shared. */
export function movable(...buffers: readonly ArrayBufferLike[]): ArrayBuffer[] {
  return buffers.filter((buffer) => buffer instanceof ArrayBuffer);
}

/** The same views on claimed memory. Views of one buffer stay views of one buffer, and shared memory stays where it is. */
export function claimViews(views: readonly Uint8Array[]): Uint8Array[] {
  const claimed = new Map<ArrayBuffer, ArrayBuffer>();
  const places = views.map(({ buffer, byteOffset, length }) => ({ buffer, byteOffset, length }));
  return places.map(({ buffer, byteOffset, length }, at) => {
    if (!(buffer instanceof ArrayBuffer)) return new Uint8Array(buffer, byteOffset, length);
    if (isMarkedAsUntransferable(buffer)) return Uint8Array.from(views[at] ?? []);
    const moved = claimed.get(buffer) ?? buffer.transfer();
    claimed.set(buffer, moved);
    return new Uint8Array(moved, byteOffset, length);
  });
}

/** The distinct buffers under some views. */
export function buffersOf(views: readonly Uint8Array[]): ArrayBuffer[] {
  const distinct = new Set<ArrayBuffer>();
  for (const { buffer } of views) if (buffer instanceof ArrayBuffer) distinct.add(buffer);
  return [...distinct];
}

/** A private copy of a small value. A view must not travel as it is: a clone would take its whole buffer along. */
export function copied(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
