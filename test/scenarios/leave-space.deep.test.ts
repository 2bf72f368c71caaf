/** A space that is no longer kept in a folder here: nothing is deleted anywhere, nobody waits for this device, and it can come back to a folder. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openWorld, type World } from '../world/world.ts';
import { converge, root, tree, two } from './several-devices.ts';

const never = new AbortController().signal;
let world: World;
beforeEach(async () => {
  world = await openWorld({ seed: 91 });
});
afterEach(() => world.close());

it('keeps its files and all that is certified, sends and deletes nothing more, and is listed without a folder', async () => {
  const [laptop, desktop] = await two(world, { a: 'one', 'f/b': 'two' });
  await laptop.engine.leaveSpace('docs', never);
  const before = tree(desktop);
  expect(tree(laptop)).toEqual(before);
  expect(laptop.disk.user.exists(`${root}/.floe-space`)).toBe(false);
  laptop.disk.user.remove(`${root}/f`);
  laptop.disk.user.write(`${root}/a`, 'mine alone now');
  expect(await laptop.engine.sync(undefined, never)).toEqual([]);
  expect(await laptop.engine.hasNews(never)).toBe(false);
  await laptop.engine.upkeep(true, never);
  await desktop.sync('docs');
  expect(tree(desktop)).toEqual(before);
  expect((await laptop.engine.spaces()).map(({ name, folder, files }) => [name, folder, files])).toEqual([
    ['docs', undefined, 2],
  ]);
  expect((await laptop.engine.leases(never)).leases.length).toBeGreaterThan(0);
  const to = await laptop.restored('docs');
  expect(laptop.disk.user.text(`${to}/f/b`)).toBe('two');
  await expect(laptop.engine.leaveSpace('docs', never)).rejects.toMatchObject({ code: 'bad-input' });
});

it('comes back to its old folder: what is missing is fetched, what differs goes beside, and nothing is taken for deleted', async () => {
  const [laptop, desktop] = await two(world, { a: 'one', b: 'two', c: 'three' });
  await laptop.engine.leaveSpace('docs', never);
  laptop.disk.user.remove(`${root}/b`);
  laptop.disk.user.write(`${root}/c`, 'changed while nobody looked');
  desktop.disk.user.write(`${root}/d`, 'four');
  await desktop.sync('docs');
  await laptop.protect(root, { join: 'docs' });
  await converge(laptop, desktop);
  const texts = Object.keys(tree(laptop)).map((name) => laptop.disk.user.text(`${root}/${name}`));
  expect(texts.toSorted()).toEqual(['changed while nobody looked', 'four', 'one', 'three', 'two']);
});

it('its folder may become another space, and the space may come to another folder', async () => {
  const [laptop, desktop] = await two(world, { a: 'one' });
  await laptop.engine.leaveSpace('docs', never);
  await laptop.protect(root, { name: 'other' });
  expect((await laptop.sync('other')).problems).toEqual([]);
  laptop.disk.user.makeFolder('/elsewhere');
  await laptop.protect('/elsewhere', { join: 'docs' });
  await laptop.sync('docs');
  expect(tree(laptop, '/elsewhere')).toEqual(tree(desktop));
});

it('answers what others want to delete, without a folder', async () => {
  // At a hundred shards a pack's metadata is most of what a small one costs, so that old ones are put together.
  const dear = await openWorld({ seed: 21, shards: 100 });
  try {
    const [laptop, desktop] = await two(dear, { a: 'one' });
    await desktop.engine.leaveSpace('docs', never);
    for (let edit = 0; edit < 5; edit++) {
      laptop.disk.user.write(`${root}/file ${edit}`, dear.dice.bytes(5_000));
      await laptop.sync('docs');
    }
    const tidy = () => laptop.engine.tidy({ space: 'docs', gone: [] }, never);
    expect((await tidy()).collected.doomed.packs).toBeGreaterThan(0);
    await dear.clock.sleep(20 * 86_400_000, never);
    expect((await tidy()).collected.waitsFor).toHaveLength(1);
    await desktop.engine.upkeep(true, never);
    expect((await tidy()).collected.deleted.packs).toBeGreaterThan(0);
    expect((await laptop.engine.check({ share: 1, repairs: false }, never)).findings).toEqual([]);
  } finally {
    await dear.close();
  }
});

it('is left whole by a kill in the middle, and by a disk that is not there', async () => {
  const [laptop] = await two(world, { a: 'one' });
  await laptop.crashAt('leave:left', () => laptop.engine.leaveSpace('docs', never));
  expect((await laptop.engine.spaces())[0]?.folder).toBeUndefined();
  // Its mark is there still, and is the right one.
  await laptop.protect(root, { join: 'docs' });
  expect((await laptop.sync('docs')).problems).toEqual([]);
  laptop.disk.user.rename(root, '/unplugged');
  await laptop.engine.leaveSpace('docs', never);
  expect((await laptop.engine.spaces())[0]?.folder).toBeUndefined();
  expect(laptop.disk.user.text('/unplugged/a')).toBe('one');
});

it('waits until what is on its way is certified', async () => {
  const [laptop] = await two(world, { a: 'one' });
  laptop.disk.user.write(`${root}/b`, 'on its way');
  await laptop.crashAt('round:sealed', () => laptop.sync('docs'));
  await expect(laptop.engine.leaveSpace('docs', never)).rejects.toMatchObject({ code: 'quorum-lost' });
  await laptop.sync('docs');
  await laptop.engine.leaveSpace('docs', never);
});
