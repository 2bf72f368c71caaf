/** Two and three devices on one network: what one does appears on the others, what collides is kept twice, and nothing is lost on the way. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../world/world.ts';
import { converge, devices, root, tree, two } from './several-devices.ts';

const never = new AbortController().signal;
let world: World;

beforeEach(async () => {
  world = await openWorld({ seed: 41 });
});
afterEach(() => world.close());

describe('what one device does', () => {
  it('edge 55: appears on the other: new, changed, moved, deleted', async () => {
    const [laptop, desktop] = await two(world, { a: 'one', 'box/b': 'two', gone: 'three' });
    const [mine, theirs] = [laptop.disk.user, desktop.disk.user];
    expect(tree(desktop)).toEqual(tree(laptop));
    mine.write(`${root}/new/deep/file`, 'fresh');
    mine.write(`${root}/a`, 'one changed');
    mine.rename(`${root}/box/b`, `${root}/b`);
    mine.remove(`${root}/gone`);
    await laptop.sync('docs');
    const report = await desktop.sync('docs');
    expect(report).toMatchObject({ conflicts: 0, problems: [], packs: [] });
    expect(report.applied).toBeGreaterThan(3);
    expect(tree(desktop)).toEqual(tree(laptop));
    expect(theirs.text(`${root}/a`)).toBe('one changed');
    expect((await desktop.engine.log('docs'))[0]?.snapshot).toBe((await laptop.engine.log('docs'))[0]?.snapshot);
    expect(await laptop.sync('docs')).toMatchObject({ applied: 0, packs: [], newChunks: 0 });
    expect(await desktop.sync('docs')).toMatchObject({ applied: 0, packs: [], newChunks: 0 });
    expect(await desktop.engine.integrity()).toBeUndefined();
  });

  it('is news to the other until the other has it, and to nobody else', async () => {
    const [laptop, desktop] = await two(world, { a: 'one' });
    const news = async (): Promise<readonly boolean[]> => [
      await laptop.engine.hasNews(never),
      await desktop.engine.hasNews(never),
    ];
    expect([await news(), await news()]).toEqual([
      [false, false],
      [false, false],
    ]);
    laptop.disk.user.write(`${root}/a`, 'two');
    await laptop.sync('docs');
    expect([await news(), await news()]).toEqual([
      [false, true],
      [false, true],
    ]);
    await desktop.sync('docs');
    expect([await news(), await news()]).toEqual([
      [false, false],
      [false, false],
    ]);
  });

  it('edge 2: is one operation when a folder with many files is renamed, and no content is fetched', async () => {
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`box/${i % 7}/${i}`, `file ${i}`]));
    const [laptop, desktop] = await two(world, files);
    laptop.disk.user.makeFolder(`${root}/shelf`);
    await laptop.sync('docs');
    await desktop.sync('docs');
    const inode = (await desktop.disk.look(root, 'box/3/3'))?.inode;
    laptop.disk.user.rename(`${root}/box`, `${root}/shelf/chest`);
    expect((await laptop.sync('docs')).newBytes).toBeLessThan(2000);
    const report = await desktop.sync('docs');
    expect(report).toMatchObject({ applied: 1, problems: [], packs: [] });
    expect((await desktop.disk.look(root, 'shelf/chest/3/3'))?.inode).toBe(inode);
    expect(tree(desktop)).toEqual(tree(laptop));
  });

  it('leaves a folder whole that was moved into a renamed one, while another device worked beside it', async () => {
    const [laptop, desktop] = await two(world, { 'in/a/one': '1', 'in/c/two': '2' });
    desktop.disk.user.write(`${root}/in/a/new`, 'new');
    await desktop.sync('docs');
    laptop.disk.user.rename(`${root}/in/a`, `${root}/in/b`);
    laptop.disk.user.rename(`${root}/in/c`, `${root}/in/b/c`);
    await converge(laptop, desktop);
    for (const device of [laptop, desktop])
      expect(Object.keys(tree(device))).toEqual(['in', 'in/b', 'in/b/c', 'in/b/c/two', 'in/b/new', 'in/b/one']);
  });

  it('keeps what was put into a folder that another device removed, whatever else only moved there', async () => {
    const [laptop, desktop] = await two(world, { 'gone/a': 'a', b: 'b' });
    desktop.disk.user.makeFolder(`${root}/empty`);
    await desktop.sync('docs');
    await laptop.sync('docs');
    desktop.disk.user.rename(`${root}/empty`, `${root}/still empty`);
    desktop.disk.user.remove(`${root}/gone`);
    await desktop.sync('docs');
    laptop.disk.user.rename(`${root}/b`, `${root}/gone/b`);
    laptop.disk.user.write(`${root}/gone/new`, 'new');
    await laptop.sync('docs');
    await converge(laptop, desktop);
    expect(Object.keys(tree(desktop))).toEqual(['gone', 'gone/b', 'gone/new', 'still empty']);
    expect(tree(laptop)).toEqual(tree(desktop));
  });

  it('goes both ways at once without a conflict when it is about different things', async () => {
    const [laptop, desktop] = await two(world, { a: 'a', b: 'b', 'box/c': 'c' });
    laptop.disk.user.write(`${root}/a`, 'a from laptop');
    desktop.disk.user.write(`${root}/b`, 'b from desktop');
    desktop.disk.user.write(`${root}/box/d`, 'd from desktop');
    laptop.disk.user.rename(`${root}/box`, `${root}/crate`);
    await laptop.sync('docs');
    const report = await desktop.sync('docs');
    expect(report).toMatchObject({ conflicts: 0, problems: [] });
    await converge(laptop, desktop);
    expect(laptop.disk.user.text(`${root}/b`)).toBe('b from desktop');
    expect(laptop.disk.user.text(`${root}/crate/d`)).toBe('d from desktop');
    expect(desktop.disk.user.text(`${root}/a`)).toBe('a from laptop');
  });

  it('comes with its permissions, a folder that may not be written to among them', async () => {
    const [laptop, desktop] = await two(world, { a: 'a' });
    const user = laptop.disk.user;
    user.write(`${root}/closed/deep/file`, 'inside', 0o400);
    user.chmod(`${root}/closed/deep`, 0o555);
    user.chmod(`${root}/a`, 0o755);
    await laptop.sync('docs');
    expect(await desktop.sync('docs')).toMatchObject({ problems: [] });
    expect(desktop.disk.user.text(`${root}/closed/deep/file`)).toBe('inside');
    for (const [path, mode] of [
      ['closed/deep', 0o555],
      ['closed/deep/file', 0o400],
      ['a', 0o755],
    ] as const)
      expect((await desktop.disk.look(root, path))?.mode).toBe(mode);
    expect(await desktop.sync('docs')).toMatchObject({ applied: 0, packs: [] });
  });

  it('swaps two names without sending or fetching content', async () => {
    const [laptop, desktop] = await two(world, { a: 'content of a', b: 'content of b' });
    const user = laptop.disk.user;
    user.rename(`${root}/a`, `${root}/x`);
    user.rename(`${root}/b`, `${root}/a`);
    user.rename(`${root}/x`, `${root}/b`);
    await laptop.sync('docs');
    await converge(laptop, desktop);
    expect(desktop.disk.user.text(`${root}/a`)).toBe('content of b');
    expect(desktop.disk.user.exists(`${root}/.floe-parked/a`)).toBe(false);
  });
});

describe('what collides', () => {
  it('is kept twice under a name that tells the device and the time', async () => {
    const [laptop, desktop] = await two(world, { 'report.txt': 'first' });
    laptop.disk.user.write(`${root}/report.txt`, 'by laptop');
    desktop.disk.user.write(`${root}/report.txt`, 'by desktop');
    await laptop.sync('docs');
    const report = await desktop.sync('docs');
    expect(report).toMatchObject({ conflicts: 1, problems: [] });
    await converge(laptop, desktop);
    const names = Object.keys(tree(laptop));
    expect(names).toHaveLength(2);
    expect(names.find((name) => name !== 'report.txt')).toMatch(
      /^report \(conflict, (laptop|desktop), \d{4}-\d\d-\d\d \d\d\.\d\d\)\.txt$/,
    );
    const texts = names.map((name) => laptop.disk.user.text(`${root}/${name}`)).toSorted();
    expect(texts).toEqual(['by desktop', 'by laptop']);
  });

  it('is no conflict when both wrote the same', async () => {
    const [laptop, desktop] = await two(world, { a: 'first' });
    for (const device of [laptop, desktop]) {
      device.disk.user.write(`${root}/a`, 'the very same');
      device.disk.user.write(`${root}/both/new`, 'equal');
    }
    await laptop.sync('docs');
    expect(await desktop.sync('docs')).toMatchObject({ conflicts: 0, problems: [] });
    await converge(laptop, desktop);
    expect(Object.keys(tree(laptop)).toSorted()).toEqual(['a', 'both', 'both/new']);
  });

  it('keeps an edit against a deletion, with the folders that it needs', async () => {
    const [laptop, desktop] = await two(world, { 'box/deep/edited': 'old', 'box/deep/other': 'x', keep: 'k' });
    laptop.disk.user.remove(`${root}/box`);
    desktop.disk.user.write(`${root}/box/deep/edited`, 'new words');
    await laptop.sync('docs');
    await desktop.sync('docs');
    await converge(laptop, desktop);
    expect(laptop.disk.user.text(`${root}/box/deep/edited`)).toBe('new words');
    expect(laptop.disk.user.exists(`${root}/box/deep/other`)).toBe(false);
  });

  it('opens a ring of folders moved into each other the same way on both', async () => {
    const [laptop, desktop] = await two(world, { 'a/x': 'x', 'b/y': 'y' });
    laptop.disk.user.rename(`${root}/a`, `${root}/b/a`);
    desktop.disk.user.rename(`${root}/b`, `${root}/a/b`);
    await laptop.sync('docs');
    await desktop.sync('docs');
    await converge(laptop, desktop);
    const names = Object.keys(tree(laptop));
    expect(names.filter((name) => /(^|\/)[xy]$/.test(name))).toHaveLength(2);
  });
});

describe('a device that was away', () => {
  it('brings its own edits and resurrects nothing that was deleted meanwhile', async () => {
    const [laptop, desktop] = await two(world, { a: 'a', b: 'b', 'box/c': 'c' });
    for (let day = 1; day <= 5; day++) {
      laptop.disk.user.write(`${root}/day ${day}`, `day ${day}`);
      if (day === 3) laptop.disk.user.remove(`${root}/b`);
      await laptop.sync('docs');
    }
    laptop.disk.user.remove(`${root}/day 1`);
    await laptop.sync('docs');
    desktop.disk.user.write(`${root}/from the journey`, 'notes');
    await desktop.sync('docs');
    await converge(laptop, desktop);
    expect(Object.keys(tree(desktop)).toSorted()).toEqual([
      'a',
      'box',
      'box/c',
      'day 2',
      'day 3',
      'day 4',
      'day 5',
      'from the journey',
    ]);
  });

  it('is one of three that all end with the same', async () => {
    const [laptop, desktop, tablet] = await devices(world, { a: 'a', 'box/b': 'b' }, 'desktop', 'tablet');
    if (!laptop || !desktop || !tablet) throw new Error('three devices');
    for (const [i, device] of [laptop, desktop, tablet].entries()) {
      device.disk.user.write(`${root}/a`, `a of ${device.name}`);
      device.disk.user.write(`${root}/by ${device.name}`, 'x');
      if (i === 1) device.disk.user.rename(`${root}/box`, `${root}/crate`);
    }
    for (const device of [laptop, desktop, tablet]) await device.sync('docs');
    await converge(laptop, desktop, tablet);
    const texts = Object.keys(tree(laptop))
      .filter((name) => name.startsWith('a'))
      .map((name) => laptop.disk.user.text(`${root}/${name}`));
    expect(texts.toSorted()).toEqual(['a of desktop', 'a of laptop', 'a of tablet']);
  });
});

describe('a folder that is not empty', () => {
  it('joins a space: what is equal is one, what differs goes beside it, and nothing is sent again', async () => {
    const [laptop] = await devices(world, { same: 'equal', 'box/same': 'equal too', other: 'of the space' });
    if (!laptop) throw new Error('a device');
    const desktop = await world.device('desktop', { phrase: laptop.phrase });
    const user = desktop.disk.user;
    user.write(`${root}/same`, 'equal');
    user.write(`${root}/box/same`, 'equal too');
    user.write(`${root}/other`, 'of this computer');
    user.write(`${root}/only here`, 'mine');
    await desktop.engine.recover(never);
    await desktop.protect(root, { join: 'docs' });
    await desktop.sync('docs');
    await converge(laptop, desktop);
    const names = Object.keys(tree(laptop)).toSorted();
    expect(names).toHaveLength(6);
    expect(laptop.disk.user.text(`${root}/other`)).toBe('of the space');
    const beside = names.find((name) => name.startsWith('other ('));
    expect(beside && laptop.disk.user.text(`${root}/${beside}`)).toBe('of this computer');
  });
});
