/**
 * Limits, plan, pauses, aggregators, folders of choice, brakes and retention: the calls behind the window's settings, and behind the commands that say the same. It knows
 * only an engine and how to get between its passes, so a command without a running Floe uses it too.
 */
import type { Engine, Paused, SteeringState } from '../engine/engine.ts';
import type { CallIn, Handlers } from '../wire/contract.ts';
import type { Pause, Pauses, Steering } from '../wire/steering.ts';

export type SteeringCall =
  | 'sync.pause'
  | 'sync.resume'
  | 'steering.set'
  | 'aggregator.list'
  | 'choice.list'
  | 'choice.set'
  | 'choice.change'
  | 'brake.set'
  | 'retention.state'
  | 'retention.set'
  | 'retention.preview';

export interface SteeringSeat {
  engine(): Promise<Engine>;
  /** Work for which a running pass makes room; a pass begins after it. */
  between<T>(work: () => Promise<T>): Promise<T>;
  /** Pauses, limits or policies are others now. */
  steered(): Promise<void>;
}

const nothing = {};

export const pauseForm = ({ reason, untilMs }: Paused): Pause => ({ reason, untilMs });

export const steeringForm = ({ paused, ...state }: SteeringState): Steering => ({
  ...state,
  pause: paused && pauseForm(paused),
});

async function pausesOf(engine: Engine): Promise<Pauses> {
  const { paused } = await engine.steering.state();
  const spaces = (await engine.spaces()).flatMap(({ space, name, paused: own }) =>
    own ? [{ space, name, pause: pauseForm(own), isAll: own.isAll }] : [],
  );
  return { pause: paused && pauseForm(paused), spaces };
}

/** Only what was given: a field that is left out stays as it is. */
const given = <T extends object>(change: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

async function steer({ steering }: Engine, change: CallIn<'steering.set'>): Promise<boolean> {
  const { limits, plan, policy, aggregators } = change;
  if (limits) await steering.setLimits(given(limits));
  if (plan) await steering.setPlan(plan);
  if (policy) await steering.setPolicy(given(policy));
  if (aggregators) await steering.setAggregators(aggregators);
  return (limits ?? plan ?? policy ?? aggregators) !== undefined;
}

const rulesOf = ({ rules, budgetFrost }: CallIn<'retention.set'>): Parameters<Engine['setRetention']>[1] => ({
  rules,
  budgetFrost: budgetFrost === undefined ? undefined : BigInt(budgetFrost),
});

export function steeringHandlers(seat: SteeringSeat): Pick<Handlers, SteeringCall> {
  return {
    'sync.pause': async ({ space, untilMs }) => {
      const engine = await seat.engine();
      await engine.steering.pause(space, untilMs);
      await seat.steered();
      return pausesOf(engine);
    },
    'sync.resume': async ({ space }) => {
      const engine = await seat.engine();
      await engine.steering.resume(space);
      await seat.steered();
      return pausesOf(engine);
    },
    'steering.set': async (change) => {
      const engine = await seat.engine();
      if (await steer(engine, change)) await seat.steered();
      return steeringForm(await engine.steering.state());
    },
    'aggregator.list': async (_, signal) => ({ aggregators: await (await seat.engine()).aggregators(signal) }),
    'choice.list': async ({ space, path }) => (await seat.engine()).selection(space, path),
    'choice.set': async ({ space, only, without }) => {
      const engine = await seat.engine();
      await seat.between(() => engine.select({ space, only, without }));
      return nothing;
    },
    'choice.change': async ({ space, changes }) => {
      const engine = await seat.engine();
      await seat.between(() => engine.changeSelection(space, changes));
      return nothing;
    },
    'brake.set': async ({ space, ...change }) => {
      const engine = await seat.engine();
      const wanted = given(change);
      if (Object.keys(wanted).length === 0) return engine.brake(space);
      return seat.between(() => engine.setBrake(space, wanted));
    },
    'retention.state': async ({ space }) => {
      const { rules, budgetFrost } = await (await seat.engine()).retention(space);
      return { rules, budgetFrost: budgetFrost?.toString() };
    },
    'retention.set': async ({ space, ...retention }) => {
      const engine = await seat.engine();
      await seat.between(() => engine.setRetention(space, rulesOf({ space, ...retention })));
      return nothing;
    },
    'retention.preview': async (asked, signal) => {
      const engine = await seat.engine();
      const found = await engine.previewRetention(asked.space, rulesOf(asked), signal);
      const { snapshots, snapshotsGone, bytes, encodedBytes, frostPerEpoch, frostForLease } = found;
      return {
        snapshots,
        snapshotsGone,
        bytes,
        encodedBytes,
        frostPerEpoch: String(frostPerEpoch),
        frostForLease: String(frostForLease),
      };
    },
  };
}
