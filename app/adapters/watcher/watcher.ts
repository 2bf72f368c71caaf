/**
 * The `Watcher` port: one watching process for each tree. Hints are passed on after changes have settled, and get wider under load. When hints
 * may be missing (the system's limits, a burst, the process's end) that is told in plain words and the whole tree is hinted at.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../domain/clock.ts';
import type { WatchHint, Watcher, Watching } from '../../ports/watcher.ts';
import { HintGatherer } from './hint-gatherer.ts';
import { rootGoneExitCode, watchLimits, type WatchLimits, type WatchNews, type WatchOrder } from './watch-messages.ts';

export { watchLimits, type WatchLimits } from './watch-messages.ts';

export interface WatcherOptions {
  /** Hints are passed on when nothing came for this long. */
  readonly settleMs: number;
  readonly clock: Clock;
  readonly limits?: Partial<WatchLimits>;
}

/** A tree that never settles is hinted at after this many waits all the same. */
const settleRoundsMax = 10;
const restartDelayMsMin = 500;
const restartDelayMsMax = 60_000;
/** A process that lived this long was healthy: the next restart is quick again. */
const healthyMs = 60_000;

type OnHint = (hints: readonly WatchHint[]) => void;

class TreeWatch implements Watching {
  readonly #order: WatchOrder;
  readonly #options: WatcherOptions;
  readonly #onHint: OnHint;
  readonly #onTrouble: (words: string) => void;
  readonly #gatherer: HintGatherer;
  readonly #closing = new AbortController();
  readonly #tasks = new Set<Promise<void>>();
  #child: ChildProcess | undefined;
  #isSettling = false;
  #arrivals = 0;

  constructor(order: WatchOrder, options: WatcherOptions, onHint: OnHint, onTrouble: (words: string) => void) {
    this.#order = order;
    this.#options = options;
    this.#onHint = onHint;
    this.#onTrouble = onTrouble;
    this.#gatherer = new HintGatherer(order.limits);
  }

  /** Resolves when the tree is watched, or when the first attempt failed (which is told and tried again). */
  open(): Promise<void> {
    return new Promise((resolve) => this.#track(this.#keepWatching(resolve)));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#child?.kill('SIGKILL');
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  #track(task: Promise<void>): void {
    const ended = task.catch((error: unknown) => {
      if (!this.#closing.signal.aborted) throw error;
    });
    this.#tasks.add(ended);
    void ended.finally(() => this.#tasks.delete(ended));
  }

  async #keepWatching(onFirst: () => void): Promise<void> {
    const { clock } = this.#options;
    let delayMs = restartDelayMsMin;
    let lastReason = '';
    for (let round = 0; !this.#closing.signal.aborted; round++) {
      const startedMs = clock.steady();
      const reason = await this.#runChild(() => {
        onFirst();
        lastReason = '';
        if (round > 0) this.#note('', true, 1);
      });
      onFirst();
      if (this.#closing.signal.aborted) return;
      // Told once for as long as it stays so; and whoever looks now sees for himself that the folder is gone, or is another one.
      if (reason !== lastReason) {
        this.#onTrouble(
          `Watching for changes stopped (${reason}). It is started again, and the whole folder is looked at.`,
        );
        this.#note('', true, 1);
      }
      lastReason = reason;
      if (clock.steady() - startedMs > healthyMs) delayMs = restartDelayMsMin;
      await clock.sleep(delayMs, this.#closing.signal);
      delayMs = Math.min(restartDelayMsMax, 2 * delayMs);
    }
  }

  /** Runs one watching process to its end and says how it ended. */
  #runChild(onReady: () => void): Promise<string> {
    const program = fileURLToPath(new URL('./watch-process.ts', import.meta.url));
    // Small young space: the process does little but hold watches, and its memory is the price of watching.
    const child = fork(program, [], {
      execArgv: ['--max-semi-space-size=1'],
      // Secrets that came by environment are no business of a watching process.
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FLOE_'))),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child = child;
    child.on('message', (news: WatchNews) => {
      if (news.kind === 'ready') onReady();
      else if (news.kind === 'trouble') this.#onTrouble(news.words);
      else for (const { folder, events, deep } of news.changes) this.#note(folder, deep, events);
    });
    child.send(this.#order);
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) =>
        resolve(code === rootGoneExitCode ? 'the folder is not there' : (signal ?? `exit code ${code}`)),
      );
    });
  }

  #note(folder: string, deep: boolean, events: number): void {
    if (this.#closing.signal.aborted) return;
    this.#gatherer.note({ folder, deep, events });
    this.#arrivals++;
    if (!this.#isSettling) this.#track(this.#settle());
  }

  async #settle(): Promise<void> {
    this.#isSettling = true;
    try {
      for (let round = 0, seen = -1; round < settleRoundsMax && seen !== this.#arrivals; round++) {
        seen = this.#arrivals;
        await this.#options.clock.sleep(this.#options.settleMs, this.#closing.signal);
      }
    } finally {
      this.#isSettling = false;
    }
    this.#onHint(this.#gatherer.take().map(({ folder, deep }) => ({ folder, deep })));
  }
}

export function openWatcher(options: WatcherOptions): Watcher {
  return {
    async watch(root, onHint, onTrouble) {
      const order = { root, limits: { ...watchLimits, ...options.limits } };
      const tree = new TreeWatch(order, options, onHint, onTrouble);
      await tree.open();
      return tree;
    },
  };
}
