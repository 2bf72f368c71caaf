/** A restore that was cut short goes on where it was: what is right already is neither fetched nor written again. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const packBytes = 256 * 1024;
let world: World;
let laptop: Device;
let stored = 0;

beforeAll(async () => {
  world = await openWorld({ seed: 111, packBytesMax: packBytes });
  laptop = await world.device('laptop');
  const dice = seededDice(111);
  for (let file = 0; file < 150; file++)
    laptop.disk.user.write(`/home/docs/folder ${file % 9}/${file}`, dice.bytes(Math.floor(dice.fraction() * 20_000)));
  // Larger than what is written in one go with others, and with a hole.
  const large = new Uint8Array(4_600_000);
  large.set(dice.bytes(600_000), 4_000_000);
  laptop.disk.user.write('/home/docs/large', large);
  await laptop.protect('/home/docs');
  await laptop.sync();
  stored = (await laptop.engine.spaces())[0]?.storedBytes ?? 0;
});
afterAll(() => world.close());

const restoreTo = (to: string) =>
  laptop.engine.restore({ space: 'docs', to, paths: [], at: undefined, overwrite: 'never' }, never);

describe('a restore that is killed', () => {
  it('goes on when it is run again, and fetches only what is missing', async () => {
    const { user } = laptop.disk;
    const placed = (to: string): number => user.picture(to).filter((line) => line.includes(' file ')).length;
    for (const [trial, share] of [0.1, 0.4, 0.7, 0.95].entries()) {
      const to = `/again-${trial}`;
      user.makeFolder(to);
      laptop.requests.take();
      const outcome = laptop.untilCrash(() => restoreTo(to));
      const unsubscribe = laptop.engine.subscribe((event) => {
        if (event.kind === 'restoring' && event.files >= share * event.ofFiles) laptop.crash();
      });
      expect(await outcome, `${share}`).toBe('crashed');
      unsubscribe();
      const standing = placed(to);
      laptop.requests.take();
      const report = await restoreTo(to);
      expect(report.problems).toEqual([]);
      expect(report.unchanged, `${share}`).toBe(standing);
      expect(report.files + standing, `${share}`).toBe(151);
      expect(user.picture(to)).toEqual(user.picture('/home/docs'));
      // Whole packs that were done are not touched again.
      const fetched = laptop.requests.bytes('slivers/');
      expect(fetched, `${share}`).toBeLessThanOrEqual(1.03 * report.fetchBytes + 3 * packBytes);
      expect(fetched).toBeLessThanOrEqual(1.03 * stored);
    }
    expect(await restoreTo('/again-0')).toMatchObject({ files: 0, unchanged: 151, fetchBytes: 0 });
  });
});
