/** Folders of choice and archives: what is not on this disk is not deleted, whatever happens to it elsewhere. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../world/world.ts';
import { devices, root, tree, two } from './several-devices.ts';

const never = new AbortController().signal;
const files = { 'docs/a': 'text a', 'raw/b': 'raw b', 'raw/deep/c': 'raw c', top: 'top' };
let world: World;

beforeEach(async () => {
  world = await openWorld({ seed: 77 });
});
afterEach(() => world.close());

describe('a folder that is not chosen', () => {
  it('leaves this disk, stays in the space, and comes back when it is chosen again', async () => {
    const [laptop, desktop] = await two(world, files);
    await desktop.engine.select({ space: 'docs', only: undefined, without: ['raw'] });
    expect((await desktop.sync('docs')).problems).toEqual([]);
    expect(desktop.disk.user.exists(`${root}/raw`)).toBe(false);
    expect(desktop.disk.user.text(`${root}/docs/a`)).toBe('text a');
    expect(await desktop.engine.selection('docs', '')).toMatchObject({
      isRootChosen: true,
      isEverything: false,
      folders: [
        { path: 'docs', isChosen: true, files: 1, filesHere: 1 },
        { path: 'raw', isChosen: false, files: 2, filesHere: 0, bytes: 10 },
      ],
    });
    expect(await desktop.sync('docs')).toMatchObject({ packs: [], applied: 0, problems: [] });
    expect(await laptop.sync('docs')).toMatchObject({ applied: 0, packs: [] });
    expect(laptop.disk.user.text(`${root}/raw/deep/c`)).toBe('raw c');
    await desktop.engine.select({ space: 'docs', only: undefined, without: [] });
    expect((await desktop.sync('docs')).problems).toEqual([]);
    expect(tree(desktop)).toEqual(tree(laptop));
    expect(await desktop.sync('docs')).toMatchObject({ packs: [], applied: 0 });
  });

  it('is everything but the named one, and what is named may lie deep', async () => {
    const [laptop, desktop] = await two(world, files);
    await desktop.engine.select({ space: 'docs', only: ['raw/deep'], without: [] });
    await desktop.sync('docs');
    expect(Object.keys(tree(desktop))).toEqual(['raw', 'raw/deep', 'raw/deep/c']);
    laptop.disk.user.write(`${root}/raw/deep/new`, 'new');
    laptop.disk.user.write(`${root}/raw/other`, 'other');
    laptop.disk.user.write(`${root}/fresh/x`, 'x');
    await laptop.sync('docs');
    await desktop.sync('docs');
    expect(Object.keys(tree(desktop))).toEqual(['raw', 'raw/deep', 'raw/deep/c', 'raw/deep/new']);
    expect(await laptop.sync('docs')).toMatchObject({ applied: 0 });
  });

  it('may be one within a chosen one, and a change says nothing of the others', async () => {
    const [, desktop] = await two(world, files);
    await desktop.engine.select({ space: 'docs', only: undefined, without: ['docs'] });
    await desktop.engine.changeSelection('docs', [{ path: 'raw/deep', isChosen: false }]);
    expect(await desktop.engine.selection('docs', '')).toMatchObject({
      isRootChosen: true,
      folders: [
        { path: 'docs', isChosen: false, isWhole: false },
        { path: 'raw', isChosen: true, isWhole: false },
      ],
    });
    expect((await desktop.sync('docs')).problems).toEqual([]);
    expect([`${root}/docs`, `${root}/raw/deep`].map((path) => desktop.disk.user.exists(path))).toEqual([false, false]);
    await desktop.engine.changeSelection('docs', [
      { path: 'docs', isChosen: true },
      { path: 'raw', isChosen: true },
    ]);
    expect((await desktop.engine.selection('docs', '')).isEverything).toBe(true);
    expect((await desktop.sync('docs')).problems).toEqual([]);
    expect(desktop.disk.user.text(`${root}/raw/deep/c`)).toBe('raw c');
  });

  it('is not deleted when the folder around it is, which comes back with nothing else in it', async () => {
    const [laptop, desktop] = await two(world, files);
    await desktop.engine.select({ space: 'docs', only: undefined, without: ['raw/deep'] });
    await desktop.sync('docs');
    desktop.disk.user.remove(`${root}/raw/b`);
    desktop.disk.user.remove(`${root}/raw`);
    expect((await desktop.sync('docs')).problems).toEqual([]);
    await laptop.sync('docs');
    expect(Object.keys(tree(laptop))).toEqual(['docs', 'docs/a', 'raw', 'raw/deep', 'raw/deep/c', 'top']);
    expect(Object.keys(tree(desktop))).toEqual(['docs', 'docs/a', 'raw', 'top']);
    expect(await desktop.sync('docs')).toMatchObject({ packs: [], applied: 0, problems: [] });
    await desktop.engine.select({ space: 'docs', only: undefined, without: [] });
    await desktop.sync('docs');
    expect(tree(desktop)).toEqual(tree(laptop));
  });

  it('is not deleted when a file takes the place of the folder around it: the file goes beside it', async () => {
    const [laptop, desktop] = await two(world, files);
    await desktop.engine.select({ space: 'docs', only: undefined, without: ['raw/deep'] });
    await desktop.sync('docs');
    desktop.disk.user.remove(`${root}/raw`);
    desktop.disk.user.write(`${root}/raw`, 'a file now');
    for (let pass = 0; pass < 2; pass++) await desktop.sync('docs');
    await laptop.sync('docs');
    expect(laptop.disk.user.text(`${root}/raw/deep/c`)).toBe('raw c');
    expect(laptop.disk.user.exists(`${root}/raw/b`)).toBe(false);
    const beside = Object.keys(tree(desktop)).find((path) => path.startsWith('raw (conflict')) ?? '';
    expect(desktop.disk.user.text(`${root}/${beside}`)).toBe('a file now');
    expect(tree(desktop)).toMatchObject({ raw: 'folder' });
    expect(laptop.disk.user.text(`${root}/${beside}`)).toBe('a file now');
  });

  it('may be renamed, moved and filled by another device', async () => {
    const [laptop, desktop] = await two(world, files);
    await desktop.engine.select({ space: 'docs', only: undefined, without: ['raw'] });
    await desktop.sync('docs');
    laptop.disk.user.rename(`${root}/raw`, `${root}/docs/uncut`);
    laptop.disk.user.write(`${root}/docs/uncut/more`, 'more');
    await laptop.sync('docs');
    expect((await desktop.sync('docs')).problems).toEqual([]);
    expect(desktop.disk.user.exists(`${root}/docs/uncut`)).toBe(false);
    desktop.disk.user.write(`${root}/docs/a`, 'edited on the desktop');
    await desktop.sync('docs');
    await laptop.sync('docs');
    expect(laptop.disk.user.text(`${root}/docs/uncut/deep/c`)).toBe('raw c');
    expect(laptop.disk.user.text(`${root}/docs/a`)).toBe('edited on the desktop');
    await desktop.engine.select({ space: 'docs', only: undefined, without: [] });
    await desktop.sync('docs');
    expect(tree(desktop)).toEqual(tree(laptop));
  });

  it('takes a file with it that another device moves into it, and gives one that is moved out', async () => {
    const [laptop, desktop] = await two(world, files);
    await desktop.engine.select({ space: 'docs', only: undefined, without: ['raw'] });
    await desktop.sync('docs');
    laptop.disk.user.rename(`${root}/top`, `${root}/raw/top`);
    laptop.disk.user.rename(`${root}/raw/b`, `${root}/docs/b`);
    await laptop.sync('docs');
    expect((await desktop.sync('docs')).problems).toEqual([]);
    expect(Object.keys(tree(desktop))).toEqual(['docs', 'docs/a', 'docs/b']);
    await desktop.sync('docs');
    await laptop.sync('docs');
    expect(laptop.disk.user.text(`${root}/raw/top`)).toBe('top');
  });

  it('keeps what somebody makes in its place, sends it, and fetches nothing else for it', async () => {
    const [laptop, desktop] = await two(world, files);
    await desktop.engine.select({ space: 'docs', only: undefined, without: ['raw'] });
    await desktop.sync('docs');
    desktop.disk.user.write(`${root}/raw/mine`, 'made here');
    await desktop.sync('docs');
    await desktop.sync('docs');
    expect(Object.keys(tree(desktop))).toEqual(['docs', 'docs/a', 'raw', 'raw/mine', 'top']);
    await laptop.sync('docs');
    expect(laptop.disk.user.text(`${root}/raw/mine`)).toBe('made here');
    expect(laptop.disk.user.text(`${root}/raw/b`)).toBe('raw b');
    laptop.disk.user.write(`${root}/raw/mine`, 'edited there');
    await laptop.sync('docs');
    await desktop.sync('docs');
    expect(desktop.disk.user.text(`${root}/raw/mine`)).toBe('edited there');
  });

  it('is stored first when something in it changed, and what is no file of the space stays', async () => {
    const [laptop, desktop] = await two(world, files);
    desktop.disk.user.write(`${root}/.floeignore`, '*.tmp\n');
    await desktop.sync('docs');
    desktop.disk.user.write(`${root}/raw/b`, 'changed at the last moment');
    desktop.disk.user.write(`${root}/raw/scratch.tmp`, 'of nobody');
    await desktop.engine.select({ space: 'docs', only: undefined, without: ['raw'] });
    await desktop.sync('docs');
    expect(desktop.disk.user.text(`${root}/raw/scratch.tmp`)).toBe('of nobody');
    expect(desktop.disk.user.exists(`${root}/raw/b`)).toBe(false);
    await desktop.sync('docs');
    await laptop.sync('docs');
    expect(laptop.disk.user.text(`${root}/raw/b`)).toBe('changed at the last moment');
    expect(laptop.disk.user.text(`${root}/raw/deep/c`)).toBe('raw c');
  });

  it.each(['apply:forgotten', 'apply:on-disk', 'apply:synced'])(
    'is not deleted anywhere when the engine is killed at %s',
    async (point) => {
      const [laptop, desktop] = await two(world, files);
      await desktop.engine.select({ space: 'docs', only: undefined, without: ['raw'] });
      await desktop.crashAt(point, () => desktop.sync('docs'));
      for (let pass = 0; pass < 2; pass++) await desktop.sync('docs');
      await laptop.sync('docs');
      expect(laptop.disk.user.text(`${root}/raw/b`)).toBe('raw b');
      expect(laptop.disk.user.text(`${root}/raw/deep/c`)).toBe('raw c');
      expect(desktop.disk.user.exists(`${root}/raw`)).toBe(false);
    },
  );

  it('must be a folder that is there', async () => {
    const [laptop] = await devices(world, files);
    const select = (path: string) => laptop?.engine.select({ space: 'docs', only: undefined, without: [path] });
    await expect(select('nowhere')).rejects.toMatchObject({ code: 'not-found' });
    await expect(select('top')).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('an archive', () => {
  it('keeps what is deleted here, does not fetch it again, and takes its later versions', async () => {
    const phrase = world.phrase;
    const [laptop, desktop] = [await world.device('laptop', { phrase }), await world.device('desktop', { phrase })];
    for (const [path, text] of Object.entries(files)) laptop.disk.user.write(`${root}/${path}`, text);
    await laptop.protect(root, { mode: 'archive' });
    await laptop.sync('docs');
    desktop.disk.user.makeFolder(root);
    await desktop.engine.recover(never);
    await desktop.protect(root, { join: 'docs' });
    await desktop.sync('docs');
    expect(tree(desktop)).toEqual(tree(laptop));
    laptop.disk.user.remove(`${root}/raw`);
    laptop.disk.user.remove(`${root}/top`);
    for (let pass = 0; pass < 2; pass++) expect(await laptop.sync('docs')).toMatchObject({ problems: [], held: 0 });
    await desktop.sync('docs');
    expect(laptop.disk.user.exists(`${root}/raw`)).toBe(false);
    expect(desktop.disk.user.text(`${root}/raw/deep/c`)).toBe('raw c');
    desktop.disk.user.write(`${root}/top`, 'a later version');
    await desktop.sync('docs');
    expect(await laptop.sync('docs')).toMatchObject({ problems: [] });
    expect(laptop.disk.user.exists(`${root}/top`)).toBe(false);
    const restored = await laptop.restored('docs');
    expect(laptop.disk.user.text(`${restored}/top`)).toBe('a later version');
    expect(laptop.disk.user.text(`${restored}/raw/b`)).toBe('raw b');
    await laptop.engine.select({ space: 'docs', only: undefined, without: [] });
    await laptop.sync('docs');
    expect(tree(laptop)).toEqual(tree(desktop));
  });
});
