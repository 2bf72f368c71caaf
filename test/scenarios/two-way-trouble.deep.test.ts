/** What may go wrong while other devices' changes come: kills, full disks, busy files, lost packs, copied homes, roots that are not what they were. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type Device, type World } from '../world/world.ts';
import { converge, devices, root, tree, two } from './several-devices.ts';

const never = new AbortController().signal;
let world: World;

beforeEach(async () => {
  world = await openWorld({ seed: 43 });
});
afterEach(() => world.close());

const many = (count: number, folder = 'many'): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}`, `${folder} ${i}`]));

/** New, changed, moved, swapped and deleted, a little different in each round. */
function stir({ disk: { user } }: Device, round: number): void {
  user.write(`${root}/new ${round}/deep/file`, `new ${round}`);
  user.write(`${root}/changed`, `changed ${round}`);
  user.rename(`${root}/box ${round}`, `${root}/box ${round + 1}`);
  user.rename(`${root}/left`, `${root}/swap`);
  user.rename(`${root}/right`, `${root}/left`);
  user.rename(`${root}/swap`, `${root}/right`);
  user.remove(`${root}/gone ${round}`);
}

describe('a device that is killed while it takes over what another did', () => {
  it('at any point, ends with the same tree, and neither deletes nor doubles anything', async () => {
    const rounds = 12;
    const gone = Object.fromEntries(Array.from({ length: rounds }, (_, i) => [`gone ${i}`, 'x']));
    const [laptop, desktop] = await two(world, { changed: 'c', 'box 0/in': 'in', left: 'l', right: 'r', ...gone });
    let kills = 0;
    for (let round = 0; round < rounds; round++) {
      stir(laptop, round);
      await laptop.sync('docs');
      if (await desktop.killAt(`${round % 2 === 0 ? 'apply:' : ''}*#${1 + (round >> 1)}`, () => desktop.sync('docs')))
        kills++;
      await converge(desktop, laptop);
      const names = Object.keys(tree(desktop));
      expect(
        names.filter((name) => /conflict|set aside/.test(name)),
        `round ${round}`,
      ).toEqual([]);
      expect(names).toContain(`box ${round + 1}/in`);
      const [left, right] = ['left', 'right'].map((name) => desktop.disk.user.text(`${root}/${name}`));
      expect([left, right], `round ${round}`).toEqual(round % 2 === 0 ? ['r', 'l'] : ['l', 'r']);
    }
    expect(kills).toBeGreaterThan(rounds / 2);
    expect(await desktop.engine.integrity()).toBeUndefined();
  }, 120_000);
});

describe('what cannot be done now', () => {
  it('edge 74: waits: a full disk takes what fits, deletes nothing, and goes on when there is room', async () => {
    const [laptop, desktop] = await two(world, { a: 'a' });
    laptop.disk.user.write(`${root}/big`, 'x'.repeat(5000));
    laptop.disk.user.write(`${root}/b`, 'b');
    await laptop.sync('docs');
    desktop.disk.tree.roomBytes = 200 * 1024 * 1024;
    const report = await desktop.sync('docs');
    expect(report.problems.map(({ fault }) => fault.code)).toContain('disk-full');
    expect(desktop.disk.user.exists(`${root}/big`)).toBe(false);
    await laptop.sync('docs');
    expect(laptop.disk.user.exists(`${root}/big`)).toBe(true);
    desktop.disk.tree.roomBytes = Number.POSITIVE_INFINITY;
    await converge(desktop, laptop);
    expect(desktop.disk.user.text(`${root}/b`)).toBe('b');
  });

  it('waits: what is being edited here is not written over, and both are kept', async () => {
    const [laptop, desktop] = await two(world, { a: 'a', b: 'b' });
    laptop.disk.user.write(`${root}/a`, 'a from laptop');
    await laptop.sync('docs');
    // Between the scan and the act: the disk's own look is what counts.
    const act = desktop.disk.placeSmall.bind(desktop.disk);
    desktop.disk.placeSmall = async (...args) => {
      if (args[1].some(({ path }) => path === 'a')) desktop.disk.user.write(`${root}/a`, 'typed meanwhile');
      return act(...args);
    };
    const report = await desktop.sync('docs');
    expect(report.problems.map(({ fault }) => fault.code)).toEqual(['file-changing']);
    expect(desktop.disk.user.text(`${root}/a`)).toBe('typed meanwhile');
    desktop.disk.placeSmall = act;
    await converge(desktop, laptop);
    const texts = Object.keys(tree(laptop)).map((name) => laptop.disk.user.text(`${root}/${name}`));
    expect(texts.toSorted()).toEqual(['a from laptop', 'b', 'typed meanwhile']);
  });

  it('edge 94: is told: a head whose pack is gone from the network deletes nothing', async () => {
    const [laptop, desktop] = await two(world, { a: 'a' });
    laptop.disk.user.remove(`${root}/a`);
    laptop.disk.user.write(`${root}/b`, 'b');
    await laptop.sync('docs');
    for (const node of world.nodes) await node.wipe();
    const report = await desktop.sync('docs');
    expect(report.problems.map(({ fault }) => fault.code)).toEqual(['blob-unavailable']);
    expect(tree(desktop)).toHaveProperty('a');
  });
});

describe('the brake', () => {
  it('holds what another device deleted in a mass until the user says that it is meant', async () => {
    const [laptop, desktop] = await two(world, { ...many(60), keep: 'k' });
    laptop.disk.user.remove(`${root}/many`);
    laptop.disk.user.write(`${root}/new`, 'n');
    expect(await laptop.sync('docs')).toMatchObject({ held: 61 });
    await laptop.engine.release('docs');
    await laptop.sync('docs');
    const report = await desktop.sync('docs');
    expect(report.held).toBe(60);
    expect(desktop.disk.user.exists(`${root}/many/7`)).toBe(true);
    expect(desktop.disk.user.text(`${root}/new`)).toBe('n');
    await laptop.sync('docs');
    expect(laptop.disk.user.exists(`${root}/many/7`), 'held is not undone').toBe(false);
    await desktop.engine.release('docs');
    await converge(desktop, laptop);
    expect(Object.keys(tree(desktop)).toSorted()).toEqual(['keep', 'new']);
  });

  it('edge 77: stops at a root that does not carry its mark: nothing is deleted, sent or fetched', async () => {
    const [laptop, desktop] = await two(world, { a: 'a', b: 'b' });
    const plugIn = desktop.disk.user.unplug(root);
    desktop.disk.user.makeFolder(root);
    desktop.disk.user.write(`${root}/other`, 'of another disk');
    laptop.disk.user.write(`${root}/c`, 'c');
    await laptop.sync('docs');
    const report = await desktop.sync('docs');
    expect(report).toMatchObject({ applied: 0, packs: [] });
    expect(report.problems.map(({ fault }) => fault.code)).toEqual(['folder-unsure']);
    expect(Object.keys(tree(desktop))).toEqual(['other']);
    desktop.disk.user.remove(root);
    plugIn();
    await converge(desktop, laptop);
    expect(Object.keys(tree(laptop)).toSorted()).toEqual(['a', 'b', 'c']);
  });
});

describe('identities', () => {
  it('edge 67: a copied home takes one of its own before it can write over what the other certified', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'floe-copied-'));
    try {
      const [laptop] = await devices(world, { a: 'a', b: 'b' });
      if (!laptop) throw new Error('a device');
      const file = join(dir, 'one.sqlite');
      const original = await world.device('desktop', { phrase: laptop.phrase, catalogFile: file });
      original.disk.user.makeFolder(root);
      await original.engine.recover(never);
      await original.protect(root, { join: 'docs' });
      await original.sync('docs');
      original.disk.user.write(`${root}/before`, 'before the copy');
      await original.sync('docs');
      for (const end of ['', '-wal', '-shm'])
        if (existsSync(`${file}${end}`)) copyFileSync(`${file}${end}`, join(dir, `two.sqlite${end}`));
      const copy = await world.emptyHome('copy', { phrase: laptop.phrase, catalogFile: join(dir, 'two.sqlite') });
      for (const name of Object.keys(tree(original)))
        copy.disk.user.write(`${root}/${name}`, original.disk.user.read(`${root}/${name}`));
      copy.disk.user.write(`${root}/.floe-space`, original.disk.user.read(`${root}/.floe-space`));

      original.disk.user.write(`${root}/by original`, 'o');
      await original.sync('docs');
      copy.disk.user.write(`${root}/by copy`, 'c');
      // The copy's new address has no money yet; it has given up the shared identity by then.
      await expect(copy.sync('docs')).rejects.toMatchObject({ code: 'money-short' });
      const [mine, theirs] = [await original.engine.device(), await copy.engine.device()];
      expect(theirs?.id).not.toBe(mine?.id);
      expect(theirs?.index).not.toBe(mine?.index);
      world.ledger.fund(theirs?.address ?? '', 30_000_000_000n);
      await copy.engine.fund(never);
      await copy.sync('docs');
      await converge(copy, original, laptop);
      expect(Object.keys(tree(laptop)).toSorted()).toEqual(['a', 'b', 'before', 'by copy', 'by original']);
      expect((await laptop.engine.devices(never)).devices).toHaveLength(3);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe('what moved out of a folder that cannot be listed', () => {
  it('has one place, in the published tree too', async () => {
    const [laptop, desktop] = await two(world, { 'shut/deep/moves': 'm', 'shut/deep/stays': 's' });
    laptop.disk.user.rename(`${root}/shut/deep/moves`, `${root}/moved`);
    laptop.disk.user.chmod(`${root}/shut`, 0o100);
    expect((await laptop.sync('docs')).problems).toMatchObject([{ path: 'shut', fault: { code: 'file-unreadable' } }]);
    expect((await desktop.sync('docs')).problems).toEqual([]);
    expect(Object.keys(tree(desktop))).toEqual(['moved', 'shut', 'shut/deep', 'shut/deep/stays']);
    const home = await world.emptyHome('again', { phrase: laptop.phrase });
    expect((await home.engine.recover(never)).problems).toEqual([]);
  });
});
