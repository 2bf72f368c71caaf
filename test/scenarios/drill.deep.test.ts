/** Exercises in restoring: what a third less of the network does to them, and that they see what is wrong. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Disk, SmallFile } from '../../app/ports/disk.ts';
import { openMemoryDisk } from '../world/memory-disk.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
let world: World;
let laptop: Device;

beforeAll(async () => {
  world = await openWorld({ seed: 101, nodes: 10, shards: 10 });
  laptop = await world.device('laptop');
  const dice = seededDice(101);
  for (let file = 0; file < 40; file++)
    laptop.disk.user.write(`/home/docs/folder ${file % 7}/${file}`, dice.bytes(Math.floor(dice.fraction() * 30_000)));
  laptop.disk.user.write('/home/docs/large', dice.bytes(600_000));
  await laptop.protect('/home/docs');
  await laptop.sync();
});
afterAll(() => world.close());

let drills = 0;
async function drill(refuse: number, files: number) {
  const to = `/drill-${++drills}`;
  laptop.disk.user.makeFolder(to);
  return laptop.engine.drill({ space: 'docs', to, refuse, files }, never);
}

describe('a drill', () => {
  it('restores a random sample without a third of the shards, and its outcome is part of the status', async () => {
    expect((await laptop.engine.spaces())[0]?.drill).toBeUndefined();
    for (let trial = 0; trial < 5; trial++) {
      const report = await drill(0.33, 12);
      expect(report).toMatchObject({ files: 12, refusedShards: 3, shards: 10, failed: 0, problems: [] });
    }
    expect(await drill(0.6, 1_000)).toMatchObject({ files: 41, refusedShards: 6, failed: 0 });
    expect((await laptop.engine.spaces())[0]?.drill).toMatchObject({ files: 41, refusedShards: 6, failed: 0 });
    const { drill: kept } = (await laptop.engine.spaces())[0] ?? {};
    laptop.crash();
    laptop.start();
    expect((await laptop.engine.spaces())[0]?.drill).toEqual(kept);
  });

  it('speaks to none of the shards that it does without', async () => {
    laptop.requests.take();
    await drill(0.5, 1_000);
    const asked = new Set(
      laptop.requests.all.filter((request) => request.includes('slivers')).map((request) => request.split(' ')[1]),
    );
    expect(asked.size).toBeGreaterThan(0);
    expect(asked.size).toBeLessThanOrEqual(5);
  });

  it('says which files cannot be restored', async () => {
    for (const node of world.nodes.slice(0, 5)) node.stop();
    const report = await drill(0.6, 1_000);
    for (const node of world.nodes.slice(0, 5)) node.start();
    // At least one of the five that answer is among the six left out; fewer than four remain.
    expect(report.failed).toBeGreaterThan(0);
    expect(report.problems[0]?.fault.code).toBe('blob-unavailable');
    expect((await laptop.engine.spaces())[0]?.drill?.failed).toBe(report.failed);
    expect((await drill(0.33, 5)).failed).toBe(0);
  });

  it('sees a file that stands wrong on the disk', async () => {
    const disk = openMemoryDisk(world.clock, seededDice(102));
    const spoiling: Disk = {
      ...disk,
      placeSmall: (root, files, over, durable) =>
        disk.placeSmall(
          root,
          files.map((file) => (file.path === 'large' ? spoiled(file) : file)),
          over,
          durable,
        ),
    };
    const other = await world.emptyHome('other', { disk: spoiling });
    await other.engine.chooseDevice('other', never);
    await other.engine.recover(never);
    disk.user.makeFolder('/drill');
    const { problems } = await other.engine.drill({ space: 'docs', to: '/drill', refuse: 0, files: 1_000 }, never);
    expect(problems.map(({ path, fault }) => `${path} ${fault.code}`)).toEqual(['large pack-damaged']);
  });
});

describe('files that are read one after another', () => {
  it('fetch a pack at most once, though slivers of it are gone', async () => {
    const stored = (await laptop.engine.spaces())[0]?.storedBytes ?? 0;
    for (const node of world.nodes.slice(0, 3)) node.stop();
    laptop.crash();
    laptop.start();
    laptop.requests.take();
    for (let file = 0; file < 40; file++) {
      const path = `folder ${file % 7}/${file}`;
      const opened = await laptop.engine.openFile({ space: 'docs', path, at: undefined });
      let bytes = 0;
      for await (const piece of opened.read(0, opened.version.bytes, never)) bytes += piece.length;
      expect(bytes).toBe(opened.version.bytes);
    }
    for (const node of world.nodes.slice(0, 3)) node.start();
    // Rows that were there are fetched again with the rest when one is found missing.
    expect(laptop.requests.bytes('slivers/')).toBeLessThanOrEqual(2 * stored);
  });
});

function spoiled(file: SmallFile): SmallFile {
  const bytes = file.bytes.slice();
  bytes[300_000] = (bytes[300_000] ?? 0) ^ 1;
  return { ...file, bytes };
}
