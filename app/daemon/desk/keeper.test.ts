/** The loop that keeps spaces in step: when it passes, when it rests, and what stops it. */
import { afterEach, expect, test } from 'vitest';
import { Fault } from '../../domain/fault.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Engine, SyncReport } from '../../engine/engine.ts';
import { openKeeper, type Keeper } from './keeper.ts';

/** A clock whose sleeps end when the test says so. */
function openStillClock(): Clock & { readonly sleeps: { ms: number; end: () => void }[] } {
  const sleeps: { ms: number; end: () => void }[] = [];
  return {
    sleeps,
    now: () => 0,
    steady: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleeps.push({ ms, end: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  };
}

type Sync = (space: string | undefined, signal: AbortSignal) => Promise<readonly SyncReport[]>;
let keeper: Keeper;
afterEach(() => keeper.close());

function open(sync: Sync): { readonly clock: ReturnType<typeof openStillClock>; hint: () => void } {
  const clock = openStillClock();
  const told: { hint: () => void } = { hint: () => undefined };
  const engine = {
    spaces: () =>
      Promise.resolve([
        { space: 'a', folder: '/a' },
        { space: 'b', folder: undefined },
        { space: 'c', folder: '/c' },
      ]),
    follow: sync,
    upkeep: () => Promise.resolve({ report: undefined, againInMs: 1000 }),
    dailyCheck: () => Promise.resolve(undefined),
  } as unknown as Engine;
  keeper = openKeeper({
    engine,
    clock,
    watcher: {
      watch: (_root, onHint) => {
        told.hint = () => onHint([]);
        return Promise.resolve({ close: () => Promise.resolve() });
      },
    },
    news: () => new Promise(() => undefined),
    onChange: () => undefined,
    onReport: () => undefined,
    onRenewed: () => undefined,
    onFault: () => undefined,
    onTrouble: () => undefined,
  });
  return { clock, hint: () => told.hint() };
}

test('each space with a folder is passed, then it rests until a hint', async () => {
  const seen: (string | undefined)[] = [];
  const { clock, hint } = open((space) => {
    seen.push(space);
    return Promise.resolve([]);
  });
  await expect.poll(() => clock.sleeps.length).toBe(1);
  expect(seen).toEqual(['a', 'c']);
  hint();
  await expect.poll(() => clock.sleeps.length).toBe(2);
  expect(seen).toEqual(['a', 'c', 'a', 'c']);
});

test('edge 53: without any hint a pass comes all the same, at the latest after some minutes', async () => {
  let passes = 0;
  const { clock } = open(() => {
    passes++;
    return Promise.resolve([]);
  });
  await expect.poll(() => clock.sleeps.length).toBe(1);
  expect(clock.sleeps[0]?.ms).toBeLessThanOrEqual(10 * 60_000);
  clock.sleeps[0]?.end();
  await expect.poll(() => clock.sleeps.length).toBe(2);
  expect(passes).toBe(4);
});

test('edge 82: a space that fails keeps no other back, and is tried again later each time', async () => {
  const seen: (string | undefined)[] = [];
  const { clock } = open((space) => {
    seen.push(space);
    return space === 'a' ? Promise.reject(new Fault('network-unreachable', 'later', 'Away.')) : Promise.resolve([]);
  });
  await expect.poll(() => clock.sleeps.length).toBe(1);
  expect(seen).toEqual(['a', 'c']);
  expect(keeper.passes.get('a')?.fault?.code).toBe('network-unreachable');
  expect(keeper.passes.get('c')?.fault).toBeUndefined();
  expect(keeper.retryAtMs).toBe(clock.sleeps[0]?.ms);
  clock.sleeps[0]?.end();
  await expect.poll(() => clock.sleeps.length).toBe(2);
  expect(clock.sleeps[1]?.ms).toBe(2 * (clock.sleeps[0]?.ms ?? 0));
});

test('work in between stops the pass, runs alone, and a pass begins again after it', async () => {
  const begun: (string | undefined)[] = [];
  const { clock } = open((space, signal) => {
    begun.push(space);
    if (begun.length > 1) return Promise.resolve([]);
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Fault('cancelled', 'now', 'Stopped.')), { once: true });
    });
  });
  await expect.poll(() => begun.length).toBe(1);
  expect(await keeper.between(() => Promise.resolve(begun.length))).toBe(1);
  await expect.poll(() => clock.sleeps.length).toBe(1);
  expect(begun).toEqual(['a', 'a', 'c']);
  expect(keeper.passes.get('a')?.fault).toBeUndefined();
});

test('a paused space keeps what its last pass found, and is asked for again when the pause ends', async () => {
  const problems = [{ path: 'a', fault: new Fault('file-unreadable', 'later', 'In use.') }];
  const said: Pick<SyncReport, 'paused'> = {};
  const { clock, hint } = open(() =>
    Promise.resolve([{ problems: said.paused ? [] : problems, ...said } as unknown as SyncReport]),
  );
  await expect.poll(() => clock.sleeps.length).toBe(1);
  expect(clock.sleeps[0]?.ms).toBe(60_000);
  const paused = { reason: 'user', isAll: true, untilMs: 5_000 } as const;
  Object.assign(said, { paused });
  hint();
  await expect.poll(() => clock.sleeps.length).toBe(2);
  expect(clock.sleeps[1]?.ms).toBe(5_000);
  expect(keeper.passes.get('a')?.report).toMatchObject({ problems, paused });
});

test('a defect ends it and is told', async () => {
  open(() => Promise.reject(new TypeError('a defect')));
  await expect(keeper.failed).rejects.toThrow('a defect');
});
