import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, concatBytes, fromBase64Url, fromHex, sameBytes, toBase64Url, toHex } from './bytes.ts';

const seed = Number(process.env['FLOE_SEED'] ?? '20261121');
const some = fc.uint8Array({ maxLength: 80 });

describe(`bytes as text (seed ${seed})`, () => {
  test('hex says what the machine says, and reads back', () => {
    fc.assert(
      fc.property(some, (bytes) => {
        const text = Buffer.from(bytes).toString('hex');
        expect(toHex(bytes)).toBe(text);
        expect(fromHex(text)).toEqual(bytes);
        expect(fromHex(`0x${text.toUpperCase()}`)).toEqual(bytes);
      }),
      { seed },
    );
  });

  test('hex with an odd digit, a space or another letter is refused', () => {
    for (const text of ['0', 'abc', ' 00', '0g', '0x0', '00\n', 'é0'])
      expect(() => fromHex(text), text).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });

  test('base64url says what the machine says, and reads back', () => {
    fc.assert(
      fc.property(some, (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(toBase64Url(bytes)).toBe(text);
        expect(fromBase64Url(text)).toEqual(bytes);
      }),
      { seed },
    );
  });

  test('every base64url text that is read is the only text of its bytes', () => {
    const digits = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ');
    fc.assert(
      fc.property(fc.string({ unit: digits, maxLength: 9 }), (text) => {
        let bytes: Uint8Array;
        try {
          bytes = fromBase64Url(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-input' });
          return;
        }
        expect(toBase64Url(bytes)).toBe(text);
      }),
      { seed, numRuns: 2_000 },
    );
    for (const text of ['A', 'AB', 'AAB', 'AA==', 'A+A_', 'AAAAA'])
      expect(() => fromBase64Url(text), text).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });
});

describe(`byte strings together (seed ${seed})`, () => {
  test('order is the order of bytes, a beginning before the whole', () => {
    fc.assert(
      fc.property(some, some, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
        expect(sameBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(sameBytes(a, Uint8Array.from(a))).toBe(true);
      }),
      { seed },
    );
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBeLessThan(0);
  });

  test('joining keeps every part in order', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 6 }), (parts) => {
        expect(concatBytes(...parts)).toEqual(Uint8Array.from(parts.flatMap((part) => [...part])));
      }),
      { seed },
    );
  });
});
