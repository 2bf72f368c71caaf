/** Real time and real chance. The only place that asks the machine for either on behalf of the engine. */
import { randomBytes, randomFillSync } from 'node:crypto';
import type { Clock, Dice } from '../../domain/clock.ts';
import type { ReadWallTime } from '../../domain/week.ts';

/** Longest wait that one timer of Node can hold (signed 32-bit milliseconds); longer waits are made of several. */
const timerMsMax = 2 ** 31 - 1;

/** A wait keeps the process alive: whoever waits has more to do. To leave early, abort it. */
function waitMs(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    steady: () => performance.now(),
    async sleep(ms, signal) {
      if (Number.isNaN(ms)) throw new Error('a wait needs a number of milliseconds');
      signal?.throwIfAborted();
      const end = performance.now() + ms;
      do await waitMs(Math.max(0, Math.min(timerMsMax, end - performance.now())), signal);
      while (performance.now() < end - 1);
    },
  };
}

/** Fractions whose bytes are drawn at once: each draw costs more than what it gives. */
const fractionsDrawn = 256;
const fractionBytes = 6;

export function systemDice(): Dice {
  const drawn = Buffer.alloc(fractionsDrawn * fractionBytes);
  let at = drawn.length;
  return {
    bytes: (length) => Uint8Array.from(randomBytes(length)),
    fraction() {
      if (at === drawn.length) {
        randomFillSync(drawn);
        at = 0;
      }
      at += fractionBytes;
      return drawn.readUIntBE(at - fractionBytes, fractionBytes) / 2 ** (8 * fractionBytes);
    },
  };
}

/** What a clock on the wall here shows: the system's time zone, with its summer time. */
export const systemWallTime: ReadWallTime = (timeMs) => {
  const date = new Date(timeMs);
  return { weekday: (date.getDay() + 6) % 7, minute: 60 * date.getHours() + date.getMinutes() };
};
