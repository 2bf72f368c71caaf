/**
 * An engine that is killed at the points that matter most, and one that is killed again and again: the same end, and nothing paid twice. `test/crash`
 * kills real processes at all of them.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { bytes, fraction } = seededDice(46);
let world: World;
let laptop: Device;
beforeAll(async () => {
  world = await openWorld({ seed: 6 });
  laptop = await world.device('laptop');
  laptop.disk.user.write('/home/docs/first', 'first');
  await laptop.protect('/home/docs');
  await laptop.sync();
});
afterAll(() => world.close());

/** The kinds of the newest steps that succeeded. */
async function paidSince(count: number): Promise<readonly string[]> {
  const all = await laptop.catalog.intents(1000);
  const paid = all.slice(0, all.length - count).filter(({ state }) => state === 'succeeded');
  return paid.map(({ kind }) => kind).toSorted();
}

describe('an engine that is killed', () => {
  it.each([
    'round:sealed',
    'pack:encoded',
    'register:intent-written',
    'register:transaction-sent',
    'pack:registered',
    'pack:confirmation',
    'certify:transaction-sent',
    'certify:intent-settled',
    'round:certified',
  ])('at %s goes on from there and pays for nothing twice', async (point) => {
    const { user } = laptop.disk;
    const before = await laptop.intents();
    user.write(`/home/docs/${point}`, bytes(2_000));
    await laptop.crashAt(point, () => laptop.sync());
    await laptop.sync();
    expect(await laptop.sync()).toMatchObject({ packs: [], newChunks: 0, problems: [] });
    expect(await paidSince(before)).toEqual(['certify', 'register']);
    expect(user.picture(await laptop.restored('docs'))).toEqual(user.picture('/home/docs'));
    expect(await laptop.spool.names()).toEqual([]);
  });

  it('edge 83: at any request, many times, still comes to the same end', async () => {
    const { user } = laptop.disk;
    const before = await laptop.intents();
    user.write('/home/docs/several packs', bytes(600_000));
    let crashes = 0;
    for (let outcome = 'crashed'; outcome === 'crashed' && crashes < 25; crashes++) {
      let left = 5 + Math.floor(fraction() * 60);
      world.onRequest = () => {
        if (--left === 0) laptop.crash();
      };
      outcome = await laptop.untilCrash(() => laptop.sync());
    }
    world.onRequest = undefined;
    const report = await laptop.sync();
    expect(report.problems).toEqual([]);
    const paid = await paidSince(before);
    const packs = new Set((await laptop.catalog.packs(1, ['live'])).map(({ blobId }) => blobId)).size;
    expect(paid.filter((kind) => kind === 'register').length, `${packs} packs`).toBe(
      paid.filter((kind) => kind === 'certify').length,
    );
    expect(crashes).toBeGreaterThan(2);
    expect(user.picture(await laptop.restored('docs'))).toEqual(user.picture('/home/docs'));
  });
});
