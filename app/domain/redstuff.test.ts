import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blobBytesMax,
  encodedBytes,
  isQuorum,
  paddedBlobBytes,
  redStuff,
  storageUnits,
  symbolBytes,
  symbolBytesMax,
} from './redstuff.ts';

const seed = Number(process.env['FLOE_SEED'] ?? '20261121');
const shards = fc.integer({ min: 1, max: 1500 });

describe(`sizes of the encoding (seed ${seed})`, () => {
  test('the public networks have 1,000 shards, 334 rows and 667 columns', () => {
    const code = redStuff(1000);
    expect(code).toEqual({ shards: 1000, faulty: 333, rows: 334, columns: 667 });
    expect(symbolBytes(code, 1)).toBe(2);
    expect(encodedBytes(code, 1)).toBe(1000 * (1001 * 2 + 64_032));
    expect(blobBytesMax(code)).toBe(334 * 667 * symbolBytesMax);
  });

  test('a blob fits its symbols, which are even and no larger than they must be', () => {
    fc.assert(
      fc.property(shards, fc.double({ min: 0, max: 1, noNaN: true }), (count, share) => {
        const code = redStuff(count);
        const bytes = Math.floor(share * blobBytesMax(code));
        const symbol = symbolBytes(code, bytes);
        const cells = code.rows * code.columns;
        expect(symbol % 2).toBe(0);
        expect(symbol).toBeGreaterThanOrEqual(2);
        expect(symbol).toBeLessThanOrEqual(symbolBytesMax);
        expect(symbol * cells).toBeGreaterThanOrEqual(bytes);
        if (symbol > 2) expect((symbol - 2) * cells).toBeLessThan(bytes);
        expect(paddedBlobBytes(code, bytes)).toBe(symbol * cells);
      }),
      { seed },
    );
  });

  test('two thirds of the shards and one more make a quorum', () => {
    fc.assert(
      fc.property(shards, (count) => {
        const { faulty } = redStuff(count);
        expect(3 * faulty).toBeLessThan(count);
        expect(isQuorum(count - faulty, count)).toBe(true);
        const least = Array.from({ length: count + 1 }, (_, weight) => weight).find((weight) =>
          isQuorum(weight, count),
        );
        expect(least).toBe(Math.floor((2 * count) / 3) + 1);
      }),
      { seed },
    );
  });

  test('storage is paid for in whole units', () => {
    expect([0, 1, 1024 * 1024, 1024 * 1024 + 1].map(storageUnits)).toEqual([0, 1, 1, 2]);
  });
});
