/**
 * Keeps all spaces in step until closed: a pass at the start, one whenever something changed, and one now and then anyway, since hints may be lost.
 * Each space fails alone and is tried again, later each time. What is paused is not passed; leases are looked after all the same. A defect ends it: `failed` rejects.
 */
import { faultOf, type Fault } from '../../domain/fault.ts';
import type { Engine, SyncReport } from '../../engine/engine.ts';
import type { Watcher, Watching } from '../../ports/watcher.ts';
import { openLeaseTurn, type LeaseTurnOptions } from './lease-turn.ts';

/** A pass without any hint, in case hints were lost. */
const fullPassMs = 10 * 60_000;
/** A pass after one that had to leave something: a file that was in use, a disk that was full. */
const againMs = 60_000;
/** After a failed pass. */
const retryFirstMs = 5_000;
const retryLongestMs = 5 * 60_000;

/** Whether a pause by battery or line is over nobody tells a headless host: it is looked at so often. */
const pausedLookMs = 60_000;

/** Until the next pass without any hint: sooner when something was left, or when a pause ends. */
function restMs(passes: readonly SpacePass[], nowMs: number): number {
  const waits = passes.flatMap(({ report }) => {
    const paused = report?.paused;
    if (paused === undefined) return (report?.problems.length ?? 0) > 0 ? [againMs] : [];
    const usualMs = paused.reason === 'user' ? fullPassMs : pausedLookMs;
    return [Math.min(usualMs, Math.max(1, (paused.untilMs ?? Infinity) - nowMs))];
  });
  return Math.min(fullPassMs, ...waits);
}

/** A pass that did not begin says only why: what the one before it found still stands. */
const withPause = (report: SyncReport | undefined, before: SyncReport | undefined): SyncReport | undefined =>
  report?.paused && before ? { ...before, paused: report.paused } : report;

export interface SpacePass {
  readonly report: SyncReport | undefined;
  readonly fault: Fault | undefined;
  readonly timeMs: number;
}

export interface KeeperOptions extends LeaseTurnOptions {
  readonly engine: Engine;
  readonly watcher: Watcher;
  /** Resolves when another device has something new, or when it is aborted. */
  readonly news: (signal: AbortSignal) => Promise<void>;
  /** After each space of a pass; and when the retry time or the resting changed. */
  readonly onChange: () => void;
  readonly onReport: (report: SyncReport) => void;
  readonly onFault: (fault: Fault, retryMs: number) => void;
}

export interface Keeper {
  /** The last pass of each space, by its id. */
  readonly passes: ReadonlyMap<string, SpacePass>;
  readonly isWorking: boolean;
  readonly retryAtMs: number | undefined;
  /** A pass begins now, or right after the one that runs. */
  wake(): void;
  /** Stops the running pass where it is, does the work, and goes on: a pass begins again from its last durable point. */
  between<T>(work: () => Promise<T>): Promise<T>;
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

export function openKeeper(options: KeeperOptions): Keeper {
  const { engine, clock } = options;
  const passes = new Map<string, SpacePass>();
  const watchings = new Map<string, Watching>();
  const end = new AbortController();
  let stopper = new AbortController();
  let wake = (): void => undefined;
  let busy: Promise<unknown> = Promise.resolve();
  let isWorking = false;
  let isResting = false;
  let retryAtMs: number | undefined;
  let retryMs = retryFirstMs;
  const renewLeases = openLeaseTurn(options);

  async function watchFolders(): Promise<void> {
    const folders = new Set((await engine.spaces()).flatMap((space) => space.folder ?? []));
    for (const [folder, watching] of watchings) {
      if (folders.has(folder)) continue;
      watchings.delete(folder);
      await watching.close();
    }
    for (const folder of folders) {
      if (watchings.has(folder)) continue;
      try {
        watchings.set(folder, await options.watcher.watch(folder, () => wake(), options.onTrouble));
      } catch (error) {
        const fault = faultOf(error);
        // A folder that is not there now is asked for again before the next pass.
        if (!fault) throw error;
        options.onTrouble(fault.message);
      }
    }
  }

  /** One pass of each space. The first fault, if any. */
  async function pass(signal: AbortSignal): Promise<Fault | undefined> {
    let first: Fault | undefined;
    for (const { space, folder } of await engine.spaces()) {
      if (folder === undefined || signal.aborted) continue;
      try {
        const [report] = await engine.follow(space, signal);
        const known = withPause(report, passes.get(space)?.report);
        passes.set(space, { report: known, fault: undefined, timeMs: clock.now() });
        if (report) options.onReport(report);
      } catch (error) {
        const fault = faultOf(error);
        if (signal.aborted) return first;
        if (!fault) throw error;
        passes.set(space, { report: passes.get(space)?.report, fault, timeMs: clock.now() });
        first ??= fault;
      }
      options.onChange();
    }
    return first;
  }

  async function onePass(): Promise<number> {
    const signal = AbortSignal.any([end.signal, stopper.signal]);
    isWorking = true;
    retryAtMs = undefined;
    try {
      await watchFolders();
      const fault = await pass(signal);
      if (signal.aborted) return 0;
      if (!fault) {
        retryMs = retryFirstMs;
        return restMs([...passes.values()], clock.now());
      }
      options.onFault(fault, retryMs);
      retryAtMs = clock.now() + retryMs;
      const waitMs = retryMs;
      retryMs = Math.min(2 * retryMs, retryLongestMs);
      return waitMs;
    } finally {
      isWorking = false;
      options.onChange();
    }
  }

  async function run(): Promise<void> {
    while (!end.signal.aborted) {
      // From here on a hint counts for the next pass.
      const woken = new Promise<void>((done) => (wake = done));
      await busy;
      if (stopper.signal.aborted) stopper = new AbortController();
      await renewLeases(end.signal);
      const waitMs = await onePass();
      if (end.signal.aborted || stopper.signal.aborted) continue;
      const pause = new AbortController();
      const timer = clock.sleep(waitMs, pause.signal).catch((error: unknown) => {
        if (!pause.signal.aborted) throw error;
      });
      isResting = true;
      await Promise.race([woken, timer, options.news(pause.signal)]);
      isResting = false;
      pause.abort();
    }
  }

  const running = run();
  // Whoever looks at `failed` learns of a defect; closing does not throw it a second time.
  const failed = running.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  return {
    passes,
    get isWorking() {
      return isWorking;
    },
    get retryAtMs() {
      return retryAtMs;
    },
    wake: () => wake(),
    async between(work) {
      const turn = busy.then(work);
      busy = turn.catch(() => undefined);
      stopper.abort();
      try {
        return await turn;
      } finally {
        // A stopped pass begins again by itself.
        if (isResting) wake();
      }
    },
    failed,
    async close() {
      end.abort();
      wake();
      await running.catch(() => undefined);
      await Promise.all([...watchings.values()].map((watching) => watching.close()));
    },
  };
}
