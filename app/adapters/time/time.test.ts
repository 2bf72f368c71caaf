import { expect, test } from 'vitest';
import { systemClock, systemDice } from './time.ts';

test('edge 80: a sleep takes at least its time on the steady clock', async () => {
  const clock = systemClock();
  const start = clock.steady();
  await clock.sleep(20);
  expect(clock.steady() - start).toBeGreaterThanOrEqual(19);
});

test('a sleep longer than any timer waits, and rejects with the reason when aborted', async () => {
  const clock = systemClock();
  const stop = new AbortController();
  const sleeping = clock.sleep(2 ** 40, stop.signal);
  const reason = new Error('no more');
  stop.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(clock.sleep(0, stop.signal)).rejects.toBe(reason);
  await expect(clock.sleep(Number.NaN)).rejects.toThrow('number');
});

test('dice give the asked number of bytes and fractions below one', () => {
  const dice = systemDice();
  expect(dice.bytes(33)).toHaveLength(33);
  expect(dice.bytes(32)).not.toEqual(dice.bytes(32));
  const fractions = Array.from({ length: 1000 }, () => dice.fraction());
  expect(fractions.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(new Set(fractions).size).toBe(1000);
});
