/** Reads little-endian fields of a stored form. Reading past the end, or leaving bytes unread, is a fault that names the form. */
import { Fault } from '../domain/fault.ts';

export class ByteReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #form: string;
  #at = 0;

  constructor(bytes: Uint8Array, form: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#form = form;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  refuse(why: string): never {
    throw new Fault('pack-damaged', 'never', `A stored ${this.#form} cannot be read: ${why}.`);
  }

  /** In memory of their own: `slice` of a Node buffer would share its pool. */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(this.#take(count), this.#at));
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** An unsigned 64-bit field that must fit a safe integer (sizes do: 2^53 bytes is 9 PB). */
  u64(): number {
    const value = this.#view.getBigUint64(this.#take(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.refuse('a number is too large');
    return Number(value);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  end(): void {
    if (this.left !== 0) this.refuse('bytes are left over');
  }

  #take(count: number): number {
    if (count > this.left) this.refuse('it is cut short');
    const at = this.#at;
    this.#at += count;
    return at;
  }
}

/** Writes the same fields into one growing buffer. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  bytes(part: Uint8Array): this {
    const at = this.#grow(part.length);
    this.#bytes.set(part, at);
    return this;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  u64(value: number): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt(value), true);
    return this;
  }

  i64(value: bigint): this {
    const at = this.#grow(8);
    this.#view.setBigInt64(at, value, true);
    return this;
  }

  /** What was written, in memory of its own. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at);
  }

  /** Makes room, perhaps in a new buffer: so the place is taken before the buffer is written to. */
  #grow(count: number): number {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}
