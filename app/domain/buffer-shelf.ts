/**
 * Large buffers between two uses. Fresh memory costs the system more than most work on it: its pages are zeroed one by one, and the collector runs
 * because of it. What lies in a buffer from the shelf is left over from its last use.
 */
import { releaseBuffer } from './bytes.ts';

/** Where buffers come from, and how the memory of one that nobody uses goes back to the system. */
export interface BufferSource {
  make(bytes: number): ArrayBufferLike;
  empty(buffer: ArrayBufferLike): void;
}

/** Memory of one thread at a time, moved between threads. */
export const ownBuffers: BufferSource = {
  make: (bytes) => new ArrayBuffer(bytes),
  empty: releaseBuffer,
};

export class BufferShelf {
  readonly #bufferBytes: number;
  readonly #countMax: number;
  readonly #source: BufferSource;
  #buffers: ArrayBufferLike[] = [];

  /** New buffers get `bufferBytes`, so that they fit whoever comes next; at most `countMax` are kept. */
  constructor(bufferBytes: number, countMax: number, source: BufferSource) {
    this.#bufferBytes = bufferBytes;
    this.#countMax = countMax;
    this.#source = source;
  }

  /** A buffer of at least so many bytes. */
  take(bytes: number): ArrayBufferLike {
    if (bytes > this.#bufferBytes) return new ArrayBuffer(bytes);
    return this.#buffers.pop() ?? this.#source.make(this.#bufferBytes);
  }

  /** Takes a buffer over that nobody uses any more: kept when it is of the usual size and there is room, otherwise emptied. */
  give(buffer: ArrayBufferLike): void {
    const isKept = buffer.byteLength === this.#bufferBytes && this.#buffers.length < this.#countMax;
    if (isKept) this.#buffers.push(buffer);
    else if (buffer instanceof ArrayBuffer) ownBuffers.empty(buffer);
    else this.#source.empty(buffer);
  }

  /** Gives the memory of what lies here back to the system. */
  clear(): void {
    for (const buffer of this.#buffers) this.#source.empty(buffer);
    this.#buffers = this.#buffers.filter(({ byteLength }) => byteLength === this.#bufferBytes);
  }
}
