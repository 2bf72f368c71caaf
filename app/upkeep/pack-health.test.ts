/** When a pack counts as weak, and when as lost. */
import { describe, expect, it } from 'vitest';
import { redStuff } from '../domain/redstuff.ts';
import { healthOf, isLost, soundPairs } from './pack-health.ts';

describe('the health of a pack', () => {
  it('is sound exactly as long as another f shards may fail', () => {
    for (const shards of [4, 10, 100, 1000]) {
      const { faulty, rows } = redStuff(shards);
      expect(soundPairs(shards) - faulty).toBe(rows);
      expect(healthOf(shards, shards, soundPairs(shards))).toBe('sound');
      expect(healthOf(shards, shards, soundPairs(shards) - 1)).toBe('weak');
    }
  });

  it('is judged by the share of a sample', () => {
    expect(healthOf(1000, 19, 13)).toBe('sound');
    expect(healthOf(1000, 19, 12)).toBe('weak');
  });

  it('is lost only when neither axis can have enough left', () => {
    const { rows, columns } = redStuff(10);
    expect(isLost(10, { primary: rows, secondary: 0 })).toBe(false);
    expect(isLost(10, { primary: 0, secondary: columns })).toBe(false);
    expect(isLost(10, { primary: rows - 1, secondary: columns - 1 })).toBe(true);
  });
});
