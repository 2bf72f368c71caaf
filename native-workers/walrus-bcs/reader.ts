/**
 * A strict reader and writer of the little BCS that Walrus bodies need. Every read is bounded by the bytes that are there; a shorter,
 * longer or non-canonical body is refused with a `Fault` 'codec-refused' before anything is allocated for it.
 */
import { Fault } from '../../app/domain/fault.ts';

export function refusedBody(message: string): Fault {
  return new Fault('codec-refused', 'never', message);
}

export class BcsReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** A view of the next bytes, not a copy. */
  bytes(length: number): Uint8Array {
    if (length > this.remaining) throw refusedBody('The body ends too early.');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u8(): number {
    return this.#number(1, (at) => this.#view.getUint8(at));
  }

  u16(): number {
    return this.#number(2, (at) => this.#view.getUint16(at, true));
  }

  u32(): number {
    return this.#number(4, (at) => this.#view.getUint32(at, true));
  }

  /** A u64 that is also a safe integer: sizes beyond 2^53 mean nothing here. */
  u64(): number {
    const value = this.#number(8, (at) => Number(this.#view.getBigUint64(at, true)));
    if (!Number.isSafeInteger(value)) throw refusedBody('A number in the body is out of range.');
    return value;
  }

  /** A length: ULEB128 up to 2^32 - 1 in its shortest form. */
  uleb(): number {
    let value = 0;
    for (let place = 1; place <= 2 ** 28; place *= 128) {
      const byte = this.u8();
      value += (byte & 127) * place;
      if (byte < 128) {
        if ((byte === 0 && place > 1) || value > 0xffff_ffff) throw refusedBody('A length in the body is malformed.');
        return value;
      }
    }
    throw refusedBody('A length in the body is malformed.');
  }

  /** A vector whose items take at least `itemBytesMin` bytes, so that a lying length cannot make us loop or allocate. */
  list<T>(itemBytesMin: number, item: () => T): T[] {
    const length = this.uleb();
    if (length * itemBytesMin > this.remaining) throw refusedBody('The body ends too early.');
    return Array.from({ length }, item);
  }

  /** Refuses bytes after the value. */
  end(): void {
    if (this.remaining !== 0) throw refusedBody('The body has bytes after its end.');
  }

  #number(length: number, read: (at: number) => number): number {
    if (length > this.remaining) throw refusedBody('The body ends too early.');
    this.#at += length;
    return read(this.#at - length);
  }
}

export function parseWhole<T>(bytes: Uint8Array, parse: (reader: BcsReader) => T): T {
  const reader = new BcsReader(bytes);
  const value = parse(reader);
  reader.end();
  return value;
}

export function ulebOf(value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) | 128);
    if (rest < 128) return Uint8Array.from(bytes);
  }
}

export function u16Of(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value & 0xff, value >> 8);
}

export function u32Of(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function u64Of(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}
