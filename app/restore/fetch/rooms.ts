/**
 * Room for whole blobs: large memory that all threads share. The collector does not see how much of it there is, so it is counted here, and used over and
 * over.
 */
import { Gate } from '../../domain/gate.ts';

export interface Room {
  /** At least as large as asked for; holds whatever was in it last. */
  readonly buffer: SharedArrayBuffer;
  /** May be called more than once; nobody looks at the room after that. */
  readonly release: () => void;
  /** Like `release`, but nobody gets this memory again: a worker that was stopped may still write to it for a moment. */
  readonly drop: () => void;
}

export interface Rooms {
  /** Waits until there is room. A blob larger than all of it gets it alone. */
  take(bytes: number, signal: AbortSignal): Promise<Room>;
}

/** `makeRoom`: whoever keeps rooms in reserve gives one back, and says whether there was one. */
export function openRooms(bytesMax: number, makeRoom: () => boolean): Rooms {
  const gate = new Gate(bytesMax);
  const free: SharedArrayBuffer[] = [];
  let freeBytes = 0;
  /** Free rooms count until they are let go: the smallest ones first. */
  const trim = (most: number): void => {
    free.sort((a, b) => b.byteLength - a.byteLength);
    while (freeBytes > Math.max(0, most)) freeBytes -= free.pop()?.byteLength ?? freeBytes;
  };
  return {
    async take(bytes, signal) {
      while (gate.used > 0 && gate.used + bytes > bytesMax && makeRoom());
      const leave = await gate.enter(bytes, signal);
      const fits = free.findLastIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes);
      const [kept] = fits < 0 ? [] : free.splice(fits, 1);
      if (kept) freeBytes -= kept.byteLength;
      const buffer = kept ?? new SharedArrayBuffer(bytes);
      trim(bytesMax - gate.used);
      let isTaken = true;
      const end = (isKept: boolean): void => {
        if (!isTaken) return;
        isTaken = false;
        leave();
        if (isKept) free.push(buffer);
        if (isKept) freeBytes += buffer.byteLength;
        trim(bytesMax - gate.used);
      };
      return { buffer, release: () => end(true), drop: () => end(false) };
    },
  };
}
