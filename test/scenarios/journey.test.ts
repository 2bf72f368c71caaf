/** The main journey: a folder goes onto the network and comes back from the phrase alone; what did not change costs nothing. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SnapshotLine } from '../../app/engine/engine.ts';
import type { UserHand } from '../world/memory-user.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const { bytes } = seededDice(41);
let world: World;
let laptop: Device;
beforeAll(async () => {
  world = await openWorld({ seed: 1 });
  laptop = await world.device('laptop');
});
afterAll(() => world.close());

function fillHome(user: UserHand, home: string): void {
  user.write(`${home}/letter.txt`, 'Dear Sir');
  user.write(`${home}/empty`, '');
  user.write(`${home}/run.sh`, '#!/bin/sh\n', 0o750);
  user.write(`${home}/secret`, 'only mine', 0o600);
  user.write(`${home}/photos/2026/one.raw`, bytes(300_000));
  user.write(`${home}/photos/2026/two.raw`, bytes(70_000), 0o444);
  user.makeFolder(`${home}/photos/nothing yet/deeper`);
  user.symlink(`${home}/latest`, 'photos/2026');
  user.symlink(`${home}/nowhere`, '/no/such/thing \n');
  user.write(`${home}/names/with space\tand\nnewline`, '1');
  user.write(`${home}/names/\u00e9 composed`, '2');
  user.write(`${home}/names/e\u0301 combined`, '3');
  user.write(`${home}/names/\u{1f9ca} floe`, '4');
  // Bytes FF FE, which are not UTF-8.
  user.write(`${home}/names/bad \udcff\udcfe`, '5');
  user.write(`${home}/names/${'x'.repeat(255)}`, '6');
  user.write(`${home}/${Array.from({ length: 60 }, (_, i) => `d${i}`).join('/')}/deep`, '7');
  user.touch(`${home}/letter.txt`, 1_234_567_890_123_456_000n);
  user.touch(`${home}/secret`, -86_400_000_001_000n);
  user.chmod(`${home}/photos/nothing yet`, 0o700);
  user.touch(`${home}/photos`, 1_000_000_000_000_007_000n);
}

describe('a folder', () => {
  it('comes back from the phrase alone on an empty home: content, names, modes, links and times to the microsecond', async () => {
    const { user } = laptop.disk;
    fillHome(user, '/home/all');
    await laptop.protect('/home/all');
    const report = await laptop.sync('all');
    expect(report).toMatchObject({ problems: [], held: 0, special: 0, applied: 0, files: 13 });
    const fresh = await world.emptyHome('fresh');
    await fresh.engine.recover(never);
    const to = await fresh.restored('all');
    expect(fresh.disk.user.picture(to)).toEqual(user.picture('/home/all'));
    expect(await fresh.intents(), 'coming back costs nothing').toBe(0);
  });

  it('that did not change is looked at, and nothing is read, sent or paid', async () => {
    laptop.requests.take();
    const [read, paid] = [laptop.disk.readBytes, await laptop.intents()];
    const { balances } = (await laptop.engine.status(never)).chain ?? {};
    laptop.requests.take();
    const report = await laptop.sync('all');
    expect(report).toMatchObject({ newChunks: 0, packs: [], problems: [] });
    expect(laptop.disk.readBytes - read).toBe(0);
    expect(await laptop.intents()).toBe(paid);
    expect(laptop.requests.count('node-')).toBe(0);
    expect(laptop.requests.count('Execute') + laptop.requests.count('Simulate')).toBe(0);
    expect(laptop.requests.count(), 'the state of the network and the account’s devices').toBeLessThan(30);
    expect((await laptop.engine.status(never)).chain?.balances).toEqual(balances);
  });

  it('edge 39: is sent piece by piece: one changed byte of a large file sends a chunk or two', async () => {
    const { user } = laptop.disk;
    user.write('/home/large/disk.img', bytes(1_500_000));
    await laptop.protect('/home/large');
    const first = await laptop.sync('large');
    expect(first.packs.length, 'several packs').toBeGreaterThan(4);
    user.poke('/home/large/disk.img', 700_000, Uint8Array.of(1, 2, 3));
    const second = await laptop.sync('large');
    expect(second.newBytes).toBeLessThan(150_000);
    expect(second.packs).toHaveLength(1);
    expect(second.newChunks).toBeLessThanOrEqual(5);
    const to = await laptop.restored('large');
    expect(laptop.disk.user.picture(to)).toEqual(user.picture('/home/large'));
  });

  it('edge 44: stores equal content once, within a file, between files and for a copy made later', async () => {
    const { user } = laptop.disk;
    const block = bytes(150_000);
    user.write('/home/twins/one', block);
    user.write('/home/twins/two', block);
    user.write('/home/twins/both', Buffer.concat([block, block]));
    await laptop.protect('/home/twins');
    const first = await laptop.sync('twins');
    expect(first.newBytes).toBeLessThan(260_000);
    user.copy('/home/twins/one', '/home/twins/three');
    user.link('/home/twins/two', '/home/twins/four');
    const second = await laptop.sync('twins');
    expect(second).toMatchObject({ files: 5 });
    expect(second.newBytes, 'listing and snapshot only').toBeLessThan(5_000);
    const to = await laptop.restored('twins');
    expect(user.read(`${to}/four`)).toEqual(block);
  });

  it('shares nothing with another space that holds the same', async () => {
    const { user } = laptop.disk;
    const block = bytes(90_000);
    user.write('/home/mine/file', block);
    user.write('/home/ours/file', block);
    await laptop.protect('/home/mine');
    await laptop.protect('/home/ours');
    const [mine, ours] = [await laptop.sync('mine'), await laptop.sync('ours')];
    expect(ours.newBytes).toBeGreaterThanOrEqual(90_000);
    const pools = (await laptop.engine.spaces()).flatMap(({ name, pool }) => (/mine|ours/.test(name) ? [pool] : []));
    expect(new Set(pools).size).toBe(2);
    const blobs = [...mine.packs, ...ours.packs].map(({ blobId }) => blobId);
    expect(new Set(blobs).size).toBe(blobs.length);
  });

  it('keeps every certified moment: listed and restored as it was', async () => {
    const { user } = laptop.disk;
    user.write('/home/past/keep', 'same');
    user.write('/home/past/gone', 'soon deleted');
    await laptop.protect('/home/past');
    await laptop.sync('past');
    const before = user.picture('/home/past');
    user.remove('/home/past/gone');
    user.write('/home/past/keep', 'changed');
    await laptop.sync('past');
    const [now, then]: readonly (SnapshotLine | undefined)[] = await laptop.engine.log('past');
    const names = async (at: string | undefined) =>
      (await laptop.engine.list('past', '', at)).entries.map((e) => e.path);
    expect(await names(undefined)).toEqual(['keep']);
    expect(await names(then?.snapshot)).toEqual(['gone', 'keep']);
    expect(now?.parents).toEqual([then?.snapshot]);
    const whole = await laptop.restored('past', { at: then?.snapshot ?? '' });
    expect(user.picture(whole)).toEqual(before);
    const one = await laptop.restored('past', { at: then?.snapshot ?? '', paths: ['gone'] });
    expect(user.picture(one)).toHaveLength(1);
    // Put back by hand, it costs no content.
    user.write('/home/past/gone', 'soon deleted');
    expect((await laptop.sync('past')).newBytes).toBeLessThan(2_000);
    expect((await laptop.engine.versions('past', 'gone')).length).toBeGreaterThan(0);
  });
});
