import { describe, expect, it } from 'vitest';
import { redStuff } from '../domain/redstuff.ts';
import { doubt, sampleSize, usualSample } from './sampling.ts';

describe('what a sample says', () => {
  it('is exact: counted out by hand for ten shards, of which three pairs may be good in a pack that is lost', () => {
    expect(redStuff(10).rows).toBe(4);
    // Of 10 pairs 3 are good: 3/10 for one, 3/10 * 2/9 for two, 1/120 for three, none for four.
    expect(doubt(10, 1, 1)).toBeCloseTo(0.3, 12);
    expect(doubt(10, 2, 2)).toBeCloseTo(1 / 15, 12);
    expect(doubt(10, 3, 3)).toBeCloseTo(1 / 120, 12);
    expect(doubt(10, 4, 4)).toBe(0);
    // At least one good of two: 1 - C(7,2)/C(10,2).
    expect(doubt(10, 2, 1)).toBeCloseTo(1 - 21 / 45, 12);
    expect(doubt(10, 3, 0)).toBeCloseTo(1, 12);
  });

  it('falls with every good pair more, and rises with every bad one', () => {
    for (let sampled = 2; sampled <= 40; sampled++) {
      expect(doubt(1000, sampled, sampled)).toBeLessThan(doubt(1000, sampled - 1, sampled - 1));
      for (let good = 1; good <= sampled; good++)
        expect(doubt(1000, sampled, good)).toBeLessThanOrEqual(doubt(1000, sampled, good - 1) + 1e-12);
    }
  });

  it('of the usual size leaves hardly any doubt, and costs a small share of a large pack', () => {
    for (const shards of [4, 7, 10, 100, 1000]) {
      const sampled = usualSample(shards);
      expect(doubt(shards, sampled, sampled)).toBeLessThanOrEqual(1e-9);
    }
    expect(usualSample(1000)).toBe(19);
  });

  it('takes the share that was asked for, at least one pair and at most all', () => {
    expect(sampleSize(1000, 0.1)).toBe(100);
    expect(sampleSize(10, 0.001)).toBe(1);
    expect(sampleSize(10, 1)).toBe(10);
    expect(sampleSize(10, undefined)).toBe(usualSample(10));
  });
});
