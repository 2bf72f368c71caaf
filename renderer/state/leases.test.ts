import { expect, test } from 'vitest';
import { aheadSteps, frostFrom, renewalSteps } from './leases.ts';

const network = { epoch: 10, epochsAheadMax: 53, epochDurationMs: 1_000 };

test('a lease can be paid a quarter, half or all of what is still sold, and never further', () => {
  const steps = renewalSteps({ endEpoch: 23, endsAtMs: 5_000 }, network);
  expect(steps).toEqual([
    { epochs: 10, endsAtMs: 15_000 },
    { epochs: 20, endsAtMs: 25_000 },
    { epochs: 40, endsAtMs: 45_000 },
  ]);
});

test('a lease that has ended, or goes as far as is sold, has no steps', () => {
  expect(renewalSteps({ endEpoch: 10, endsAtMs: 0 }, network)).toEqual([]);
  expect(renewalSteps({ endEpoch: 63, endsAtMs: 0 }, network)).toEqual([]);
  expect(renewalSteps({ endEpoch: 62, endsAtMs: 0 }, network)).toHaveLength(1);
});

test('what is set stands among the choices, once', () => {
  expect(aheadSteps(26, 53)).toEqual([13, 26, 53]);
  expect(aheadSteps(5, 53)).toEqual([5, 13, 26, 53]);
});

test('an amount of WAL is read to the last of its nine digits, and nothing else is one', () => {
  expect(['2', '0.5', '0,000000001', '12.000000000'].map(frostFrom)).toEqual([
    '2000000000',
    '500000000',
    '1',
    '12000000000',
  ]);
  for (const typed of ['', '-1', '1e9', '1.0000000001', 'x', '1 000']) expect(frostFrom(typed)).toBeUndefined();
});
