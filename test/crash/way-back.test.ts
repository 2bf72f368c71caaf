/**
 * Promise 5 on the way back: a recovery, the filling of a joined folder, and a restore that are killed at moments of chance, and run again, end in what the
 * space holds. A half-filled folder is never taken for deletions, nor its files for edits.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { compareFolders } from '../../app/daemon/commands/compare-folders.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { floe, floeDone, openHome, openWorld, syncDone, truthOf, type Home, type World } from './crash-world.ts';
import { editFolder, makeFolder } from './folder.ts';

// Some fifteen processes one after another.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const seed = Number(process.env['FLOE_CRASH_SEED'] ?? 31);
const dice = seededDice(seed);
let world: World;
let home: Home;

beforeAll(async () => {
  world = await openWorld();
  const template = join(world.dir, 'template');
  makeFolder(template);
  home = await openHome(world, 'first', template);
  await syncDone(home);
  editFolder(home.folder);
  await syncDone(home);
});

afterAll(() => world?.close());

/** Kills the command at moments between its start and the time that it takes; it may be done before. */
async function killSome(args: readonly string[], times: number, wholeMs: number): Promise<void> {
  const told: string[] = [];
  for (let i = 0; i < times; i++) {
    const killAfterMs = Math.round(wholeMs * (0.2 + 0.6 * dice.fraction()));
    const { signal, code } = await floe(args, { killAfterMs });
    told.push(`${killAfterMs} ms: ${signal ?? code}`);
  }
  process.stdout.write(`kills of ${args[2]} with FLOE_CRASH_SEED=${seed}: ${told.join(', ')}\n`);
}

it('a recovery, a joined folder and a restore that are killed end in what the space holds', async () => {
  const phraseFile = join(world.dir, 'phrase');
  writeFileSync(phraseFile, home.phrase, { mode: 0o600 });
  const recover = (dir: string): readonly string[] => {
    return ['--home', dir, 'recover', '--localnet', world.net, '--phrase-file', phraseFile];
  };
  const second = join(world.dir, 'second');
  const whole = await floeDone(recover(join(world.dir, 'whole')));
  await killSome(recover(second), 4, whole.ms);
  await floeDone(recover(second));

  const joined = join(world.dir, 'joined');
  mkdirSync(joined);
  await floeDone(['--home', second, 'add', joined, '--space', 'space']);
  const device = { ...home, dir: second };
  const before = await truthOf(world, device);
  await killSome(['--home', second, 'sync'], 4, whole.ms);
  await floeDone(['--home', second, 'sync']);
  expect(await compareFolders(home.folder, joined, [])).toEqual([]);
  // Nothing is published and no storage paid for a folder that only took what the space holds. That this device reads the space too is said on chain, once.
  const intents = { ...before.intents, 'put-entry succeeded': 1 };
  expect(await truthOf(world, device)).toEqual({ ...before, intents });
  expect(before.listings).toHaveLength(2);

  const back = join(world.dir, 'back');
  const restore = ['--home', second, 'restore', 'space', '--to', back];
  mkdirSync(back);
  await killSome(restore, 4, whole.ms);
  await floeDone(restore);
  expect(await compareFolders(home.folder, back, [])).toEqual([]);
});
