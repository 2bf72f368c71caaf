import { expect, test } from 'vitest';
import type { Summary } from '../../app/wire/activity.ts';
import { announce, announcePauseMs, settle, silence } from './announce.ts';

const summary = (change: Partial<Summary>): Summary => ({
  files: 10,
  certifiedFiles: 10,
  bytes: 0,
  spaces: 1,
  worst: 'certified',
  needs: 0,
  paidUntilMs: undefined,
  paidLongestMs: undefined,
  lastDrillMs: undefined,
  work: undefined,
  pause: undefined,
  fault: undefined,
  retryAtMs: undefined,
  isChainReached: true,
  ...change,
});

test('progress is never said aloud, only that it is there', () => {
  let state = announce(silence, summary({ certifiedFiles: 2 }), summary({ certifiedFiles: 7 }), 0);
  expect(state.said).toBeUndefined();
  state = announce(state, summary({ certifiedFiles: 7 }), summary({}), 1);
  expect(state.said).toEqual({ key: 'live.certified', count: 10 });
});

test('of several changes within ten seconds the newest is said, when the time has passed', () => {
  let state = announce(silence, summary({}), summary({ needs: 1 }), 0);
  expect(state.said?.key).toBe('live.needs');
  state = announce(state, summary({}), summary({ pause: { reason: 'user', untilMs: undefined } }), 10);
  expect(state.said?.key).toBe('live.needs');
  state = settle(state, announcePauseMs);
  expect(state.said?.key).toBe('live.paused');
});
