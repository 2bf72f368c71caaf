/**
 * `kill -9` in the upkeep of what is stored: a tidy that compacts and dooms, one that deletes, and a voucher, on a network whose epochs are short so that a
 * doom list is soon ripe. The points are those that an undisturbed home passes; between them the killed homes die at every one.
 */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { seededDice } from '../world/seeded-dice.ts';
import {
  comesBack,
  floe,
  floeDone,
  openHome,
  openWorld,
  truthOf,
  withHome,
  type Home,
  type Truth,
  type World,
} from './crash-world.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 240_000 });

const never = new AbortController().signal;
/** Also the time for which a doom list has to stand. */
const epochSeconds = 60;
const leaseEpochs = 40;
const rounds = 4;
/** No home dies at two of the points around one transaction, since what is settled when Floe starts again passes none of them: a deletion has six. */
const killedHomes = 6;

let world: World;
let plain: Home;
let homes: readonly Home[];

beforeAll(async () => {
  world = await openWorld(epochSeconds);
  const template = join(world.dir, 'template');
  mkdirSync(template);
  plain = await scattered('plain', template);
  homes = await Promise.all(Array.from({ length: killedHomes }, (_, i) => scattered(`killed-${i}`, template)));
});
afterAll(() => world?.close());

/** Many small packs; the same bytes and times in every home. */
async function scattered(name: string, template: string): Promise<Home> {
  const home = await openHome(world, name, template);
  // However slow the machine is, no lease ends.
  await withHome(home.dir, ({ engine }) => engine.setAhead('space', leaseEpochs, never));
  const dice = seededDice(5);
  for (let round = 0; round < rounds; round++) {
    for (const file of ['changing', `file ${round}`]) {
      writeFileSync(join(home.folder, file), dice.bytes(3_000));
      utimesSync(join(home.folder, file), 1_700_000_000 + round, 1_700_000_000 + round);
    }
    await withHome(home.dir, ({ engine }) => engine.sync(undefined, never));
  }
  return home;
}

const tidy = (home: Home): readonly string[] => ['--home', home.dir, 'tidy', 'space'];

/** What was paid depends on the moment, as prices are for what is left of an epoch; everything else must be the same. */
async function comparable(home: Home): Promise<Omit<Truth, 'ledgerFrost' | 'chainFrost'>> {
  const { ledgerFrost, chainFrost, ...rest } = await truthOf(world, home);
  expect(ledgerFrost).toBe(chainFrost);
  expect(rest).toMatchObject({ openIntents: 0, uncertifiedBlobs: 0, spool: [], isPending: false });
  // What an epoch's end came before fails and moves nothing; it is done again, which is counted.
  const intents = Object.entries(rest.intents).filter(([kind]) => !kind.endsWith(' failed'));
  return { ...rest, intents: Object.fromEntries(intents) };
}

/** The undisturbed tidy, and the points that it passes. */
async function undisturbed(): Promise<{ readonly points: readonly string[]; readonly truth: unknown }> {
  const file = join(world.dir, `points-${rounds}`);
  writeFileSync(file, '');
  await floeDone(tidy(plain), { env: { FLOE_POINTS_FILE: file } });
  return { points: [...new Set(readFileSync(file, 'utf8').trim().split('\n'))], truth: await comparable(plain) };
}

/** The homes die at the points in turns, each at every sixth of them. */
async function killed(points: readonly string[]): Promise<readonly string[]> {
  const died: string[] = [];
  for (const [i, home] of homes.entries()) {
    for (const point of points.filter((_, at) => at % homes.length === i)) {
      const { signal } = await floe(tidy(home), { env: { FLOE_KILL_AT: point } });
      if (signal === 'SIGKILL') died.push(point);
    }
    await floeDone(tidy(home));
  }
  return died;
}

it('a tidy that is killed compacts, lists and deletes once, and everything comes back', async () => {
  const first = await undisturbed();
  expect(first.points).toEqual(expect.arrayContaining(['compact:spooled', 'compact:live', 'garbage:listed']));
  const died = await killed(first.points);
  for (const home of homes) expect(await comparable(home)).toEqual(first.truth);
  expect(first.points.filter((point) => !died.includes(point))).toEqual([]);

  const ripeMs = (await world.chain().timeMs()) + epochSeconds * 1000;
  await vi.waitFor(async () => expect(await world.chain().timeMs()).toBeGreaterThan(ripeMs), {
    timeout: 3 * epochSeconds * 1000,
    interval: 1000,
  });
  const second = await undisturbed();
  expect(second.points).toEqual(expect.arrayContaining(['delete-blobs:transaction-sent', 'garbage:buried']));
  const diedAgain = await killed(second.points);
  for (const home of homes) expect(await comparable(home)).toEqual(second.truth);
  expect(second.points.filter((point) => !diedAgain.includes(point))).toEqual([]);
  for (const home of homes) expect(await comesBack(world, home, undefined)).toEqual([]);
});

it('a voucher whose keeper is killed again and again extends once, and the books have it', async () => {
  const voucher = join(world.dir, 'voucher');
  const [home] = homes;
  if (!home) throw new Error('a home');
  const issue = ['--home', home.dir, 'renewer', 'issue', '--voucher', voucher, '--epochs', '3'];
  const run = ['renewer', 'run', '--voucher', voucher, '--localnet', world.net, '--when-left', '50', '--once'];
  const whole = await floeDone(issue);
  const dice = seededDice(51);
  for (let i = 0; i < 2; i++) await floe(issue, { killAfterMs: whole.ms * (0.5 + 0.5 * dice.fraction()) });
  for (let i = 0; i < 3; i++) await floe(run, { killAfterMs: whole.ms * (0.5 + 0.5 * dice.fraction()) });
  await floeDone(run);
  await floeDone(['--home', home.dir, 'sync']);
  expect((await comparable(home)).intents).toMatchObject({ 'extend-later succeeded': 1 });
});
