/**
 * What a person lets Floe do and when: limits, a week's plan, pauses, what battery and metered lines mean, which aggregators may be asked. Kept in the home; looked at before and
 * during each pass. A pause stops a pass where it is, and it goes on from its last durable point.
 */
import { parseAggregatorUrls, type AggregatorUrl } from '../domain/aggregator-url.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import { openScope } from '../domain/deadline.ts';
import type { Clock } from '../domain/clock.ts';
import type { Speeds } from '../domain/pace.ts';
import { nextChangeMs, speedAt, weekRulesMax, type ReadWallTime, type Speed, type WeekPlan } from '../domain/week.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Power, PowerState } from '../ports/power.ts';
import { findSpace } from './look.ts';

/** `bulk`: large files wait (`bulkFileBytesMax`), all else goes on. */
export type PowerRule = 'never' | 'bulk' | 'all';

export interface PowerPolicy {
  readonly battery: PowerRule;
  readonly metered: PowerRule;
}

export type PauseReason = 'user' | 'schedule' | 'battery' | 'metered';

export interface Paused {
  readonly reason: PauseReason;
  /** Only this space, or all. */
  readonly isAll: boolean;
  /** When it ends by itself, as far as is known. */
  readonly untilMs: number | undefined;
}

export interface SteeringState {
  /** As they were set; they hold while `speed` is not 'full'. */
  readonly limits: Speeds;
  readonly plan: WeekPlan;
  /** By the plan, now. Without a plan limits hold always: 'limited' when there are any. */
  readonly speed: Speed;
  readonly nextChangeMs: number | undefined;
  readonly policy: PowerPolicy;
  readonly power: PowerState;
  /** Of everything. */
  readonly paused: Paused | undefined;
  /** Large files wait, by the policy. */
  readonly isBulkHeld: boolean;
  /** Those that may be asked, in the order in which they were set. */
  readonly aggregators: readonly AggregatorUrl[];
}

export interface Steering {
  readonly state: () => Promise<SteeringState>;
  setLimits(change: { readonly [K in keyof Speeds]?: number | 'off' }): Promise<void>;
  setPlan(plan: WeekPlan): Promise<void>;
  setPolicy(change: Partial<PowerPolicy>): Promise<void>;
  /** These and no others, as they were typed. */
  setAggregators(urls: readonly string[]): Promise<void>;
  aggregators(): Promise<readonly AggregatorUrl[]>;
  /** Without a space: everything. */
  pause(space: string | undefined, untilMs: number | undefined): Promise<void>;
  resume(space: string | undefined): Promise<void>;
  speeds(): Promise<Speeds>;
  paused(space: number | undefined): Promise<Paused | undefined>;
  isBulkHeld(): Promise<boolean>;
  /** Power or time may have changed. */
  look(): void;
  /** Works until it is done, or until the space is paused. */
  unlessPaused<T>(
    space: number,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ readonly done: T } | { readonly paused: Paused }>;
}

export interface SteeringPorts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly wallTime?: ReadWallTime;
  readonly power?: Power;
}

interface Settings {
  readonly limits: Speeds;
  readonly plan: WeekPlan;
  readonly policy: PowerPolicy;
  readonly aggregators: readonly AggregatorUrl[];
}

const recordKey = 'steering';
const pauseKey = (space: number | undefined): string => (space === undefined ? 'pause' : `pause:${space}`);

/** Metered lines cost money that nobody agreed to; batteries are there to be used; an aggregator sees what is read, so somebody has to want it. */
const usual: Settings = {
  limits: { up: undefined, down: undefined },
  plan: [],
  policy: { battery: 'never', metered: 'all' },
  aggregators: [],
};

/** Below this a pack would take hours and nothing would ever be certified. */
const bytesPerSecondMin = 1024;

/** While a pass runs, the plan and the power are looked at so often. */
const lookMs = 30_000;

const unknownPower: PowerState = { isOnBattery: undefined, isMetered: undefined };
/** A host that cannot tell its wall time is in UTC; Thursday was the first day of 1970. */
const utc: ReadWallTime = (timeMs) => ({
  weekday: (Math.floor(timeMs / 86_400_000) + 3) % 7,
  minute: Math.floor(timeMs / 60_000) % 1440,
});

export function openSteering({ catalog, clock, wallTime = utc, power }: SteeringPorts): Steering {
  let known: Promise<Settings> | undefined;
  const watchers = new Set<() => void>();

  const settings = (): Promise<Settings> => {
    known ??= catalog
      .record(recordKey)
      .then((text) => (text === undefined ? usual : { ...usual, ...(JSON.parse(text) as Partial<Settings>) }));
    return known;
  };
  const look = (): void => {
    for (const watcher of watchers) watcher();
  };
  const write = async (change: Partial<Settings>): Promise<void> => {
    const next = { ...(await settings()), ...change };
    await catalog.setRecord(recordKey, JSON.stringify(next));
    known = Promise.resolve(next);
    look();
  };
  const otherwise = ({ limits }: Settings): Speed =>
    limits.up === undefined && limits.down === undefined ? 'full' : 'limited';
  /** With a plan, the hours that it does not name are free. */
  const planned = (all: Settings): Speed => (all.plan.length > 0 ? 'full' : otherwise(all));
  const speedNow = (all: Settings): Speed => speedAt(all.plan, wallTime(clock.now()), planned(all));
  const changeMs = (all: Settings): number | undefined => nextChangeMs(all.plan, wallTime, clock.now(), planned(all));
  const powerNow = (): Promise<PowerState> => power?.now() ?? Promise.resolve(unknownPower);

  async function byUser(space: number | undefined): Promise<Paused | undefined> {
    const text = await catalog.record(pauseKey(space));
    if (text === undefined || text === '') return undefined;
    const { untilMs } = JSON.parse(text) as { untilMs?: number };
    if (untilMs !== undefined && untilMs <= clock.now()) return undefined;
    return { reason: 'user', isAll: space === undefined, untilMs };
  }

  async function paused(space: number | undefined): Promise<Paused | undefined> {
    const word = (await byUser(undefined)) ?? (space === undefined ? undefined : await byUser(space));
    if (word) return word;
    const all = await settings();
    if (speedNow(all) === 'nothing') return { reason: 'schedule', isAll: true, untilMs: changeMs(all) };
    const { isOnBattery, isMetered } = await powerNow();
    if (isOnBattery === true && all.policy.battery === 'all')
      return { reason: 'battery', isAll: true, untilMs: undefined };
    if (isMetered === true && all.policy.metered === 'all')
      return { reason: 'metered', isAll: true, untilMs: undefined };
    return undefined;
  }

  async function isBulkHeld(): Promise<boolean> {
    const { policy } = await settings();
    const { isOnBattery, isMetered } = await powerNow();
    return (isOnBattery === true && policy.battery !== 'never') || (isMetered === true && policy.metered !== 'never');
  }

  async function numOf(space: string | undefined): Promise<number | undefined> {
    return space === undefined ? undefined : (await findSpace(catalog, space)).num;
  }

  return {
    look,
    paused,
    isBulkHeld,
    async state() {
      const all = await settings();
      return {
        limits: all.limits,
        plan: all.plan,
        speed: speedNow(all),
        nextChangeMs: changeMs(all),
        policy: all.policy,
        power: await powerNow(),
        paused: await paused(undefined),
        isBulkHeld: await isBulkHeld(),
        aggregators: all.aggregators,
      };
    },
    async setLimits(change) {
      const { limits } = await settings();
      const next = { up: wanted(change.up, limits.up), down: wanted(change.down, limits.down) };
      await write({ limits: next });
    },
    async setPlan(plan) {
      if (plan.length > weekRulesMax)
        throw new Fault('bad-input', 'after-user', `A schedule has at most ${weekRulesMax} rules.`);
      await write({ plan });
    },
    async setPolicy(change) {
      await write({ policy: { ...(await settings()).policy, ...change } });
    },
    async setAggregators(urls) {
      await write({ aggregators: parseAggregatorUrls(urls) });
    },
    async aggregators() {
      return (await settings()).aggregators;
    },
    async pause(space, untilMs) {
      await catalog.setRecord(pauseKey(await numOf(space)), JSON.stringify({ untilMs }));
      look();
    },
    async resume(space) {
      const keys = [pauseKey(await numOf(space))];
      if (space === undefined) for (const { num } of await catalog.spaces()) keys.push(pauseKey(num));
      for (const key of keys) await catalog.setRecord(key, '');
      look();
    },
    async speeds() {
      const all = await settings();
      return speedNow(all) === 'full' ? usual.limits : all.limits;
    },
    async unlessPaused(space, signal, work) {
      const scope = openScope(signal);
      let stopped: Paused | undefined;
      const check = async (): Promise<void> => {
        stopped ??= await paused(space);
        if (stopped) scope.abort(new Fault('cancelled', 'later', 'Paused. It goes on from where it is.'));
      };
      // A catalog that cannot be read ends the work with its own word.
      const onLook = (): void => void check().catch((error: unknown) => scope.abort(error));
      watchers.add(onLook);
      const { plan } = await settings();
      if (plan.length > 0 || power !== undefined) void everyNowAndThen(clock, scope.signal, onLook);
      try {
        await check();
        if (stopped) return { paused: stopped };
        return { done: await work(scope.signal) };
      } catch (error) {
        if (stopped && !signal.aborted && isEnd(error, scope.signal)) return { paused: stopped };
        throw error;
      } finally {
        watchers.delete(onLook);
        scope.abort(new Fault('cancelled', 'now', 'Done.'));
        scope.close();
      }
    },
  };
}

function wanted(change: number | 'off' | undefined, now: number | undefined): number | undefined {
  if (change === undefined) return now;
  if (change === 'off') return undefined;
  if (!Number.isFinite(change) || change < bytesPerSecondMin)
    throw new Fault('bad-input', 'after-user', `A limit is at least ${bytesPerSecondMin} bytes a second, or off.`);
  return change;
}

const isEnd = (error: unknown, signal: AbortSignal): boolean =>
  error === signal.reason ||
  faultOf(error)?.code === 'cancelled' ||
  (error instanceof Error && error.name === 'AbortError');

async function everyNowAndThen(clock: Clock, signal: AbortSignal, work: () => void): Promise<void> {
  while (!signal.aborted) {
    const isOver = await clock.sleep(lookMs, signal).then(
      () => false,
      () => true,
    );
    if (isOver) return;
    work();
  }
}
