/**
 * Random histories of two and three whole devices: people write, move, swap and delete, passes run and are killed anywhere. In the end all hold the same,
 * and every text that nobody removed or wrote over is still there. FLOE_HISTORIES=from-to runs other seeds.
 */
import { describe, expect, it } from 'vitest';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';
import { devices, root } from './several-devices.ts';

const seeds = [3, 23, 36];
const [first, last] = (process.env['FLOE_HISTORIES'] ?? '').split('-').map(Number);
const chosen = first ? Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i) : seeds;
const steps = 20;
const names = ['a', 'b', 'c', 'd', 'e'];

/** What is below a path: files with their text, folders with none. */
function below({ disk }: Device, path: string): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  const node = disk.tree.find(path);
  if (node?.kind === 'file') return found.set(path, disk.user.text(path));
  for (const name of node?.children.keys() ?? []) {
    if (name.startsWith('.floe-')) continue;
    const child = `${path}/${name}`;
    if (disk.tree.find(child)?.kind === 'folder') found.set(child, undefined);
    for (const [at, text] of below({ disk } as Device, child)) found.set(at, text);
  }
  return found;
}

/** People at their devices, and what they may expect to find again. */
class People {
  readonly wanted = new Set<string>();
  readonly #below: (limit: number) => number;
  #texts = 0;

  constructor(chance: (limit: number) => number) {
    this.#below = chance;
  }

  #oneOf<T>(all: readonly T[]): T | undefined {
    return all[this.#below(all.length)];
  }

  #gone(device: Device, path: string): void {
    for (const text of below(device, path).values()) if (text !== undefined) this.wanted.delete(text);
  }

  act(device: Device): void {
    const { user } = device.disk;
    const all = below(device, root);
    const folder =
      this.#oneOf([root, ...[...all].flatMap(([path, text]) => (text === undefined ? [path] : []))]) ?? root;
    const target = `${folder}/${this.#oneOf(names) ?? 'a'}`;
    const [from, other] = [this.#oneOf([...all.keys()]), this.#oneOf([...all.keys()])];
    const isBelow = (inner: string, outer: string): boolean => `${inner}/`.startsWith(`${outer}/`);
    const kind = this.#below(8);
    if (kind < 3) this.#write(device, target, all);
    else if (kind === 3 && !user.exists(target)) user.makeFolder(target);
    else if (kind < 6 && from !== undefined && !user.exists(target) && !isBelow(target, from))
      user.rename(from, target);
    else if (kind === 6 && from !== undefined) {
      this.#gone(device, from);
      user.remove(from);
    } else if (kind === 7 && from && other && !isBelow(from, other) && !isBelow(other, from)) {
      user.rename(from, `${root}/aside`);
      user.rename(other, from);
      user.rename(`${root}/aside`, other);
    }
  }

  #write(device: Device, path: string, all: ReadonlyMap<string, string | undefined>): void {
    if (all.has(path) && all.get(path) === undefined) return;
    this.#gone(device, path);
    const text = `text ${++this.#texts} of ${device.name}`;
    this.wanted.add(text);
    if (this.#below(2) === 0) device.disk.user.write(path, text);
    else device.disk.user.save(path, text);
  }
}

/** True when the pass had anything to do. */
async function pass(device: Device): Promise<boolean> {
  const { applied, packs, problems } = await device.sync('docs');
  return applied + packs.length + problems.length > 0;
}

async function history(world: World, seed: number): Promise<void> {
  const dice = seededDice(seed * 7 + 1);
  const chance = (limit: number): number => Math.floor(dice.fraction() * limit);
  const all = await devices(world, {}, ...['desktop', 'tablet'].slice(0, 1 + (seed % 2)));
  const people = new People(chance);
  for (let step = 0; step < steps; step++) {
    const device = all[chance(all.length)];
    if (device === undefined) continue;
    for (let acts = 1 + chance(5); acts > 0; acts--) people.act(device);
    if (chance(3) > 0) continue;
    const point = ['', 'apply:', 'apply:on-disk', 'merge:'][chance(4)] ?? '';
    if (chance(2) === 0) await device.killAt(`${point}*#${1 + chance(6)}`, () => pass(device));
    else await pass(device);
  }
  const restMax = 12;
  let quiet = 0;
  for (let round = 0; round < restMax && quiet < 2; round++) {
    let isBusy = false;
    for (const device of all) {
      await device.engine.release('docs');
      if (await pass(device)) isBusy = true;
    }
    quiet = isBusy ? 0 : quiet + 1;
  }
  expect(quiet, 'all come to rest').toBe(2);
  const [one, ...others] = all.map((device) => [...below(device, root)].toSorted());
  for (const other of others) expect(other).toEqual(one);
  const texts = new Set((one ?? []).map(([, text]) => text));
  expect(
    [...people.wanted].filter((text) => !texts.has(text)),
    'texts that were lost',
  ).toEqual([]);
  for (const device of all) expect(await device.engine.integrity()).toBeUndefined();
}

describe('a random history', () => {
  it.each(chosen)('with seed %d ends with equal trees, and nothing that nobody removed is missing', async (seed) => {
    const world = await openWorld({ seed });
    try {
      await history(world, seed);
    } finally {
      await world.close();
    }
  });
});
