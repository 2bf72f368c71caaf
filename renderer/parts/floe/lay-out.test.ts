import { describe, expect, it } from 'vitest';
import { layOutFloe } from './lay-out.ts';
import { inset, signedArea, type Point } from './polygon.ts';

const pointsOf = (path: string): Point[] =>
  path
    .slice(1, -1)
    .split('L')
    .map((pair) => pair.split(' ').map(Number))
    .map(([x = 0, y = 0]) => [x, y]);

const committee = (shards: readonly number[]) => shards.map((count, index) => ({ id: `node-${index}`, shards: count }));

describe('the floe', () => {
  it.each([4, 13, 40])('gives each of %i nodes a plate whose area is its share', (count) => {
    const nodes = committee(Array.from({ length: count }, (_, index) => 1 + (index % 5)));
    const { plates, outline } = layOutFloe('a committee', nodes);
    const whole = Math.abs(signedArea(pointsOf(outline)));
    const total = nodes.reduce((sum, node) => sum + node.shards, 0);
    expect(plates).toHaveLength(count);
    for (const [index, plate] of plates.entries()) {
      const share = (nodes[index]?.shards ?? 0) / total;
      const area = Math.abs(signedArea(pointsOf(plate.path)));
      // The gap between plates takes its part, a larger one of a small plate.
      expect(area / whole).toBeGreaterThan(share * 0.6);
      expect(area / whole).toBeLessThan(share * 1.1);
    }
  });

  it('draws the same committee the same way, and another one differently', () => {
    const nodes = committee([1, 2, 3, 4, 5, 6]);
    expect(layOutFloe('one', nodes)).toEqual(layOutFloe('one', nodes));
    expect(layOutFloe('one', nodes)).not.toEqual(layOutFloe('two', nodes));
  });

  it('draws nothing for nobody and everything for one', () => {
    expect(layOutFloe('none', []).plates).toEqual([]);
    expect(layOutFloe('one', committee([7])).plates).toHaveLength(1);
  });
});

describe('an inset', () => {
  const square: readonly Point[] = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ];
  it('takes the distance off every side', () => {
    expect(Math.abs(signedArea(inset(square, 1)))).toBeCloseTo(64);
    expect(Math.abs(signedArea(inset(square.toReversed(), 1)))).toBeCloseTo(64);
  });
  it('leaves nothing of a plate thinner than the gap', () => {
    expect(inset(square, 6)).toEqual([]);
  });
});
