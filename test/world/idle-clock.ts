/**
 * A clock that jumps to the next alarm whenever the process has nothing else to do, so that minutes of waiting take no time. It suits
 * work that goes on in promises alone; work on sockets or threads looks like idleness to it.
 */
import type { Clock } from '../../app/domain/clock.ts';

interface Alarm {
  readonly atMs: number;
  readonly ring: () => void;
}

/** `quietTurns`: turns of the event loop in which nothing waits to be done, before the clock jumps; streams need more than one. */
export function openIdleClock(quietTurns = 1): Clock {
  let nowMs = 0;
  const alarms = new Set<Alarm>();
  let isTicking = false;
  let quiet = 0;

  const tick = (): void => {
    isTicking = false;
    if (++quiet < quietTurns) return wind();
    quiet = 0;
    let next: Alarm | undefined;
    for (const alarm of alarms) if (next === undefined || alarm.atMs < next.atMs) next = alarm;
    if (next === undefined) return;
    nowMs = Math.max(nowMs, next.atMs);
    alarms.delete(next);
    next.ring();
    wind();
  };
  const wind = (): void => {
    if (isTicking || alarms.size === 0) return;
    isTicking = true;
    setImmediate(tick);
  };
  return {
    now: () => 1_800_000_000_000 + Math.floor(nowMs),
    steady: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const stop = (): void => {
          alarms.delete(alarm);
          reject(signal?.reason as Error);
        };
        const alarm: Alarm = {
          atMs: nowMs + ms,
          ring: () => {
            signal?.removeEventListener('abort', stop);
            resolve();
          },
        };
        signal?.addEventListener('abort', stop, { once: true });
        alarms.add(alarm);
        wind();
      }),
  };
}
