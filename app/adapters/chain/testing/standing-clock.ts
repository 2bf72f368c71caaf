/** For tests: a clock that stands until it is pushed. */
import type { Clock } from '../../../domain/clock.ts';

export interface StandingClock extends Clock {
  push(ms: number): void;
}

export function standingClock(startMs = 0): StandingClock {
  let nowMs = startMs;
  const waiting = new Set<{ readonly atMs: number; wake(): void }>();
  return {
    now: () => nowMs,
    steady: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const entry = { atMs: nowMs + ms, wake: resolve };
        waiting.add(entry);
        signal?.addEventListener(
          'abort',
          () => {
            waiting.delete(entry);
            reject(signal.reason as Error);
          },
          { once: true },
        );
      }),
    push(ms) {
      nowMs += ms;
      for (const entry of waiting) {
        if (entry.atMs > nowMs) continue;
        waiting.delete(entry);
        entry.wake();
      }
    },
  };
}
