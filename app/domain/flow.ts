/**
 * A gate for work that may be slow through no fault of ours. A place is held while the work goes on, but who is outrun by the others, or
 * stands still together with everybody, goes on without a place, so that hung storage nodes never hold up healthy ones. The measure is
 * what the others moved meanwhile and how fast the line is known to be, not the clock alone: on a slow line nobody gives way.
 */
import type { Clock } from './clock.ts';
import { openScope } from './deadline.ts';
import { Gate } from './gate.ts';

/** Work is outrun when so many times the gate's limit went through since it began; one is the average. */
const outrunTimes = 2;
/** Work is overdue when it takes so many times as long as others of its size do. */
const overdueTimes = 4;
/** The line stands still when nothing arrived for so many times as long as all that is under way should take. */
const stillTimes = 2;
/** Bytes for each ms: the line's speed until it is known, and the least that is believed. */
const firstSpeed = 4096;
const leastSpeed = 128;
/** Less than this says more of the distance than of the speed, in bytes. */
const tellingBytes = 256 * 1024;
const newestWeight = 0.3;

export class Flow {
  readonly #clock: Clock;
  readonly #gate: Gate;
  readonly #patienceMs: number;
  #moved = 0;
  #movedAtMs = 0;
  #speed = firstSpeed;
  #isSpeedKnown = false;
  /** Average life and size of what was moved; undefined while nothing was. */
  #pace: { readonly ms: number; readonly bytes: number } | undefined;

  /** `limit` in bytes; `patienceMs`: how often to look, and how long nothing may move even when next to nothing is under way. */
  constructor(clock: Clock, limit: number, patienceMs: number) {
    this.#clock = clock;
    this.#gate = new Gate(limit);
    this.#patienceMs = patienceMs;
  }

  /** How fast what goes through here is known to move; undefined while too little did. */
  get bytesPerMs(): number | undefined {
    return this.#isSpeedKnown ? this.#speed : undefined;
  }

  /** Moves `bytes` by `work`. `onOutrun` is called at most once, when the work loses its place while it goes on. */
  async run<T>(bytes: number, signal: AbortSignal, work: () => Promise<T>, onOutrun?: () => void): Promise<T> {
    const leave = await this.#gate.enter(bytes, signal);
    const scope = openScope(signal);
    const [movedAtStart, startMs] = [this.#moved, this.#clock.steady()];
    void this.#watch(bytes, scope.signal, () => {
      leave();
      onOutrun?.();
    });
    try {
      const result = await work();
      this.#note(bytes, this.#moved + bytes - movedAtStart, this.#clock.steady() - startMs);
      return result;
    } finally {
      scope.abort('done');
      scope.close();
      leave();
    }
  }

  /** Learns from work that is done: everything that moved during its life took no longer than its life. */
  #note(bytes: number, movedMeanwhile: number, ms: number): void {
    this.#moved += bytes;
    this.#movedAtMs = this.#clock.steady();
    const pace = this.#pace ?? { ms, bytes };
    this.#pace = {
      ms: pace.ms + newestWeight * (ms - pace.ms),
      bytes: pace.bytes + newestWeight * (bytes - pace.bytes),
    };
    if (movedMeanwhile < tellingBytes || ms <= 0) return;
    this.#isSpeedKnown = true;
    this.#speed = Math.max(leastSpeed, this.#speed + newestWeight * (movedMeanwhile / ms - this.#speed));
  }

  async #watch(bytes: number, signal: AbortSignal, giveUpPlace: () => void): Promise<void> {
    const [movedAtStart, startMs] = [this.#moved, this.#clock.steady()];
    while (await slept(this.#clock, this.#patienceMs, signal)) {
      const now = this.#clock.steady();
      const isOutrun = this.#moved - movedAtStart >= outrunTimes * this.#gate.limit;
      const isOverdue = now - startMs >= this.#patienceMs + overdueTimes * this.#usualMs(bytes);
      const stillMs = now - Math.max(startMs, this.#movedAtMs);
      const isStill = stillMs >= this.#patienceMs + (stillTimes * this.#gate.used) / this.#speed;
      if (isOutrun || isOverdue || isStill) return giveUpPlace();
    }
  }

  /** How long work of a size usually takes; for ever while we know nothing of it. */
  #usualMs(bytes: number): number {
    return this.#pace === undefined ? Infinity : this.#pace.ms * Math.max(1, bytes / Math.max(1, this.#pace.bytes));
  }
}

/** True after `ms`; false as soon as the signal is aborted. */
export function slept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  return clock.sleep(ms, signal).then(
    () => true,
    () => false,
  );
}
