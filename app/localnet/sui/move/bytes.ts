/**
 * BCS as a strict pair of reader and writer: little-endian, ULEB128 lengths in their shortest form, nothing left over. Whatever is
 * not the one encoding of a value is refused with a `BcsError`.
 */

export class BcsError extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const utf8Writer = new TextEncoder();

export class BcsReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  #take(count: number): number {
    if (count > this.left) throw new BcsError('The bytes end too early.');
    const at = this.#at;
    this.#at += count;
    return at;
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
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }
  u128(): bigint {
    const low = this.u64();
    return low | (this.u64() << 64n);
  }
  u256(): bigint {
    const low = this.u128();
    return low | (this.u128() << 128n);
  }

  bool(): boolean {
    const value = this.u8();
    if (value > 1) throw new BcsError('A boolean is 0 or 1.');
    return value === 1;
  }

  length(): number {
    let value = 0;
    for (let shift = 0; shift < 32; shift += 7) {
      const byte = this.u8();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) {
        if (byte === 0 && shift > 0) throw new BcsError('A length is not in its shortest form.');
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw new BcsError('A length is too large.');
  }

  bytes(count: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(count);
    return Uint8Array.from(this.#bytes.subarray(at, at + count));
  }

  text(): string {
    const bytes = this.bytes(this.length());
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw new BcsError('A string is not UTF-8.', { cause });
    }
  }

  end(): void {
    if (this.left !== 0) throw new BcsError('Bytes are left over.');
  }
}

export class BcsWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  #room(count: number): number {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  u8(value: number): void {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
  }
  u16(value: number): void {
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
  }
  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }
  u64(value: bigint): void {
    const at = this.#room(8);
    this.#view.setBigUint64(at, value, true);
  }
  u128(value: bigint): void {
    this.u64(BigInt.asUintN(64, value));
    this.u64(value >> 64n);
  }
  u256(value: bigint): void {
    this.u128(BigInt.asUintN(128, value));
    this.u128(value >> 128n);
  }
  bool(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  length(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.u8((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.u8(rest);
  }

  bytes(value: Uint8Array): void {
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  text(value: string): void {
    const bytes = utf8Writer.encode(value);
    this.length(bytes.length);
    this.bytes(bytes);
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at);
  }
}
