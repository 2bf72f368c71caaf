/**
 * A limit on what goes on at once, in units of the caller (requests, bytes). First come, first served, so that nobody starves. What is
 * larger than the whole gate goes through alone.
 */
interface Waiter {
  readonly cost: number;
  readonly admit: () => void;
}

export class Gate {
  readonly limit: number;
  #used = 0;
  readonly #waiting: Waiter[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Waits for room and returns the way out, which may be called more than once. Rejects with the signal's reason. */
  async enter(cost: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const room = Math.min(cost, this.limit);
    if (this.#waiting.length > 0 || this.#used + room > this.limit) await this.#wait(room, signal);
    else this.#used += room;
    let isOut = false;
    return () => {
      if (isOut) return;
      isOut = true;
      this.#used -= room;
      this.#admit();
    };
  }

  #wait(cost: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason);
        this.#admit();
      };
      const waiter: Waiter = {
        cost,
        admit: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.#waiting.push(waiter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first && this.#used + first.cost <= this.limit; first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#used += first.cost;
      first.admit();
    }
  }
}
