/** A folder of a hundred thousand files between two devices: whatever lies in it, moving it is one operation, and no content is read, sent or fetched. */
import { expect, it } from 'vitest';
import { openWorld } from '../world/world.ts';
import { root, two } from './several-devices.ts';

const folders = 100;
const filesEach = 1000;
/** A new listing of the root and of what holds the folder, and a snapshot. */
const listingBytesMax = 4_000;

it('edge 2: a folder of 100,000 files is renamed and moved as one operation', async () => {
  const world = await openWorld({ seed: 51 });
  const files = Object.fromEntries(
    Array.from({ length: folders * filesEach }, (_, i) => [
      `box/${i % folders}/${i}`,
      i % 1000 === 0 ? `file ${i}` : '',
    ]),
  );
  const [laptop, desktop] = await two(world, { ...files, 'shelf/other': 'x' });
  const inside = 'box/7/99907';
  const before = await desktop.disk.look(root, inside);
  expect(before?.kind).toBe('file');
  for (const [from, to] of [
    ['box', 'crate'],
    ['crate', 'shelf/chest'],
  ] as const) {
    const read = laptop.disk.readBytes;
    laptop.disk.user.rename(`${root}/${from}`, `${root}/${to}`);
    const sent = await laptop.sync('docs');
    expect(sent.newBytes).toBeLessThan(listingBytesMax);
    expect(laptop.disk.readBytes - read).toBe(0);
    desktop.requests.take();
    expect(await desktop.sync('docs')).toMatchObject({ applied: 1, problems: [], packs: [], newChunks: 0 });
    expect(await desktop.disk.look(root, `${to}/7/99907`)).toMatchObject({ inode: before?.inode });
    expect(desktop.disk.user.exists(`${root}/${from}`)).toBe(false);
  }
  await world.close();
}, 300_000);
