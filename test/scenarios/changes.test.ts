/** What people do to files between two passes, and what of it is a version, a move, or nothing at all. Each case has a space of its own. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SyncReport, VersionLine } from '../../app/engine/engine.ts';
import type { UserHand } from '../world/memory-user.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { bytes } = seededDice(42);
/** More than this is content, less is a listing and a snapshot. */
const noContentBytes = 4_000;
let world: World;
let laptop: Device;
let user: UserHand;
/** Folders of one space, so that one first pass is enough for all cases. */
const shared = Array.from({ length: 12 }, (_, i) => `case-${i}`);
let archives = 0;
beforeAll(async () => {
  world = await openWorld({ seed: 2 });
  laptop = await world.device('laptop');
  user = laptop.disk.user;
  for (const folder of shared) fill(`/home/shared/${folder}`);
  await laptop.protect('/home/shared');
  await laptop.sync('shared');
});
afterAll(() => world.close());

interface Case {
  readonly name: string;
  at(path: string): string;
  sync(): Promise<SyncReport>;
  paths(): Promise<readonly string[]>;
  versions(path: string): Promise<readonly VersionLine[]>;
  /** A path of the case as the space has it. */
  inSpace(path: string): string;
  /** The newest snapshot is what stands on the disk. */
  isInStep(): Promise<void>;
}

/** Two large files, a small one and a folder. */
function fill(root: string): void {
  user.write(`${root}/a.bin`, bytes(60_000));
  user.write(`${root}/b.bin`, bytes(50_000));
  user.write(`${root}/note.txt`, 'first');
  user.write(`${root}/box/inside/c.bin`, bytes(40_000));
  user.write(`${root}/box/d.txt`, 'd');
}

/** A folder that was synced once; an archive is a space of its own. */
async function openCase(mode: 'sync' | 'archive' = 'sync'): Promise<Case> {
  const folder = mode === 'sync' ? (shared.pop() ?? '') : '';
  const name = mode === 'sync' ? 'shared' : `archive-${++archives}`;
  const root = `/home/${name}/${folder}`.replace(/\/$/, '');
  if (mode === 'archive') {
    fill(root);
    await laptop.protect(root, { mode });
    await laptop.sync(name);
  }
  const inSpace = (path: string): string => (folder === '' ? path : `${folder}/${path}`);
  const inCase = (path: string): string => (folder === '' ? path : path.slice(folder.length + 1));
  return {
    name,
    at: (path) => `${root}/${path}`,
    sync: () => laptop.sync(name),
    paths: async () => (await laptop.engine.list(name, folder, undefined)).entries.map(({ path }) => inCase(path)),
    versions: async (path) =>
      (await laptop.engine.versions(name, inSpace(path))).map((version) => ({
        ...version,
        path: inCase(version.path),
      })),
    inSpace,
    async isInStep() {
      const to = await laptop.restored(name, folder === '' ? {} : { paths: [folder] });
      expect(user.picture(`${to}/${folder}`)).toEqual(user.picture(root));
      const again = await laptop.sync(name);
      expect(again, 'a pass later nothing is left to do').toMatchObject({ newChunks: 0, packs: [] });
    },
  };
}

describe('a moved file or folder', () => {
  it('edge 1: that is renamed sends no content and keeps its history', async () => {
    const one = await openCase();
    user.rename(one.at('a.bin'), one.at('renamed.bin'));
    const report = await one.sync();
    expect(report.newBytes).toBeLessThan(noContentBytes);
    const versions = await one.versions('renamed.bin');
    expect(versions.map(({ path }) => path)).toEqual(['renamed.bin', 'a.bin']);
    await one.isInStep();
  });

  it('that lies in a renamed folder is not read, and keeps its history', async () => {
    const one = await openCase();
    const read = laptop.disk.readBytes;
    user.makeFolder(one.at('shelf'));
    user.rename(one.at('box'), one.at('shelf/chest'));
    const report = await one.sync();
    expect(laptop.disk.readBytes - read).toBe(0);
    expect(report.newBytes).toBeLessThan(noContentBytes);
    expect(report.held).toBe(0);
    user.write(one.at('shelf/chest/d.txt'), 'changed after the move');
    await one.sync();
    const versions = await one.versions('shelf/chest/d.txt');
    expect(versions.at(-1)?.path).toBe('box/d.txt');
    await one.isInStep();
  });

  it('edge 15: that swaps its name with another sends no content', async () => {
    const one = await openCase();
    user.rename(one.at('a.bin'), one.at('third'));
    user.rename(one.at('b.bin'), one.at('a.bin'));
    user.rename(one.at('third'), one.at('b.bin'));
    expect((await one.sync()).newBytes).toBeLessThan(noContentBytes);
    await one.isInStep();
  });

  it('that makes room for a new one of its old name is a file of its own', async () => {
    const one = await openCase();
    // An editor's backup: the old file steps aside, the new one takes its name.
    user.rename(one.at('a.bin'), one.at('a.bin~'));
    user.write(one.at('a.bin'), bytes(1_000));
    await one.sync();
    expect(await one.paths()).toEqual(['a.bin', 'a.bin~', 'b.bin', 'box', 'note.txt']);
    await one.isInStep();
    user.rename(one.at('b.bin'), one.at('0.bin'));
    user.write(one.at('b.bin'), 'new');
    await one.sync();
    await one.isInStep();
  });

  it('as a folder that makes room for a new one of its old name takes its files along', async () => {
    const one = await openCase();
    user.rename(one.at('box'), one.at('0 old box'));
    user.write(one.at('box/fresh'), 'fresh');
    expect((await one.sync()).newBytes).toBeLessThan(noContentBytes);
    await one.isInStep();
    user.rename(one.at('box'), one.at('z old box'));
    user.makeFolder(one.at('box'));
    await one.sync();
    await one.isInStep();
  });

  it('leaves a folder that is renamed at the same time', async () => {
    const one = await openCase();
    user.rename(one.at('box'), one.at('chest'));
    user.rename(one.at('chest/d.txt'), one.at('0.txt'));
    user.write(one.at('chest/d.txt'), 'another d');
    await one.sync();
    await one.isInStep();
  });

  it('goes into its own sibling, both ways round', async () => {
    const one = await openCase();
    user.makeFolder(one.at('crate'));
    user.write(one.at('crate/e'), 'e');
    await one.sync();
    user.rename(one.at('box'), one.at('crate/box'));
    await one.sync();
    await one.isInStep();
    // The outer becomes the inner: crate/box and crate change places.
    user.rename(one.at('crate/box'), one.at('box'));
    user.rename(one.at('crate'), one.at('box/crate'));
    await one.sync();
    await one.isInStep();
  });
});

describe('a file that becomes another kind', () => {
  it.each(['sync', 'archive'] as const)(
    'edge 29: is a folder, and a file again, in a space of mode %s',
    async (mode) => {
      const one = await openCase(mode);
      user.remove(one.at('note.txt'));
      user.write(one.at('note.txt/page'), 'one');
      user.remove(one.at('box'));
      user.write(one.at('box'), 'was a folder');
      await one.sync();
      await one.isInStep();
      user.remove(one.at('note.txt'));
      user.write(one.at('note.txt'), 'a file again');
      user.remove(one.at('box'));
      user.symlink(one.at('box'), 'note.txt');
      await one.sync();
      await one.isInStep();
    },
  );
});

describe('what is no change of content', () => {
  it('edge 38: a touched file makes no version and costs nothing', async () => {
    const one = await openCase();
    const before = (await laptop.engine.log(one.name)).length;
    user.touch(one.at('a.bin'));
    user.touch(one.at('box'));
    user.save(one.at('note.txt'), 'first');
    expect(await one.sync()).toMatchObject({ newChunks: 0, packs: [] });
    expect(await laptop.engine.log(one.name)).toHaveLength(before);
    const read = laptop.disk.readBytes;
    await one.sync();
    expect(laptop.disk.readBytes - read, 'it is read once').toBe(0);
  });

  it('edge 24: changed permissions make a version without content, of a file and of a folder', async () => {
    const one = await openCase();
    user.chmod(one.at('a.bin'), 0o600);
    user.chmod(one.at('box'), 0o700);
    expect((await one.sync()).newBytes).toBeLessThan(noContentBytes);
    expect(await one.versions('a.bin')).toMatchObject([{ mode: 0o600 }, { mode: 0o644 }]);
    expect(await one.versions('box')).toMatchObject([{ mode: 0o700 }, { mode: 0o755 }]);
    await one.isInStep();
  });

  it('edge 13, 21: pipes and devices are counted and left out; names that are Floe’s own are not kept, and told', async () => {
    const one = await openCase();
    user.special(one.at('pipe'));
    user.write(one.at('.floe-marker'), 'own');
    const report = await one.sync();
    expect(report).toMatchObject({ special: 1, newChunks: 0 });
    expect(report.problems).toMatchObject([{ path: one.inSpace('.floe-marker'), fault: { code: 'name-unsafe' } }]);
    expect(await one.paths()).not.toContain('.floe-marker');
  });
});

describe('a deleted file', () => {
  it('edge 88: can be had again from history', async () => {
    const one = await openCase();
    const before = user.picture(one.at('box'));
    const [moment] = await laptop.engine.log(one.name);
    user.remove(one.at('box'));
    await one.sync();
    await one.isInStep();
    expect(await one.paths()).not.toContain('box');
    const to = await laptop.restored(one.name, { at: moment?.snapshot ?? '', paths: [one.inSpace('box')] });
    expect(user.picture(`${to}/${one.inSpace('box')}`)).toEqual(before);
  });

  it('stays in an archive', async () => {
    const one = await openCase('archive');
    user.remove(one.at('a.bin'));
    user.remove(one.at('box'));
    user.write(one.at('note.txt'), 'second');
    await one.sync();
    expect(await one.paths()).toEqual(['a.bin', 'b.bin', 'box', 'note.txt']);
    const to = await laptop.restored(one.name);
    expect(user.read(`${to}/a.bin`)).toHaveLength(60_000);
    expect(await one.sync()).toMatchObject({ newChunks: 0 });
  });
});

describe('what rules leave out', () => {
  const rules = '*.log\n/build/\n!keep.log\n';

  it('is never sent, and sent from the next pass on when its rule goes', async () => {
    user.write('/home/ruled/.floeignore', rules);
    for (const path of ['a.log', 'keep.log', 'build/out', 'deep/b.log', 'deep/build/in', '.DS_Store', 'photo.jpg'])
      user.write(`/home/ruled/${path}`, path);
    await laptop.protect('/home/ruled');
    await laptop.sync('ruled');
    const paths = async (): Promise<readonly string[]> =>
      (await laptop.engine.tree('ruled', undefined, 100)).map(({ path }) => path).toSorted();
    const kept = ['.floeignore', 'deep', 'deep/build', 'deep/build/in', 'keep.log', 'photo.jpg'];
    expect(await paths()).toEqual(kept);
    const signal = new AbortController().signal;
    expect(await laptop.engine.leftOut('ruled', signal)).toEqual({
      count: 4,
      paths: ['.DS_Store', 'a.log', 'build', 'deep/b.log'],
    });
    user.remove('/home/ruled/.floeignore');
    await laptop.sync('ruled');
    const all = [...kept.slice(1), 'a.log', 'build', 'build/out', 'deep/b.log'];
    expect(await paths()).toEqual(all.toSorted());
  });

  it('edge 73: stays in the space when the rule came after it, and is no deletion', async () => {
    user.write('/home/late/notes.log', 'first');
    user.write('/home/late/photo.jpg', 'x');
    await laptop.protect('/home/late');
    await laptop.sync('late');
    user.write('/home/late/.floeignore', '*.log');
    user.write('/home/late/notes.log', 'second');
    const report = await laptop.sync('late');
    expect(report.held).toBe(0);
    const kept = await laptop.engine.list('late', 'notes.log', undefined);
    expect(kept.entries).toMatchObject([{ path: 'notes.log', bytes: 5 }]);
    user.remove('/home/late/notes.log');
    await laptop.sync('late');
    expect((await laptop.engine.list('late', 'notes.log', undefined)).entries).toHaveLength(1);
  });

  it('that cannot be known stop the pass: nothing is sent that a person may have wanted left out', async () => {
    user.write('/home/unruly/.floeignore', 'secret');
    user.write('/home/unruly/secret', 'x');
    user.chmod('/home/unruly/.floeignore', 0);
    await laptop.protect('/home/unruly');
    await expect(laptop.sync('unruly')).rejects.toMatchObject({ code: 'file-unreadable' });
    user.chmod('/home/unruly/.floeignore', 0o644);
    await laptop.sync('unruly');
    expect((await laptop.engine.tree('unruly', undefined, 10)).map(({ path }) => path)).toEqual(['.floeignore']);
  });
});
