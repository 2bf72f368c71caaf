import { describe, expect, it } from 'vitest';
import { seededDice } from '../../test/world/seeded-dice.ts';
import { decodingSymbolsBytesMax, parseDecodingSymbols } from './decoding-symbols.ts';
import { Fault } from './fault.ts';

/** Symbols of four bytes of slivers 9 and 300, for primary sliver 5. */
const body = Uint8Array.of(1, 5, 0, 2, 0, 9, 0, 4, 1, 2, 3, 4, 0, 44, 1, 4, 5, 6, 7, 8);

describe('the symbols of a sliver on the wire', () => {
  it('are taken apart, and have the length that is allowed', () => {
    expect(parseDecodingSymbols(body, 'primary', 5, 4)).toEqual([
      { index: 9, data: Uint8Array.of(1, 2, 3, 4) },
      { index: 300, data: Uint8Array.of(5, 6, 7, 8) },
    ]);
    expect(decodingSymbolsBytesMax(2, 4)).toBe(body.length);
  });

  it('of another sliver, axis or size, cut short or too long, are refused', () => {
    const refused = (bytes: Uint8Array, axis: 'primary' | 'secondary' = 'primary', target = 5, symbol = 4): void =>
      expect(() => parseDecodingSymbols(bytes, axis, target, symbol)).toThrow(
        expect.objectContaining({ code: 'codec-refused' }) as Error,
      );
    refused(body, 'secondary');
    refused(body, 'primary', 6);
    refused(body, 'primary', 5, 6);
    for (let length = 0; length < body.length; length++) refused(body.subarray(0, length));
    refused(Uint8Array.of(...body, 0));
    refused(Uint8Array.of(1, 5, 0, 255, 255, 255, 255, 15));
  });

  it('are never a crash, whatever a node sends (seed 91)', () => {
    const dice = seededDice(91);
    for (let trial = 0; trial < 3_000; trial++) {
      const bytes = body.slice();
      for (let hits = 1 + Math.floor(dice.fraction() * 3); hits > 0; hits--)
        bytes[Math.floor(dice.fraction() * bytes.length)] = Math.floor(dice.fraction() * 256);
      try {
        for (const { data } of parseDecodingSymbols(bytes, 'primary', 5, 4)) expect(data.length).toBe(4);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }
  });
});
