/** A root that people move, on a real disk: nothing is deleted or sent for it, nothing but the very mark is believed, and a copy that lacks something waits for a word. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Device } from '../world/world.ts';
import { files, openMovedRoom, otherDisk, type MovedRoom } from './moved-room.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
let room: MovedRoom;
let laptop: Device;
let read: string[];
let kept: MovedRoom['kept'];
let sync: MovedRoom['sync'];
let move: MovedRoom['move'];
let missing: MovedRoom['missing'];
let folderOf: MovedRoom['folderOf'];
beforeAll(async () => {
  room = await openMovedRoom(79);
  ({ laptop, read, kept, sync, move, missing, folderOf } = room);
});
afterAll(() => room.close());

const copy = (from: string, to: string) => execFileSync('cp', ['-a', from, to]);
const paths = async (name: string) => (await laptop.engine.list(name, '', undefined)).entries.map(({ path }) => path);
const nothingSent = () => laptop.requests.count('PUT') === 0;

describe('edge 79: a root that got another name', () => {
  it('is missed, found beside its old place, and goes on there without a byte read or sent', async () => {
    const { name, at, old } = await kept();
    const now = join(at, 'papers');
    await rename(old, now);
    const report = await sync(name);
    expect(report).toMatchObject({ held: 0, packs: [], files: 5 });
    expect(report.problems).toMatchObject([{ path: '', fault: { code: 'not-found', retry: 'after-user' } }]);
    expect(report.problems[0]?.fault.message).toContain(`floe move '${name}' '${now}'`);
    expect(await missing(name)).toMatchObject({
      folder: old,
      isAnother: false,
      proposed: [{ folder: now, isSame: true }],
    });
    expect(await folderOf(name), 'nothing is followed by itself').toBe(old);
    expect(await move(name, `${now}/../papers/`, true)).toMatchObject({ from: old, folder: now, isSame: true });
    expect(await folderOf(name), 'a dry run changes nothing').toBe(old);
    expect(await move(name, `${now}/../papers/`)).toMatchObject({ from: old, folder: now, isSame: true });
    expect(await missing(name)).toBeUndefined();
    expect(await sync(name)).toMatchObject({ held: 0, packs: [], problems: [], newChunks: 0, files: 5 });
    expect(read).toEqual([]);
    expect(nothingSent()).toBe(true);
    expect(await laptop.engine.log(name)).toHaveLength(1);
  });

  it('keeps what was done in it meanwhile: edits are edits, moves are moves, a deletion is one', async () => {
    const { name, at, old } = await kept();
    const now = join(at, 'elsewhere');
    await rename(old, now);
    await appendFile(join(now, 'report'), 'more');
    await rename(join(now, 'box/one'), join(now, 'uno'));
    await unlink(join(now, 'four'));
    await writeFile(join(now, 'new'), 'new');
    await move(name, now);
    expect(await sync(name)).toMatchObject({ held: 0, problems: [], files: 5 });
    expect((await laptop.engine.versions(name, 'report')).map(({ until }) => until === undefined)).toEqual([
      true,
      false,
    ]);
    const log = await laptop.engine.log(name);
    expect(log).toHaveLength(2);
    const { differences } = await laptop.engine.diff(name, undefined, undefined);
    expect(differences.map(({ kind, path }) => `${kind} ${path}`).toSorted()).toEqual(
      ['added new', 'changed report', 'moved uno', 'removed four'].toSorted(),
    );
  });

  it('is found in a folder beside it, and below a folder above that got another name', async () => {
    const { name, at, old } = await kept();
    await mkdir(join(at, 'Stuff'));
    await rename(old, join(at, 'Stuff/docs'));
    expect((await missing(name))?.proposed).toEqual([{ folder: join(at, 'Stuff/docs'), isSame: true }]);
    await mkdir(join(at, '.Trash'));
    await rename(join(at, 'Stuff/docs'), join(at, '.Trash/docs'));
    expect((await missing(name))?.proposed, 'what was thrown away').toEqual([]);
    await rename(join(at, '.Trash/docs'), old);
    expect(await missing(name)).toBeUndefined();
    await rename(at, `${at}-renamed`);
    expect((await missing(name))?.proposed).toEqual([{ folder: `${at}-renamed/docs`, isSame: true }]);
  });

  it('is under the brakes as ever for what was deleted in it', async () => {
    const { name, at, old } = await kept();
    await rename(old, join(at, 'other'));
    for (const path of Object.keys(files)) await unlink(join(at, 'other', path));
    await rm(join(at, 'other/box'), { recursive: true });
    await move(name, join(at, 'other'));
    expect((await sync(name)).held).toBeGreaterThan(0);
    expect(await paths(name)).toEqual(expect.arrayContaining(['report', 'three']));
  });

  it('may come back, or be told a place where it is already', async () => {
    const { name, at, old } = await kept();
    expect(await move(name, old)).toMatchObject({ from: old, folder: old, isSame: true });
    await rename(old, join(at, 'there'));
    await move(name, join(at, 'there'));
    await sync(name);
    await rename(join(at, 'there'), old);
    await move(name, old);
    expect(await sync(name)).toMatchObject({ held: 0, packs: [], problems: [] });
    expect(read).toEqual([]);
  });

  it('is named without the links that lead to it', async () => {
    const { name, at, old } = await kept();
    await rename(old, join(at, 'real'));
    await symlink('real', join(at, 'link'));
    expect(await move(name, join(at, 'link'))).toMatchObject({ folder: join(at, 'real') });
  });
});

describe('edge 79: a copy, as on a larger disk', () => {
  it('is never taken by itself, and is read and not sent when it is named', async () => {
    const { name, at, old } = await kept();
    const copied = join(at, 'larger');
    copy(old, copied);
    await sync(name);
    expect(await folderOf(name)).toBe(old);
    await rm(old, { recursive: true });
    expect((await missing(name))?.proposed).toEqual([{ folder: copied, isSame: false }]);
    expect((await sync(name)).problems[0]?.fault.message).toContain('If that is the one');
    expect(await folderOf(name)).toBe(old);
    laptop.requests.take();
    await appendFile(join(copied, 'three'), ' and more');
    expect(await move(name, copied)).toMatchObject({ isSame: false });
    expect(await sync(name)).toMatchObject({ held: 0, problems: [], files: 5 });
    expect(read.toSorted()).toEqual(Object.keys(files).toSorted());
    const { differences } = await laptop.engine.diff(name, undefined, undefined);
    expect(differences.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['changed three']);
    // It has arrived: what is deleted from now on is deleted.
    await unlink(join(copied, 'three'));
    expect(await sync(name)).toMatchObject({ held: 0, files: 4 });
  });

  it('that was cut short has deleted nothing, however little is missing, until the word is given', async () => {
    const { name, at, old } = await kept();
    copy(old, join(at, 'half'));
    await unlink(join(at, 'half/four'));
    await move(name, join(at, 'half'));
    for (let pass = 1; pass <= 2; pass++) expect(await sync(name), `pass ${pass}`).toMatchObject({ held: 1, files: 5 });
    expect(await laptop.engine.held()).toContainEqual(expect.objectContaining({ name, here: 1 }));
    // The copy goes on.
    copy(join(old, 'four'), join(at, 'half/four'));
    expect(await sync(name)).toMatchObject({ held: 0, packs: [], files: 5 });
    await unlink(join(at, 'half/four'));
    expect(await sync(name)).toMatchObject({ held: 0, files: 4 });
  });

  it('lets go what is missing when that is meant, once and no more', async () => {
    const { name, at, old } = await kept();
    copy(old, join(at, 'thin'));
    await unlink(join(at, 'thin/four'));
    await move(name, join(at, 'thin'));
    expect(await sync(name)).toMatchObject({ held: 1 });
    await laptop.engine.release(name);
    await unlink(join(at, 'thin/three'));
    expect(await sync(name), 'more than was released').toMatchObject({ held: 2, files: 5 });
    await laptop.engine.release(name);
    expect(await sync(name)).toMatchObject({ held: 0, files: 3 });
    await unlink(join(at, 'thin/box/two'));
    expect(await sync(name), 'it has arrived').toMatchObject({ held: 0, files: 2 });
  });

  it('is not meant by a word that was given about the folder that it was made of', async () => {
    const { name, at, old } = await kept();
    for (const path of ['box', ...Object.keys(files)]) await rm(join(old, path), { recursive: true, force: true });
    expect(await sync(name)).toMatchObject({ held: 6 });
    expect(await laptop.engine.release(name)).toBe(true);
    copy(old, join(at, 'empty'));
    await move(name, join(at, 'empty'));
    expect(await sync(name)).toMatchObject({ held: 6, files: 5 });
  });

  it('gets back what it lacks from the network', async () => {
    const { name, at, old } = await kept();
    copy(old, join(at, 'poor'));
    await rm(old, { recursive: true });
    await rm(join(at, 'poor/box'), { recursive: true });
    await move(name, join(at, 'poor'));
    expect(await sync(name)).toMatchObject({ held: 3 });
    const to = join(at, 'poor');
    await laptop.engine.restore({ space: name, to, paths: [], at: undefined, overwrite: 'never' }, never);
    expect(await readFile(join(to, 'box/one'), 'utf8')).toBe('first');
    expect(await sync(name)).toMatchObject({ held: 0, packs: [], problems: [], files: 5 });
    expect((await laptop.engine.versions(name, 'box/one')).length, 'its history goes on').toBe(1);
  });

  it('of an archive lets nothing go that is missing', async () => {
    const { name, at, old } = await kept('archive');
    copy(old, join(at, 'half'));
    await rm(join(at, 'half/box'), { recursive: true });
    await move(name, join(at, 'half'));
    expect(await sync(name)).toMatchObject({ held: 3 });
    copy(join(old, 'box'), join(at, 'half/box'));
    expect(await sync(name)).toMatchObject({ held: 0, packs: [], problems: [] });
    expect((await laptop.engine.selection(name, '')).isEverything).toBe(true);
  });

  it('edge 77: that was put where the folder was, as from a backup, is held by the same rule', async () => {
    const { name, at, old } = await kept();
    copy(old, join(at, 'backup'));
    await rm(old, { recursive: true });
    await unlink(join(at, 'backup/four'));
    copy(join(at, 'backup'), old);
    expect(await sync(name)).toMatchObject({ held: 1, files: 5, problems: [] });
  });

  it.skipIf(statSync(tmpdir()).dev === statSync('/dev/shm', { throwIfNoEntry: false })?.dev)(
    'is what a move to another disk makes (skipped where /dev/shm is none)',
    async () => {
      const { name, old } = await kept();
      const large = await mkdtemp('/dev/shm/floe-moved-');
      try {
        execFileSync('mv', [old, join(large, 'docs')]);
        expect((await missing(name))?.proposed).toEqual([]);
        expect(await move(name, join(large, 'docs'))).toMatchObject({ isSame: false });
        laptop.requests.take();
        expect(await sync(name)).toMatchObject({ held: 0, packs: [], problems: [], files: 5 });
        expect(read.toSorted()).toEqual(Object.keys(files).toSorted());
        expect(nothingSent()).toBe(true);
        expect((await laptop.engine.versions(name, 'report')).length).toBe(1);
        read.length = 0;
        await sync(name);
        expect(read.length, 'known by their looks from now on').toBeLessThanOrEqual(Object.keys(files).length);
        await unlink(join(large, 'docs/four'));
        expect(await sync(name)).toMatchObject({ held: 0, files: 4 });
      } finally {
        await rm(large, { recursive: true });
      }
    },
  );

  it('on a disk of another nature lacks what that cannot hold: it stays in the space, is named, and waits for nobody', async () => {
    const { name, at, old } = await kept();
    await writeFile(join(old, 'THREE'), 'in capitals');
    await mkdir(join(old, 'BOX'));
    await writeFile(join(old, 'BOX/in'), 'in');
    await writeFile(join(old, 'a:b'), 'a name that Windows has not');
    await symlink('three', join(old, 'link'));
    expect(await sync(name)).toMatchObject({ files: 8, problems: [] });
    const now = join(at, otherDisk);
    copy(old, now);
    for (const path of ['THREE', 'BOX', 'a:b', 'link']) await rm(join(now, path), { recursive: true });
    await move(name, now);
    const report = await sync(name);
    expect(report).toMatchObject({ held: 0, files: 8, packs: [] });
    const named = report.problems.map(({ path, fault }) => `${fault.code} ${path}`);
    expect(named).toEqual(expect.arrayContaining(['name-unsafe THREE', 'name-unsafe BOX', 'name-unsafe a:b']));
    await unlink(join(now, 'four'));
    expect(await sync(name), 'it has arrived').toMatchObject({ held: 0, files: 7 });
    expect(await paths(name)).toEqual(expect.arrayContaining(['THREE', 'BOX', 'a:b', 'link']));
  });

  it('that stands beside others is proposed with them, and a hidden mark of another space is not', async () => {
    const { name, at, old } = await kept();
    const other = await kept();
    for (const each of ['b', 'a']) copy(old, join(at, each));
    await rename(other.old, join(at, 'stranger'));
    await rm(old, { recursive: true });
    const proposed = (await missing(name))?.proposed;
    expect(proposed?.map(({ isSame }) => isSame)).toEqual([false, false]);
    expect(proposed?.map(({ folder }) => folder).toSorted()).toEqual([join(at, 'a'), join(at, 'b')]);
  });
});
