import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { Fault } from '../../domain/fault.ts';
import type { Look } from '../../ports/catalog.ts';
import type { DiskAct, FileStat } from '../../ports/disk.ts';
import { openDisk } from './disk.ts';
import { makeRoom } from './test-room.ts';

const disk = openDisk({ threads: 1 });
afterAll(() => disk.close());

async function lookAt(root: string, path: string): Promise<Look> {
  const stat = await disk.look(root, path);
  if (stat === undefined) throw new Error('there is something to look at');
  const { device, inode, bytes, mtimeNs, ctimeNs } = stat;
  return { device, inode, bytes, mtimeNs, ctimeNs };
}

async function act(root: string, ...acts: readonly DiskAct[]): Promise<readonly (FileStat | string | undefined)[]> {
  return (await disk.act(root, acts)).map((done) => (done instanceof Fault ? done.code : done));
}

function room(): string {
  const root = makeRoom(onTestFinished);
  mkdirSync(`${root}/box`);
  writeFileSync(`${root}/a`, 'a');
  writeFileSync(`${root}/b`, 'b');
  symlinkSync('nowhere', `${root}/link`);
  return root;
}

describe('a move', () => {
  test('takes a file, a link or a folder with all in it to a free place, and tells its new look', async () => {
    const root = room();
    writeFileSync(`${root}/box/in`, 'in');
    const [a, link, box] = await act(
      root,
      { kind: 'move', from: 'a', to: 'box/a', look: await lookAt(root, 'a') },
      { kind: 'move', from: 'link', to: 'box/link', look: await lookAt(root, 'link') },
      { kind: 'move', from: 'box', to: 'chest', look: undefined },
    );
    expect(a).toMatchObject({ kind: 'file', links: 1 });
    expect(link).toMatchObject({ kind: 'symlink' });
    expect(box).toMatchObject({ kind: 'folder' });
    expect(readFileSync(`${root}/chest/a`, 'utf8') + readFileSync(`${root}/chest/in`, 'utf8')).toBe('ain');
    expect(readlinkSync(`${root}/chest/link`)).toBe('nowhere');
    expect(existsSync(`${root}/a`) || existsSync(`${root}/box`)).toBe(false);
  });

  test('never takes the place of something else, and never moves what changed', async () => {
    const root = room();
    const look = await lookAt(root, 'a');
    mkdirSync(`${root}/other`);
    expect(
      await act(
        root,
        { kind: 'move', from: 'a', to: 'b', look },
        { kind: 'move', from: 'a', to: 'c', look: { ...look, mtimeNs: look.mtimeNs + 1n } },
        { kind: 'move', from: 'box', to: 'other', look: undefined },
        { kind: 'move', from: 'a', to: 'c', look: undefined },
        { kind: 'move', from: 'gone', to: 'c', look },
        { kind: 'move', from: 'a', to: '../c', look },
      ),
    ).toEqual(['already-exists', 'file-changing', 'already-exists', 'file-changing', 'not-found', 'name-unsafe']);
    expect(readFileSync(`${root}/a`, 'utf8') + readFileSync(`${root}/b`, 'utf8')).toBe('ab');
    expect(lstatSync(`${root}/a`).nlink).toBe(1);
  });
});

describe('a removal', () => {
  test('takes exactly what it was told of; what is gone already is fine', async () => {
    const root = room();
    const look = await lookAt(root, 'a');
    const wrong = { ...look, inode: look.inode + 1n };
    writeFileSync(`${root}/box/in`, 'in');
    expect(
      await act(
        root,
        { kind: 'remove', path: 'a', look: wrong },
        { kind: 'remove', path: 'box', look },
        { kind: 'remove-folder', path: 'box' },
        { kind: 'remove-folder', path: 'b' },
      ),
    ).toEqual(['file-changing', 'file-changing', 'disk-failed', undefined]);
    expect(existsSync(`${root}/a`) && existsSync(`${root}/b`) && existsSync(`${root}/box/in`)).toBe(true);
    expect(
      await act(
        root,
        { kind: 'remove', path: 'a', look },
        { kind: 'remove', path: 'a', look },
        { kind: 'remove', path: 'box/in', look: await lookAt(root, 'box/in') },
        { kind: 'remove-folder', path: 'box' },
        { kind: 'remove-folder', path: 'box' },
      ),
    ).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(existsSync(`${root}/a`) || existsSync(`${root}/box`)).toBe(false);
  });
});

describe('a folder and a dressing', () => {
  test('a folder is made with its mode, or found as it is', async () => {
    const root = room();
    const [made, found, blocked] = await act(
      root,
      { kind: 'make-folder', path: 'new', mode: 0o751 },
      { kind: 'make-folder', path: 'box', mode: 0o700 },
      { kind: 'make-folder', path: 'a', mode: 0o700 },
    );
    expect([made, found]).toMatchObject([{ mode: 0o751 }, { kind: 'folder' }]);
    expect(blocked).toBe('already-exists');
  });

  test('mode and time are given to what still looks the same', async () => {
    const root = room();
    const look = await lookAt(root, 'a');
    const placement = { mode: 0o600, mtimeNs: 1_700_000_000_000_000_000n };
    const time = statSync(`${root}/box`).mtimeMs;
    const [file, folder, again] = await act(
      root,
      { kind: 'dress', path: 'a', look, placement },
      { kind: 'dress', path: 'box', look: undefined, placement: { ...placement, mode: 0o711 } },
      { kind: 'dress', path: 'a', look, placement: { ...placement, mode: 0o777 } },
    );
    expect(file).toMatchObject({ mode: 0o600, mtimeNs: placement.mtimeNs });
    expect(folder).toMatchObject({ mode: 0o711 });
    expect(Math.abs(statSync(`${root}/box`).mtimeMs - time)).toBeLessThan(1);
    expect(again).toBe('file-changing');
  });
});

test('a file is written over exactly the look that it was given, small or large', async () => {
  const root = room();
  const look = await lookAt(root, 'a');
  const file = (path: string, over: Look) => ({ path, bytes: Buffer.from('new'), mode: 0o644, mtimeNs: 5n, over });
  const [fine, changed, gone] = await disk.placeSmall(
    root,
    [file('a', look), file('b', look), file('gone', look)],
    'never',
    true,
  );
  expect(fine).toMatchObject({ bytes: 3 });
  expect(changed).toMatchObject({ code: 'file-changing' });
  expect(gone).toMatchObject({ code: 'not-found' });
  expect(readFileSync(`${root}/a`, 'utf8') + readFileSync(`${root}/b`, 'utf8')).toBe('newb');
  const large = await disk.place(root, 'b', look);
  await large.write(0, Buffer.from('large'));
  await expect(large.finish(5, { mode: 0o644, mtimeNs: 5n }, true)).rejects.toMatchObject({ code: 'file-changing' });
  expect(readFileSync(`${root}/b`, 'utf8')).toBe('b');
  expect((await disk.list(root, '')).entries.map(({ name }) => name).toSorted()).toEqual(['a', 'b', 'box', 'link']);
});
