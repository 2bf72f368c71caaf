import { expect, test } from 'vitest';
import { openIdleClock } from '../../test/world/idle-clock.ts';
import { within } from './deadline.ts';
import { Fault } from './fault.ts';
import { openPace, type Speeds } from './pace.ts';

const never = new AbortController().signal;
const free: Speeds = { up: undefined, down: undefined };
const late = (): Fault => new Fault('node-failed', 'now', 'late');

test('without a limit nobody waits', async () => {
  const clock = openIdleClock();
  const pace = openPace(clock);
  await pace.take('up', 1e12, never);
  pace.govern(() => Promise.resolve(free));
  await pace.take('up', 1e12, never);
  expect(clock.steady()).toBe(0);
});

test('many requests together keep to the limit, each direction its own', async () => {
  const clock = openIdleClock();
  const pace = openPace(clock);
  pace.govern(() => Promise.resolve({ up: 1000, down: 10_000 }));
  const all = Array.from({ length: 50 }, () => pace.take('up', 500, never));
  await Promise.all(all.slice(0, 20).map(() => pace.take('down', 500, never)));
  expect(clock.steady()).toBeLessThan(1100);
  await Promise.all(all);
  // 25,000 bytes at 1000 a second; the last of them goes ahead.
  expect(clock.steady()).toBeGreaterThan(23_000);
  expect(clock.steady()).toBeLessThan(25_100);
});

test('what did not move is given back', async () => {
  const clock = openIdleClock();
  const pace = openPace(clock);
  pace.govern(() => Promise.resolve({ up: undefined, down: 100 }));
  const giveBack = await pace.take('down', 1_000_000, never);
  giveBack(1_000_000);
  await pace.take('down', 10, never);
  expect(clock.steady()).toBe(0);
});

test('a limit that is lifted lets everybody go', async () => {
  const clock = openIdleClock();
  const pace = openPace(clock);
  let up: number | undefined = 1;
  pace.govern(() => Promise.resolve({ up, down: undefined }));
  await pace.take('up', 1_000_000, never);
  const waiting = pace.take('up', 10, never);
  await clock.sleep(5_000);
  up = undefined;
  await waiting;
  expect(clock.steady()).toBeLessThan(7_000);
});

test('a wait ends with its signal, and the next in line goes on', async () => {
  const clock = openIdleClock();
  const pace = openPace(clock);
  pace.govern(() => Promise.resolve({ up: 100, down: undefined }));
  await pace.take('up', 1_000, never);
  const stop = new AbortController();
  const waiting = pace.take('up', 10, stop.signal);
  const next = pace.take('up', 10, never);
  stop.abort(late());
  await expect(waiting).rejects.toThrow('late');
  await next;
});

test('deadlines do not run while somebody waits for a limit, and run otherwise', async () => {
  const clock = openIdleClock();
  const pace = openPace(clock);
  pace.govern(() => Promise.resolve({ up: 100, down: undefined }));
  await pace.take('up', 10_000, never);
  await within(pace.clock, 2_000, never, late, async (signal) => pace.take('up', 1, signal));
  expect(clock.steady()).toBeGreaterThan(90_000);
  expect(pace.clock.steady()).toBeLessThan(1_000);
  const from = clock.steady();
  await expect(within(pace.clock, 2_000, never, late, () => new Promise(() => {}))).rejects.toThrow('late');
  expect(clock.steady() - from).toBe(2_000);
});
