import { execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { nameBytesFromText, parsePathName, textFromNameBytes } from '../../domain/path-name.ts';
import type { FolderListing } from '../../ports/disk.ts';
import { openDisk } from './disk.ts';
import { makeRoom, runScript } from './test-room.ts';

// Processes and disks of a busy machine may take their time.
vi.setConfig({ testTimeout: 30_000 });

const disk = openDisk({ threads: 2 });
afterAll(() => disk.close());
const never = new AbortController().signal;
const room = (): string => makeRoom(onTestFinished);
const diskUrl = new URL('./disk.ts', import.meta.url).href;

async function walkAll(
  root: string,
  isLeftOut = (_path: string, _isFolder: boolean) => false,
): Promise<FolderListing[]> {
  const all: FolderListing[] = [];
  for await (const batch of disk.walk(root, '', isLeftOut, never)) all.push(...batch);
  return all;
}
const pathsOf = (listings: readonly FolderListing[]): string[] =>
  listings
    .flatMap(({ path, entries }) => entries.map(({ name }) => (path === '' ? name : `${path}/${name}`)))
    .toSorted();

describe('names', () => {
  test('edge 6, 7, 14: come back byte for byte: newline, emoji, both normal forms, 255 bytes, and bytes that are not UTF-8', async () => {
    const root = room();
    const names = [
      'new\nline',
      '🧊 floe',
      'caf\u00e9',
      'cafe\u0301',
      'x'.repeat(255),
      'é'.repeat(127),
      ' trailing ',
      '\ufffd',
      '-rf',
      '"',
    ];
    const bytes = [
      ...names.map((name) => Buffer.from(name)),
      Buffer.from([0x66, 0xff, 0xfe, 0x2e, 0x80]),
      Buffer.from([0xed, 0xa0, 0x80]),
    ];
    for (const name of bytes) writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), name);
    const [listing] = await walkAll(root);
    expect(listing?.isComplete).toBe(true);
    const seen = listing?.entries.map(({ name }) => Buffer.from(nameBytesFromText(name)).toString('hex')).toSorted();
    expect(seen).toEqual(bytes.map((name) => name.toString('hex')).toSorted());
    const spans = (listing?.entries ?? []).map(({ name }) => ({ path: name, offset: 0, bytesMax: 300 }));
    const read = await disk.read(root, spans, never);
    for (const [index, span] of read.spans.entries()) {
      if (!('start' in span)) throw span;
      const content = Buffer.from(read.buffer, span.start, span.bytes);
      expect(content).toEqual(Buffer.from(nameBytesFromText(spans[index]?.path ?? '')));
    }
  });

  test('that are not UTF-8 work for folders, links and placements too', async () => {
    const root = room();
    const name = parsePathName(textFromNameBytes(Uint8Array.of(0x64, 0xff)));
    await disk.makeFolder(root, name);
    await disk.placeSmall(
      root,
      [{ path: `${name}/${name}`, bytes: Uint8Array.of(1), mode: 0o600, mtimeNs: 0n }],
      'never',
      true,
    );
    await disk.placeSymlink(root, `${name}/link`, name, 'never');
    const listings = await walkAll(root);
    expect(pathsOf(listings)).toEqual([name, `${name}/link`, `${name}/${name}`].toSorted());
    expect(listings[1]?.entries.find((entry) => entry.name === 'link')?.target).toBe(name);
    expect(readdirSync(root, { encoding: 'buffer' })).toEqual([Buffer.from([0x64, 0xff])]);
  });

  test('of our own unfinished files are not listed', async () => {
    const root = room();
    writeFileSync(`${root}/.floe-00112233-0011223344556677.tmp`, 'half');
    writeFileSync(`${root}/.floe-mine`, 'somebody named it so');
    expect(pathsOf(await walkAll(root))).toEqual(['.floe-mine']);
  });
});

describe('trees', () => {
  test('edge 10, 50: 200 folders deep with paths beyond what one call can hold are walked, read and written', async () => {
    const root = room();
    const names = Array.from({ length: 200 }, (_, index) => `level-${index}-${'d'.repeat(30)}`);
    await disk.makeFolder(root, names.join('/'));
    const path = `${names.join('/')}/bottom`;
    expect(path.length).toBeGreaterThan(4096);
    await disk.placeSmall(root, [{ path, bytes: Buffer.from('deep'), mode: 0o640, mtimeNs: 5_000n }], 'never', false);
    const listings = await walkAll(root);
    expect(listings.at(-1)?.entries[0]?.name).toBe('bottom');
    expect(listings).toHaveLength(201);
    const read = await disk.read(root, [{ path, offset: 0, bytesMax: 10 }], never);
    expect(Buffer.from(read.buffer).toString()).toBe('deep');
    expect((await disk.look(root, path))?.mode).toBe(0o640);
  });

  test('tell parents before children and leave out what is asked, without entering it', async () => {
    const root = room();
    for (const path of ['a/b/c', 'a/skip/deep', 'z']) mkdirSync(`${root}/${path}`, { recursive: true });
    writeFileSync(`${root}/a/b/c/file`, '');
    writeFileSync(`${root}/a/note.tmp`, '');
    const listings = await walkAll(root, (path, isFolder) => (isFolder ? path === 'a/skip' : path.endsWith('.tmp')));
    expect(pathsOf(listings)).toEqual(['a', 'a/b', 'a/b/c', 'a/b/c/file', 'z']);
    const order = listings.map(({ path }) => path);
    for (const path of order.filter((at) => at.includes('/'))) {
      expect(order.indexOf(path)).toBeGreaterThan(order.indexOf(path.slice(0, path.lastIndexOf('/'))));
    }
  });

  test('edge 49: with 20,000 entries in one folder are listed whole', async () => {
    const root = room();
    for (let index = 0; index < 20_000; index++) writeFileSync(`${root}/entry-${index}`, '');
    const [listing] = await walkAll(root);
    expect(new Set(listing?.entries.map(({ name }) => name)).size).toBe(20_000);
  });

  test('end at once when the walk is aborted, and can be left early', async () => {
    const root = room();
    for (let index = 0; index < 300; index++) mkdirSync(`${root}/${index}/inner`, { recursive: true });
    const stop = new AbortController();
    const walk = async (): Promise<void> => {
      for await (const batch of disk.walk(root, '', () => false, stop.signal))
        if (batch.length > 0) stop.abort(new Error('enough'));
    };
    await expect(walk()).rejects.toThrow('enough');
    for await (const batch of disk.walk(root, '', () => false, never)) if (batch.length > 0) break;
    expect(await walkAll(root)).toHaveLength(601);
  });
});

describe('kinds', () => {
  test('edge 16, 17: links are told with their text and never followed, wherever they point', async () => {
    const root = room();
    const outside = room();
    writeFileSync(`${outside}/secret`, 'secret');
    symlinkSync(outside, `${root}/out`);
    symlinkSync('nowhere/at/all', `${root}/dangling`);
    symlinkSync('.', `${root}/loop`);
    const listings = await walkAll(root);
    expect(listings).toHaveLength(1);
    expect(listings[0]?.entries.map(({ name, target }) => [name, target]).toSorted()).toEqual([
      ['dangling', 'nowhere/at/all'],
      ['loop', '.'],
      ['out', outside],
    ]);
    expect(await disk.look(root, 'out/secret')).toBeUndefined();
    const { spans } = await disk.read(root, [{ path: 'out/secret', offset: 0, bytesMax: 10 }], never);
    expect(spans[0]).toMatchObject({ code: 'not-found' });
    await expect(disk.list(root, 'out')).resolves.toMatchObject({ isComplete: false, entries: [] });
  });

  test('pipes are "other", hard links share an inode, sparse files tell their full size', async () => {
    const root = room();
    execFileSync('mkfifo', [`${root}/pipe`]);
    writeFileSync(`${root}/one`, 'same');
    linkSync(`${root}/one`, `${root}/two`);
    writeFileSync(`${root}/sparse`, '');
    truncateSync(`${root}/sparse`, 5_000_000_000);
    const { entries } = await disk.list(root, '');
    const by = new Map(entries.map((entry) => [String(entry.name), entry.stat]));
    expect(by.get('pipe')?.kind).toBe('other');
    expect(by.get('one')).toMatchObject({ links: 2, inode: by.get('two')?.inode });
    expect(by.get('sparse')?.bytes).toBe(5_000_000_000);
    const { mtimeNs, ctimeNs, ino, dev } = lstatSync(`${root}/one`, { bigint: true });
    expect(by.get('one')).toMatchObject({ mtimeNs, ctimeNs, inode: ino, device: dev });
  });
});

describe('trouble', () => {
  test('a root or folder that is missing is a problem, never an empty folder', async () => {
    const root = room();
    const [listing] = await walkAll(`${root}/gone`);
    expect(listing).toMatchObject({ isComplete: false, problems: [{ path: '', fault: { code: 'not-found' } }] });
    expect(await disk.list(root, 'no/such')).toMatchObject({ isComplete: false, problems: [{ path: 'no/such' }] });
    await expect(disk.look(`${root}/gone`, 'file')).rejects.toMatchObject({ code: 'not-found' });
    expect(await disk.look(root, 'file')).toBeUndefined();
  });

  test('a root that is reached through a link is refused', async () => {
    const root = room();
    mkdirSync(`${root}/real`);
    symlinkSync('real', `${root}/alias`);
    expect(await disk.list(`${root}/alias`, '')).toMatchObject({ isComplete: false });
    expect(await disk.resolveFolder(`${root}/alias`)).toBe(`${root}/real`);
    await expect(disk.resolveFolder(`${root}/none`)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('edge 18: folders that are swapped for links while a walk runs never show what lies behind the link', async () => {
    const root = room();
    const outside = room();
    writeFileSync(`${outside}/secret`, 'secret');
    mkdirSync(`${root}/a/b`, { recursive: true });
    writeFileSync(`${root}/a/b/secret`, 'ours');
    const inode = lstatSync(`${outside}/secret`, { bigint: true }).ino;
    for (let round = 0; round < 50; round++) {
      const walking = walkAll(root);
      const reading = disk.read(root, [{ path: 'a/b/secret', offset: 0, bytesMax: 10 }], never);
      renameSync(`${root}/a/b`, `${root}/kept`);
      symlinkSync(outside, `${root}/a/b`);
      const seen = (await walking).flatMap(({ entries }) => entries.map(({ stat }) => stat.inode));
      expect(seen).not.toContain(inode);
      expect(Buffer.from((await reading).buffer).toString()).not.toBe('secret');
      renameSync(`${root}/a/b`, `${root}/a/link-${round}`);
      renameSync(`${root}/kept`, `${root}/a/b`);
    }
  });

  test('edge 76: what permission hides is named and counted as incomplete, and the rest proceeds', (context) => {
    if (process.getuid?.() !== 0)
      context.skip('permission checks are tried by stepping down from root, and this is not root');
    const root = room();
    mkdirSync(`${root}/closed`);
    mkdirSync(`${root}/blind`);
    writeFileSync(`${root}/blind/inside`, '');
    writeFileSync(`${root}/private`, 'x', { mode: 0o600 });
    writeFileSync(`${root}/open`, 'x', { mode: 0o644 });
    execFileSync('chmod', ['700', `${root}/closed`]);
    execFileSync('chmod', ['744', `${root}/blind`]);
    const found = runScript(`
      import { openDisk } from '${diskUrl}';
      const disk = openDisk({ threads: 1 });
      const signal = new AbortController().signal;
      await disk.list('/', '');
      process.setegid(65534); process.seteuid(65534);
      const problems = [];
      for await (const batch of disk.walk('${root}', '', () => false, signal))
        for (const l of batch) problems.push(...l.problems.map((p) => [p.path, p.fault.code, p.fault.retry, l.isComplete]));
      const spans = ['private', 'open'].map((path) => ({ path, offset: 0, bytesMax: 9 }));
      const read = await disk.read('${root}', spans, signal);
      const placed = await disk.placeSmall('${root}', [{ path: 'n', bytes: new Uint8Array(1), mode: 0o600, mtimeNs: 0n }], 'never', false);
      await disk.close();
      console.log(JSON.stringify({ problems: problems.sort(), read: read.spans.map((s) => s.code ?? s.bytes), placed: placed[0].code }));
    `);
    expect(found).toEqual({
      problems: [
        ['blind/inside', 'file-unreadable', 'after-user', false],
        ['closed', 'file-unreadable', 'after-user', false],
      ],
      read: ['file-unreadable', 1],
      placed: 'disk-failed',
    });
  });
});
