/**
 * Promises 4 and 5: `kill -9` at each named durable point, at chance moments, twice in a row, and of the network itself; then the same command again.
 * What stands in the end, here and on chain, and what was paid for it, is what an undisturbed run leaves, to the FROST. That no point of the engine is left
 * out is held by test/scenarios/kills.deep.test.ts, which kills at all of them.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { seededDice } from '../world/seeded-dice.ts';
import {
  accountOf,
  comesBack,
  floe,
  floeDone,
  openHome,
  openWorld,
  purseOf,
  sync,
  syncDone,
  takeHome,
  truthOf,
  type Home,
  type Purse,
  type Truth,
  type World,
} from './crash-world.ts';
import { editFolder, makeFolder } from './folder.ts';

// A case is up to ten processes one after another.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const spendPoints = (kind: string): readonly string[] =>
  ['intent-written', 'transaction-sent', 'effects-applied', 'intent-settled'].map((end) => `${kind}:${end}`);

/** Durable points of `floe init`. */
const initPoints = [...spendPoints('make-bag'), ...spendPoints('exchange')];

/** Durable points of `floe sync`, in the order of a round. */
const syncPoints = [
  'pack:spooled',
  'round:last-pack-spooled',
  'round:sealed',
  'pack:encoded',
  ...spendPoints('register'),
  'pack:registered',
  'pack:confirmation',
  'pack:stored',
  ...spendPoints('certify'),
  'pack:certified',
  'head:moved',
  'round:certified',
];

/** Durable points of `floe renew`. */
const renewPoints = spendPoints('extend-pool');

let world: World;
let template: string;
let reference: Truth;
let referencePurse: Purse;
let referenceMs: { readonly first: number; readonly second: number };
const passed = new Set<string>();

const pointsIn = (file: string): readonly string[] => readFileSync(file, 'utf8').trim().split('\n');

beforeAll(async () => {
  world = await openWorld();
  template = join(world.dir, 'template');
  makeFolder(template);
  const file = join(world.dir, 'points');
  const env = { FLOE_POINTS_FILE: file };
  const dir = join(world.dir, 'undisturbed');
  const init = await floeDone(['--home', dir, 'init', '--localnet', world.net], { env });
  const { phrase, address } = accountOf(init);
  referencePurse = await purseOf(world, dir, address);
  const home = await takeHome(world, 'undisturbed', template, phrase);
  const first = await syncDone(home, { env });
  editFolder(home.folder);
  const second = await syncDone(home, { env });
  reference = await truthOf(world, home);
  await floeDone(['--home', home.dir, 'renew', '--epochs', '1'], { env });
  for (const point of pointsIn(file)) passed.add(point);
  referenceMs = { first: first.ms, second: second.ms };
});

afterAll(() => world?.close());

let homes = 0;
const freshHome = (): Promise<Home> => openHome(world, `home-${++homes}`, template);

/** Syncs that die at one point after another, and one that does not. */
async function syncThrough(home: Home, points: readonly string[]): Promise<void> {
  for (const point of points) {
    const killed = await sync(home, { env: { FLOE_KILL_AT: point } });
    expect(killed.signal, `${point} must be reached: ${killed.stdout.split('\n').at(-2)}`).toBe('SIGKILL');
  }
  await syncDone(home);
}

async function expectUndisturbed(home: Home): Promise<void> {
  expect(await truthOf(world, home)).toEqual(reference);
  expect(await comesBack(world, home, template)).toEqual([]);
  rmSync(home.dir, { recursive: true });
  rmSync(home.folder, { recursive: true });
}

async function twoRounds(first: readonly string[], second: readonly string[]): Promise<void> {
  const home = await freshHome();
  await syncThrough(home, first);
  editFolder(home.folder);
  await syncThrough(home, second);
  await expectUndisturbed(home);
}

describe('the undisturbed run', () => {
  it('passes exactly the points that are named here', () => {
    expect([...passed].toSorted()).toEqual([...initPoints, ...syncPoints, ...renewPoints].toSorted());
  });

  it('leaves several packs a round, all certified, nothing open, and a ledger that agrees with the chain', async () => {
    expect(reference.listings).toHaveLength(2);
    expect(reference.packStates.length).toBeGreaterThanOrEqual(5);
    expect(new Set(reference.packStates)).toEqual(new Set(['live']));
    expect(reference.certifiedBlobs).toBe(reference.packStates.length);
    expect(reference.ledgerFrost).toBe(reference.chainFrost);
    expect(reference.ledgerFrost).toBeGreaterThan(0n);
    expect(reference).toMatchObject({ isPending: false, openIntents: 0, uncertifiedBlobs: 0, spool: [] });
    expect(referencePurse).toMatchObject({ bags: 1, intents: ['exchange succeeded', 'make-bag succeeded'] });
    expect(Object.keys(reference.intents).filter((key) => !key.endsWith(' succeeded'))).toEqual([]);
  });
});

describe('a sync that is killed', () => {
  const half = syncPoints.length / 2;
  // Each point once, half of them in the first round and half in the second; in memory all are met in both (kills.deep.test.ts).
  const single = syncPoints.slice(0, half).map((point, i) => [point, syncPoints[i + half] ?? point] as const);

  it.concurrent.each(single)(
    'at %s, and in the next round at %s, goes on as if nothing had been',
    async (first, second) => {
      await twoRounds([first], [second]);
    },
  );

  /** First round: three packs, the third moves the head. Second round: two packs. */
  const chosen: readonly (readonly [readonly string[], readonly string[]])[] = [
    [['register:intent-written', 'register:transaction-sent'], ['register:transaction-sent#2']],
    [
      ['pack:spooled#2', 'pack:encoded#2'],
      ['certify:transaction-sent#2', 'round:certified'],
    ],
    [['certify:transaction-sent#3', 'round:certified'], ['certify:intent-written#2']],
    [
      ['pack:confirmation#2', 'pack:confirmation#7'],
      ['pack:confirmation#6', 'pack:stored'],
    ],
    [['round:last-pack-spooled', 'round:last-pack-spooled', 'round:sealed'], ['certify:effects-applied#2']],
    [
      ['certify:intent-written#3', 'pack:stored'],
      ['register:effects-applied#2', 'head:moved'],
    ],
  ];

  it.concurrent.each(chosen)(
    'at %j, and in the next round at %j, goes on as if nothing had been',
    async (first, second) => {
      await twoRounds(first, second);
    },
  );

  const seeds = process.env['FLOE_CRASH_SEED'] === undefined ? [11, 12, 13] : [Number(process.env['FLOE_CRASH_SEED'])];
  it.concurrent.each(seeds)('edge 83: at moments of chance (seed %i), goes on as if nothing had been', async (seed) => {
    const dice = seededDice(seed);
    const home = await freshHome();
    const told: string[] = [];
    const killSome = async (times: number, wholeMs: number): Promise<void> => {
      for (let i = 0; i < times; i++) {
        // The first third of a run is the start of the process.
        const killAfterMs = Math.round(wholeMs * (0.3 + 0.7 * dice.fraction()));
        const { signal } = await sync(home, { killAfterMs });
        told.push(`${killAfterMs} ms: ${signal ?? 'done before'}`);
      }
      await syncDone(home);
    };
    await killSome(3, referenceMs.first);
    editFolder(home.folder);
    await killSome(2, referenceMs.second);
    process.stdout.write(`kills with FLOE_CRASH_SEED=${seed}: ${told.join(', ')}\n`);
    await expectUndisturbed(home);
  });
});

describe('a renewal that is killed', () => {
  const done = (ended: { readonly stdout: string }): Readonly<Record<string, unknown>> =>
    JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
  const look = async (home: Home): Promise<{ readonly endEpoch: unknown; readonly frost: unknown }> => {
    const { leases } = done(await floeDone(['--home', home.dir, 'leases'])) as {
      leases: readonly { endEpoch: number }[];
    };
    const { spentFrost, unexplained } = done(await floeDone(['--home', home.dir, 'budget']));
    expect(unexplained).toEqual([]);
    return { endEpoch: leases[0]?.endEpoch, frost: spentFrost };
  };
  const renew = (home: Home): readonly string[] => ['--home', home.dir, 'renew', '--epochs', '2'];

  it('at any point, is paid once when asked for again', async () => {
    const plain = await freshHome();
    await syncDone(plain);
    await floeDone(renew(plain));
    const expected = await look(plain);
    for (const point of renewPoints) {
      const home = await freshHome();
      await syncDone(home);
      const killed = await floe(renew(home), { env: { FLOE_KILL_AT: point } });
      expect(killed.signal, point).toBe('SIGKILL');
      await floeDone(renew(home));
      expect(await look(home), point).toEqual(expected);
    }
  });
});

describe('a network that is killed', () => {
  const moments = ['"kind":"packed"', '"kind":"uploading"', '"kind":"certified"'] as const;

  it.each(moments)('when a sync says %s, and started again, holds what it had taken', async (words) => {
    const home = await freshHome();
    const atRound = async (): Promise<void> => {
      let restarted: Promise<void> | undefined;
      const ended = await sync(home, {
        onLine(line) {
          if (line.includes(words)) restarted ??= world.killNetwork().then(() => world.startNetwork());
        },
      });
      expect(restarted, `never said ${words}: ${ended.stdout}`).toBeDefined();
      await restarted;
      await syncDone(home);
    };
    await atRound();
    editFolder(home.folder);
    await atRound();
    await expectUndisturbed(home);
  });

  it('together with the sync, holds what it had taken', async () => {
    const home = await freshHome();
    const killed = await sync(home, { env: { FLOE_KILL_AT: 'certify:intent-written' } });
    expect(killed.signal).toBe('SIGKILL');
    await world.killNetwork();
    const refused = await sync(home);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('"event":"failed"');
    await world.startNetwork();
    await syncDone(home);
    editFolder(home.folder);
    await syncDone(home);
    await expectUndisturbed(home);
  });
});

describe('an init that is killed', () => {
  async function initAgain(name: string): Promise<Home> {
    const dir = join(world.dir, name);
    const again = await floeDone(['--home', dir, 'init', '--localnet', world.net]);
    const { phrase, address } = accountOf(again);
    expect(await purseOf(world, dir, address)).toEqual(referencePurse);
    return takeHome(world, name, template, phrase);
  }

  it.concurrent.each(initPoints)(
    'at %s, tells the phrase when run again and has made one device with one purse',
    async (point) => {
      const name = `init-${++homes}`;
      const args = ['--home', join(world.dir, name), 'init', '--localnet', world.net];
      const killed = await floe(args, { env: { FLOE_KILL_AT: point } });
      expect(killed.signal).toBe('SIGKILL');
      const home = await initAgain(name);
      if (point === 'exchange:intent-written' || point === 'make-bag:transaction-sent') {
        await syncDone(home);
        editFolder(home.folder);
        await syncDone(home);
        await expectUndisturbed(home);
      }
    },
  );

  it('at moments of chance, tells the phrase when run again', async () => {
    const seed = 21;
    const dice = seededDice(seed);
    const whole = await floeDone(['--home', join(world.dir, 'init-whole'), 'init', '--localnet', world.net]);
    const name = `init-${++homes}`;
    mkdirSync(join(world.dir, name), { mode: 0o700 });
    const told: string[] = [];
    for (let i = 0; i < 4; i++) {
      const killAfterMs = Math.round(whole.ms * (0.3 + 0.6 * dice.fraction()));
      const args = ['--home', join(world.dir, name), 'init', '--localnet', world.net];
      const { signal, code } = await floe(args, { killAfterMs });
      told.push(`${killAfterMs} ms: ${signal ?? code}`);
      if (signal === null) break;
    }
    process.stdout.write(`kills of init with seed ${seed}: ${told.join(', ')}\n`);
    if (told.at(-1)?.endsWith(' 0') === true) return;
    const home = await initAgain(name);
    await syncDone(home);
    editFolder(home.folder);
    await syncDone(home);
    await expectUndisturbed(home);
  });
});
