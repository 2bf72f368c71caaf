/**
 * Limits on what is sent and fetched, in bytes a second, shared by all requests of a process. A request waits before it begins and then moves at the
 * line's own speed, so no socket is ever slow because of a limit. Whoever waits here stops the `clock` that transfers measure their deadlines with: a
 * limit makes nobody late, and no storage node a bad one.
 */
import type { Clock } from './clock.ts';
import { Gate } from './gate.ts';

/** Bytes a second; undefined: as fast as it goes. */
export interface Speeds {
  readonly up: number | undefined;
  readonly down: number | undefined;
}

export type Direction = keyof Speeds;

export interface Pace {
  /** The host's clock, standing still while anybody waits for a limit. For deadlines, patience and rests of transfers. */
  readonly clock: Clock;
  /** From now on these limits hold; asked before each request. */
  govern(speeds: () => Promise<Speeds>): void;
  /** Waits until so many bytes may move. What did not move after all is given back. */
  take(direction: Direction, bytes: number, signal: AbortSignal): Promise<(unusedBytes: number) => void>;
}

/** Unused time that counts for later: short, so that a quiet minute is not followed by a flood. */
const burstMs = 1_000;
/** A limit may change while somebody waits for it; it is looked at again so often. */
const lookMsMax = 1_000;

class Bucket {
  readonly #clock: Clock;
  /** One at a time, in the order of asking. */
  readonly #turn = new Gate(1);
  /** Bytes that may move now; below zero by what the last request took ahead. */
  #bytes = 0;
  #atMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.steady();
  }

  async take(bytes: number, rate: () => Promise<number | undefined>, signal: AbortSignal): Promise<void> {
    const leave = await this.#turn.enter(1, signal);
    try {
      for (;;) {
        const bytesPerSecond = await rate();
        if (bytesPerSecond === undefined) return;
        this.#fill(bytesPerSecond);
        if (this.#bytes >= 0) {
          this.#bytes -= bytes;
          return;
        }
        const waitMs = Math.max(1, (-1000 * this.#bytes) / bytesPerSecond);
        await this.#clock.sleep(Math.min(lookMsMax, waitMs), signal);
      }
    } finally {
      leave();
    }
  }

  giveBack(bytes: number): void {
    this.#bytes += bytes;
  }

  #fill(bytesPerSecond: number): void {
    const nowMs = this.#clock.steady();
    const most = (bytesPerSecond * burstMs) / 1000;
    this.#bytes = Math.min(most, this.#bytes + ((nowMs - this.#atMs) * bytesPerSecond) / 1000);
    this.#atMs = nowMs;
  }
}

/** How long somebody has been held by a limit, and the clock that leaves that time out. */
class Held {
  readonly #clock: Clock;
  #waiting = 0;
  #sinceMs = 0;
  #sumMs = 0;
  #released = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  enter(): void {
    if (this.#waiting++ > 0) return;
    this.#sinceMs = this.#clock.steady();
    this.#released = Promise.withResolvers();
  }

  leave(): void {
    if (--this.#waiting > 0) return;
    this.#sumMs += this.#clock.steady() - this.#sinceMs;
    this.#released.resolve();
  }

  sumMs(): number {
    return this.#sumMs + (this.#waiting > 0 ? this.#clock.steady() - this.#sinceMs : 0);
  }

  clock(): Clock {
    const clock = this.#clock;
    return {
      now: () => clock.now(),
      steady: () => clock.steady() - this.sumMs(),
      sleep: async (ms, signal) => {
        for (let leftMs = ms; ;) {
          const before = this.sumMs();
          await clock.sleep(leftMs, signal);
          leftMs = this.sumMs() - before;
          if (leftMs <= 0) return;
          if (this.#waiting > 0) await this.#whenReleased(signal);
        }
      },
    };
  }

  #whenReleased(signal: AbortSignal | undefined): Promise<void> {
    const { promise } = this.#released;
    if (signal === undefined) return promise;
    const aborted = Promise.withResolvers<void>();
    const stop = (): void => aborted.reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener('abort', stop));
  }
}

export function openPace(clock: Clock): Pace {
  const held = new Held(clock);
  const buckets = { up: new Bucket(clock), down: new Bucket(clock) };
  let speeds: (() => Promise<Speeds>) | undefined;
  return {
    clock: held.clock(),
    govern(given) {
      speeds = given;
    },
    async take(direction, bytes, signal) {
      const ask = speeds;
      if (ask === undefined || (await ask())[direction] === undefined) return () => undefined;
      const bucket = buckets[direction];
      held.enter();
      try {
        await bucket.take(bytes, async () => (await ask())[direction], signal);
      } finally {
        held.leave();
      }
      return (unusedBytes) => bucket.giveBack(unusedBytes);
    },
  };
}
