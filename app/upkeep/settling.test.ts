import { expect, it } from 'vitest';
import { mayWait } from './settling.ts';

it('edge 31: small changes wait for one another as long as they may, large ones and those of a clock that was set back do not', () => {
  const waiting = { settleMs: 60_000, sinceMs: 1_000, nowMs: 2_000, bytes: 10, packBytes: 100 };
  expect(mayWait(waiting)).toBe(true);
  expect(mayWait({ ...waiting, nowMs: 61_000 })).toBe(false);
  expect(mayWait({ ...waiting, bytes: 50 })).toBe(false);
  expect(mayWait({ ...waiting, settleMs: 0 })).toBe(false);
  expect(mayWait({ ...waiting, nowMs: 0 })).toBe(false);
});
