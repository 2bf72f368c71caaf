import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodedBytes, redStuff } from '../domain/redstuff.ts';
import { planCompaction, type CompactionOutlook, type StoredPack } from './compaction.ts';

const code = redStuff(1000);
const packBytes = 56_585_612;
const outlook = (more: Partial<CompactionOutlook> = {}): CompactionOutlook => ({
  code,
  packBytes,
  prices: { storage: 11_000n, write: 20_000n, gas: 0n },
  horizonEpochs: 13,
  ...more,
});
const pack = (num: number, bytes: number, liveBytes = Math.floor(bytes * 0.93)): StoredPack => ({
  num,
  bytes,
  liveBytes,
  liveChunks: 60,
});
const small = (count: number): readonly StoredPack[] => Array.from({ length: count }, (_, i) => pack(i + 1, 5_242_880));

describe('compaction', () => {
  it('puts small packs together once that pays, and leaves full ones alone', () => {
    const full = pack(99, packBytes);
    expect(planCompaction([full, ...small(1)], outlook())).toEqual([]);
    const [rewrite] = planCompaction([full, ...small(10)], outlook());
    expect(rewrite?.packs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('moves what is left of packs that are mostly dead', () => {
    const [rewrite] = planCompaction(
      [1, 2, 3].map((num) => pack(num, packBytes, 8_000_000)),
      outlook(),
    );
    expect(rewrite?.packs).toEqual([1, 2, 3]);
    expect(planCompaction([pack(1, packBytes, 45_000_000)], outlook())).toEqual([]);
  });

  it('leaves a pack alone that would be as large again, however little is in it', () => {
    const few = { code: redStuff(10), packBytes: 64_456 };
    expect(planCompaction([{ num: 1, bytes: 64_456, liveBytes: 5_994, liveChunks: 7 }], outlook(few))).toEqual([]);
  });

  it('is a matter of prices: nothing is rewritten for a lease that is about to end, or when writing is dear', () => {
    expect(planCompaction(small(10), outlook({ horizonEpochs: 1 }))).toEqual([]);
    const dear = { storage: 11_000n, write: 20_000_000n, gas: 0n };
    expect(planCompaction(small(10), outlook({ prices: dear }))).toEqual([]);
  });

  it('whatever there is: takes each pack once, fits, and every rewrite saves what it says', () => {
    const packs = fc.array(fc.tuple(fc.integer({ min: 65_536, max: packBytes }), fc.double({ min: 0, max: 0.94 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(packs, fc.integer({ min: 0, max: 53 }), (sizes, horizonEpochs) => {
        const given = sizes.map(([bytes, share], i) => pack(i, bytes, Math.floor(bytes * (share || 0))));
        const rewrites = planCompaction(given, outlook({ horizonEpochs }));
        const taken = rewrites.flatMap((rewrite) => rewrite.packs);
        expect(new Set(taken).size).toBe(taken.length);
        for (const { packs: nums, liveBytes, savedFrost } of rewrites) {
          const old = given.filter(({ num }) => nums.includes(num));
          expect(old.reduce((sum, one) => sum + one.liveBytes, 0)).toBe(liveBytes);
          expect(liveBytes).toBeLessThan(packBytes);
          expect(savedFrost).toBeGreaterThan(0n);
          expect(encodedBytes(code, liveBytes)).toBeLessThan(
            old.reduce((sum, one) => sum + encodedBytes(code, one.bytes), 0),
          );
        }
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});
