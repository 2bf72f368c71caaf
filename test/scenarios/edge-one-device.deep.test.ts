/** Cases of one device that no other scenario tells: saves in two steps, what comes back, odd times, a folder that may not be written to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserHand } from '../world/memory-user.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

const { bytes } = seededDice(48);
const noContentBytes = 4_000;
const root = '/home/docs';
let world: World;
let laptop: Device;
let user: UserHand;
beforeAll(async () => {
  world = await openWorld({ seed: 48 });
  laptop = await world.device('laptop');
  user = laptop.disk.user;
  user.write(`${root}/letter`, 'first');
  user.write(`${root}/photo`, bytes(60_000));
  await laptop.protect(root);
  await laptop.sync('docs');
});
afterAll(() => world.close());

const paths = async (): Promise<readonly string[]> =>
  (await laptop.engine.tree('docs', undefined, 100)).map(({ path }) => path).toSorted();

describe('a save', () => {
  it('edge 33: beside and renamed over is one version of the same file, and nothing else is kept', async () => {
    user.save(`${root}/letter`, 'second');
    await laptop.sync('docs');
    user.save(`${root}/letter`, 'third');
    await laptop.sync('docs');
    const versions = await laptop.engine.versions('docs', 'letter');
    expect(versions.map(({ path, bytes: size }) => [path, size])).toEqual([
      ['letter', 5],
      ['letter', 6],
      ['letter', 5],
    ]);
    expect(await laptop.engine.find('docs', 'saving', false)).toEqual([]);
    expect(await paths()).toEqual(['letter', 'photo']);
  });

  it('edge 57: short-lived files that are gone before a pass leave no trace', async () => {
    for (let i = 0; i < 50; i++) {
      user.write(`${root}/build/${i}.tmp`, `${i}`);
      user.remove(`${root}/build/${i}.tmp`);
    }
    user.remove(`${root}/build`);
    expect(await laptop.sync('docs')).toMatchObject({ newChunks: 0, packs: [], problems: [] });
  });
});

describe('what comes back', () => {
  it('edge 45: a deleted file that is made again with the same content sends none', async () => {
    const content = user.read(`${root}/photo`);
    user.remove(`${root}/photo`);
    await laptop.sync('docs');
    expect(await paths()).toEqual(['letter']);
    user.write(`${root}/photo`, content);
    expect((await laptop.sync('docs')).newBytes).toBeLessThan(noContentBytes);
    expect(user.picture(await laptop.restored('docs'))).toEqual(user.picture(root));
  });

  it('edge 27, 28: an empty folder and an empty file are kept, and cost no content', async () => {
    user.makeFolder(`${root}/empty/inner`);
    user.write(`${root}/nothing`, '');
    expect((await laptop.sync('docs')).newBytes).toBeLessThan(noContentBytes);
    expect(user.picture(await laptop.restored('docs'))).toEqual(user.picture(root));
    for (const path of ['empty', 'nothing']) user.remove(`${root}/${path}`);
    await laptop.sync('docs');
  });
});

describe('times', () => {
  it('edge 37: of 1970, before it and of the far future are kept as they are, and a change back to an old one is seen', async () => {
    const year = 31_556_952n * 1_000_000_000n;
    for (const ns of [130n * year, 0n, -10n * year]) {
      user.write(`${root}/letter`, `at ${ns}`);
      user.touch(`${root}/letter`, ns);
      await laptop.sync('docs');
      const to = await laptop.restored('docs');
      expect(user.text(`${to}/letter`)).toBe(`at ${ns}`);
      expect((await laptop.disk.look(to, 'letter'))?.mtimeNs).toBe(ns);
    }
  });

  it('edge 35: the same size and time with other content is seen by the time of the change', async () => {
    user.write(`${root}/letter`, 'aaaa');
    user.touch(`${root}/letter`, 1_000_000_000n);
    await laptop.sync('docs');
    user.write(`${root}/letter`, 'bbbb');
    user.touch(`${root}/letter`, 1_000_000_000n);
    await laptop.sync('docs');
    expect(user.text(`${await laptop.restored('docs')}/letter`)).toBe('bbbb');
  });
});

describe('a large file', () => {
  it('edge 39, 40: that grows at its end or near its beginning sends a few chunks', async () => {
    const first = bytes(700_000);
    user.write(`${root}/large`, first);
    await laptop.sync('docs');
    user.write(`${root}/large`, Buffer.concat([first, bytes(100)]));
    const appended = await laptop.sync('docs');
    expect(appended.newBytes).toBeLessThan(150_000);
    user.write(`${root}/large`, Buffer.concat([first.subarray(0, 1000), bytes(33), first.subarray(1000)]));
    const inserted = await laptop.sync('docs');
    expect(inserted.newBytes).toBeLessThan(150_000);
    expect(user.picture(await laptop.restored('docs'))).toEqual(user.picture(root));
  });
});
