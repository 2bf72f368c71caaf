/** What reading costs on the line, counted where bytes arrive. */
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../adapters/time/time.ts';
import { seededDice } from '../../test/world/seeded-dice.ts';
import { openWorld, type World } from '../../test/world/world.ts';

const never = new AbortController().signal;
let world: World;
afterEach(() => world.close());

describe('restoring everything', () => {
  it('moves little more than what is stored, though files of many rounds lie mixed in the packs', async () => {
    const seed = 71;
    // The machine's own time: a clock that jumps whenever the process is quiet makes large answers look late.
    world = await openWorld({ seed, nodes: 20, shards: 100, packBytesMax: 16 * 1024 * 1024, clock: systemClock() });
    const dice = seededDice(seed);
    const laptop = await world.device('laptop');
    const { user } = laptop.disk;
    // Does not compress.
    const noise = dice.bytes(1024 * 1024);
    const content = (): Uint8Array => {
      const bytes = new Uint8Array(10_000 + Math.floor(dice.fraction() * 60_000));
      const start = Math.floor(dice.fraction() * (noise.length - bytes.length));
      bytes.set(noise.subarray(start, start + bytes.length));
      const salt = Math.floor(dice.fraction() * 255);
      return bytes.map((byte) => byte ^ salt);
    };
    const files = 1_600;
    const write = (file: number): void => user.write(`/home/docs/folder ${file % 17}/${file}`, content());
    for (let file = 0; file < files; file++) write(file);
    await laptop.protect('/home/docs');
    await laptop.sync();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < files / 8; i++) write(Math.floor(dice.fraction() * files));
      await laptop.sync();
    }
    const [status] = await laptop.engine.spaces();
    const stored = status?.storedBytes ?? 0;
    laptop.requests.take();
    user.makeFolder('/back');
    await laptop.engine.restore({ space: 'docs', to: '/back', paths: [], at: undefined, overwrite: 'never' }, never);
    expect(user.picture('/back')).toEqual(user.picture('/home/docs'));
    expect(laptop.requests.bytes('slivers/')).toBeLessThanOrEqual(1.03 * stored);
    expect(laptop.requests.count('metadata')).toBeLessThanOrEqual(status?.packs ?? 0);
  });
});
