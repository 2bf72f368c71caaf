/** Damage of all kinds to the catalog's file: it is seen, set aside and made anew from chain and packs; no history is lost, nothing is sent twice. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededDice } from '../../test/world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../../test/world/world.ts';
import { openCatalogInline, quarantine } from '../adapters/catalog/catalog.ts';
import type { Dice } from '../domain/clock.ts';
import { faultOf } from '../domain/fault.ts';
import type { Catalog } from '../ports/catalog.ts';

const never = new AbortController().signal;
const damages = 200;
const pageBytes = 4096;
const room = mkdtempSync(join(tmpdir(), 'floe-damage-'));
const file = join(room, 'catalog.sqlite');
const good = join(room, 'good.sqlite');
let world: World;
let laptop: Device;
let memory: unknown;
let deviceRecord = '';

/** Everything that a person can ask of the past. */
async function memoryOf({ engine }: Device): Promise<unknown> {
  const log = await engine.log('docs');
  const lists = [];
  const versions = [];
  for (const { snapshot } of log) {
    for (const folder of ['', ...Array.from({ length: 9 }, (_, i) => `folder ${i}`)])
      lists.push(await engine.list('docs', folder, snapshot));
  }
  for (let each = 0; each < 60; each++) versions.push(await engine.versions('docs', `folder ${each % 9}/${each}`));
  return { log, lists, versions, found: await engine.find('docs', '1', false) };
}

beforeAll(async () => {
  const dice = seededDice(121);
  world = await openWorld({ seed: 121 });
  laptop = await world.device('laptop');
  laptop.catalog = openCatalogInline({ file });
  laptop.start();
  const device = await laptop.engine.chooseDevice('laptop', never);
  world.ledger.fund(device.address, 30_000_000_000n);
  await laptop.engine.fund(never);
  const { user } = laptop.disk;
  const write = (each: number): void =>
    user.write(`/home/docs/folder ${each % 9}/${each}`, dice.bytes(Math.floor(dice.fraction() * 9_000)));
  for (let each = 0; each < 60; each++) write(each);
  await laptop.protect('/home/docs');
  await laptop.sync();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 10; i++) write(Math.floor(dice.fraction() * 60));
    await laptop.sync();
  }
  memory = await memoryOf(laptop);
  deviceRecord = (await laptop.catalog.record('device')) ?? '';
  await laptop.catalog.close();
  copyFileSync(file, good);
}, 120_000);
afterAll(async () => {
  await world.close();
  rmSync(room, { recursive: true, force: true });
});

/** Spoils the file and says how. */
function spoil(dice: Dice): string {
  const bytes = readFileSync(file);
  const pages = Math.floor(bytes.length / pageBytes);
  const any = (count: number): number => Math.floor(dice.fraction() * count);
  const kind = any(10);
  if (kind === 0) {
    rmSync(file);
    return 'deleted';
  }
  if (kind <= 2) {
    const length = any(bytes.length);
    truncateSync(file, length);
    return `cut to ${length} of ${bytes.length} bytes`;
  }
  const count = 1 + any(6);
  const hit = Array.from({ length: count }, () => any(pages));
  const manner = (['noise', 'zeros', 'another page'] as const)[any(3)] ?? 'noise';
  for (const page of hit) {
    const with_ = {
      noise: () => dice.bytes(pageBytes),
      zeros: () => new Uint8Array(pageBytes),
      'another page': () => bytes.subarray(any(pages) * pageBytes).subarray(0, pageBytes),
    }[manner]();
    bytes.set(with_, page * pageBytes);
  }
  writeFileSync(file, bytes);
  return `${manner} over pages ${hit.join(', ')} of ${pages}`;
}

/** The catalog when it opens and says that it is whole; undefined when it is seen to be damaged. */
async function openIfWhole(): Promise<Catalog | undefined> {
  try {
    const catalog = openCatalogInline({ file });
    if ((await catalog.integrity()) === undefined) return catalog;
    await catalog.close();
    return undefined;
  } catch (error) {
    if (faultOf(error)?.code !== 'catalog-damaged') throw error;
    return undefined;
  }
}

async function isRemembered(): Promise<boolean> {
  try {
    return JSON.stringify(await memoryOf(laptop), plain) === JSON.stringify(memory, plain);
  } catch (error) {
    if (faultOf(error) === undefined) throw error;
    return false;
  }
}
const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

describe('a catalog whose file was spoiled', () => {
  it('edge 85: is seen to be, is set aside, and comes back whole from chain and packs; nothing is sent again', async () => {
    const outcomes = { harmless: 0, rebuilt: 0 };
    for (let seed = 1; seed <= damages; seed++) {
      const dice = seededDice(7_000 + seed);
      for (const name of readdirSync(room)) if (name !== 'good.sqlite') rmSync(join(room, name));
      copyFileSync(good, file);
      const words = `seed ${seed}: ${spoil(dice)}`;
      const wasThere = existsSync(file);
      const opened = await openIfWhole();
      const isEmpty = opened !== undefined && (await opened.spaces()).length === 0;
      if (opened && !isEmpty) {
        laptop.catalog = opened;
        laptop.start();
        expect(await isRemembered(), `not seen: ${words}`).toBe(true);
        await opened.close();
        outcomes.harmless++;
        continue;
      }
      await opened?.close();
      if (wasThere) {
        const aside = quarantine(file, seed);
        expect(existsSync(aside), words).toBe(true);
        expect(existsSync(file), words).toBe(false);
      }
      const fresh = openCatalogInline({ file });
      laptop.catalog = fresh;
      laptop.start();
      laptop.requests.take();
      await laptop.engine.recover(never);
      expect(await memoryOf(laptop), `not rebuilt: ${words}`).toEqual(memory);
      await putFolderBack();
      const report = await laptop.sync('docs');
      expect(report, words).toMatchObject({ newChunks: 0, packs: [], problems: [] });
      expect(laptop.requests.count('PUT'), words).toBe(0);
      expect(laptop.requests.count('ExecuteTransaction'), words).toBe(0);
      expect(await isRemembered(), `changed by a pass: ${words}`).toBe(true);
      await fresh.close();
      outcomes.rebuilt++;
    }
    // Almost every page holds something.
    expect(outcomes.rebuilt).toBeGreaterThan(damages / 2);
  }, 900_000);
});

/** What only the catalog knew, as whoever sits before the computer gives it back: which device this is, and where the folder lies. */
async function putFolderBack(): Promise<void> {
  const { catalog } = laptop;
  const [space] = await catalog.spaces();
  if (space === undefined) throw new Error('there is no space');
  await catalog.setRecord('device', deviceRecord);
  await catalog.setFolder(space.num, '/home/docs');
}
