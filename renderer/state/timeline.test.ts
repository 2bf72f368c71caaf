import { expect, test } from 'vitest';
import type { SnapshotLine } from '../../app/wire/history.ts';
import { stateAt, stepTime, timelineOf } from './timeline.ts';

const dayMs = 86_400_000;
const state = (sequence: number, day: number, files: number): SnapshotLine => ({
  isSide: false,
  snapshot: `s${sequence}`,
  sequence,
  timeMs: day * dayMs,
  device: 'd',
  files,
  bytes: 0,
  state: 'certified',
});
const log = [state(4, 40, 7), state(3, 3, 9), state(2, 2, 10), state(1, 1, 10)];

test('a moment belongs to the newest state before it', () => {
  const timeline = timelineOf(log, 41 * dayMs);
  expect(
    timeline && [0, 1.5, 2, 39, 99].map((day) => timeline.states[stateAt(timeline, day * dayMs)]?.sequence),
  ).toEqual([1, 1, 2, 3, 4]);
});

test('keys step by change, day and month, and never stand still before an end', () => {
  const timeline = timelineOf(log, 41 * dayMs);
  if (!timeline) throw new Error('there are states');
  expect(stepTime(timeline, 1, 'back')).toBe(0);
  expect(stepTime(timeline, 0, 'back')).toBe(0);
  expect(stepTime(timeline, 2, 'day-on')).toBe(3);
  expect(stepTime(timeline, 3, 'month-back')).toBe(2);
  expect(stepTime(timeline, 1, 'last')).toBe(3);
});

test('bars count every state once and tell where files went', () => {
  const timeline = timelineOf(log, 41 * dayMs);
  expect(timeline?.bars.reduce((sum, bar) => sum + bar.states, 0)).toBe(4);
  expect(timeline?.bars.reduce((sum, bar) => sum + bar.fewer, 0)).toBe(3);
});

test('a space without a certified state has no timeline', () => {
  expect(timelineOf([{ ...state(1, 1, 1), state: 'sealed' }], 0)).toBeUndefined();
});
