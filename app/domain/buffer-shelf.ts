/**
 * Large buffers between two uses. Fresh memory costs the system more than most work on it: its pages are zeroed one by one, and the collector runs
 * because of it. What lies in a buffer from the shelf is left over from its last use.
 */
import { releaseBuffer } from './bytes.ts';

export class BufferShelf {
  readonly #bufferBytes: number;
  readonly #countMax: number;
  readonly #buffers: ArrayBuffer[] = [];

  /** New buffers get `bufferBytes`, so that they fit whoever comes next; at most `countMax` are kept. */
  constructor(bufferBytes: number, countMax: number) {
    this.#bufferBytes = bufferBytes;
    this.#countMax = countMax;
  }

  /** A buffer of at least so many bytes. */
  take(bytes: number): ArrayBuffer {
    if (bytes > this.#bufferBytes) return new ArrayBuffer(bytes);
    return this.#buffers.pop() ?? new ArrayBuffer(this.#bufferBytes);
  }

  /** Takes a buffer over: kept when it is of the usual size and there is room, otherwise freed. */
  give(buffer: ArrayBuffer): void {
    const isKept = buffer.byteLength === this.#bufferBytes && this.#buffers.length < this.#countMax;
    if (isKept) this.#buffers.push(buffer);
    else releaseBuffer(buffer);
  }

  /** Frees everything. */
  clear(): void {
    for (const buffer of this.#buffers.splice(0)) releaseBuffer(buffer);
  }
}
