import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from './byte-reader.ts';

const firstBufferBytes = 1024;
const damaged = expect.objectContaining({ code: 'pack-damaged' });

const fields = {
  u8: { size: 1, write: (out: ByteWriter) => out.u8(0xa5), read: (from: ByteReader) => from.u8(), value: 0xa5 },
  u16: { size: 2, write: (out: ByteWriter) => out.u16(0xa5b6), read: (from: ByteReader) => from.u16(), value: 0xa5b6 },
  u32: {
    size: 4,
    write: (out: ByteWriter) => out.u32(0xa5b6c7d8),
    read: (from: ByteReader) => from.u32(),
    value: 0xa5b6c7d8,
  },
  u64: {
    size: 8,
    write: (out: ByteWriter) => out.u64(Number.MAX_SAFE_INTEGER),
    read: (from: ByteReader) => from.u64(),
    value: Number.MAX_SAFE_INTEGER,
  },
  i64: {
    size: 8,
    write: (out: ByteWriter) => out.i64(-0x123456789abcdefn),
    read: (from: ByteReader) => from.i64(),
    value: -0x123456789abcdefn,
  },
  bytes: {
    size: 5,
    write: (out: ByteWriter) => out.bytes(Uint8Array.of(1, 2, 3, 4, 5)),
    read: (from: ByteReader) => [...from.bytes(5)],
    value: [1, 2, 3, 4, 5],
  },
} as const;

describe('writing past the first buffer', () => {
  test.each(Object.entries(fields))('a %s field is whole wherever the buffer ends', (_name, field) => {
    for (let before = firstBufferBytes - 9; before <= firstBufferBytes + 1; before++) {
      const out = new ByteWriter();
      for (let i = 0; i < before; i++) out.u8(i & 0xff);
      field.write(out).u8(0x77);
      const bytes = out.done();
      expect(bytes.length).toBe(before + field.size + 1);
      const from = new ByteReader(bytes, 'sample');
      for (let i = 0; i < before; i++) expect(from.u8()).toBe(i & 0xff);
      expect(field.read(from)).toEqual(field.value);
      expect(from.u8()).toBe(0x77);
      from.end();
    }
  });

  test('one part larger than twice the buffer fits, and what is written later follows it', () => {
    const part = Uint8Array.from({ length: 5 * firstBufferBytes }, (_, i) => i % 251);
    const bytes = new ByteWriter().u16(1).bytes(part).u64(2).bytes(part).i64(-3n).done();
    const from = new ByteReader(bytes, 'sample');
    expect(from.u16()).toBe(1);
    expect(from.bytes(part.length)).toEqual(part);
    expect(from.u64()).toBe(2);
    expect(from.bytes(part.length)).toEqual(part);
    expect(from.i64()).toBe(-3n);
    from.end();
  });

  test('a finished form does not change when its writer goes on', () => {
    const out = new ByteWriter().u8(1);
    const first = out.done();
    out.u8(2);
    expect([...first]).toEqual([1]);
    expect([...out.done()]).toEqual([1, 2]);
  });
});

describe('reading', () => {
  test('a field past the end, a number past 2^53 and bytes left over are refused', () => {
    for (const [, field] of Object.entries(fields)) {
      const whole = field.write(new ByteWriter()).done();
      for (let length = 0; length < whole.length; length++)
        expect(() => field.read(new ByteReader(whole.subarray(0, length), 'sample'))).toThrow(damaged);
    }
    expect(() => new ByteReader(new ByteWriter().i64(2n ** 53n).done(), 'sample').u64()).toThrow(damaged);
    expect(() => new ByteReader(new ByteWriter().i64(-1n).done(), 'sample').u64()).toThrow(damaged);
    expect(() => new ByteReader(Uint8Array.of(1), 'sample').end()).toThrow(damaged);
  });

  test('fields are little-endian and may lie anywhere in a larger buffer', () => {
    const large = Uint8Array.of(9, 9, 9, 1, 2, 3, 4, 9);
    expect(new ByteReader(large.subarray(3, 7), 'sample').u32()).toBe(0x04030201);
  });

  test('bytes that were read are a copy, of a Node buffer too', () => {
    const source = Buffer.from([1, 2, 3]);
    const read = new ByteReader(source, 'sample').bytes(3);
    source.fill(0);
    expect([...read]).toEqual([1, 2, 3]);
    expect(Buffer.isBuffer(read)).toBe(false);
  });
});
