import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FileStat } from '../../ports/disk.ts';
import { keptMtimeNs, openDisk } from './disk.ts';
import { utimesValue } from './file-look.ts';
import { afterLines, killAndWait, makeRoom, startScript } from './test-room.ts';

// Processes and disks of a busy machine may take their time.
vi.setConfig({ testTimeout: 30_000 });

const disk = openDisk({ threads: 2 });
afterAll(() => disk.close());
const never = new AbortController().signal;
const room = (): string => makeRoom(onTestFinished);
const diskUrl = new URL('./disk.ts', import.meta.url).href;
const small = (path: string, text: string) => ({
  path,
  bytes: Buffer.from(text),
  mode: 0o644,
  mtimeNs: 1_700_000_000_123_456_789n,
});

describe('reading', () => {
  test('fills one buffer with the asked spans, and a bad file is its own fault only', async () => {
    const root = room();
    writeFileSync(`${root}/a`, 'hello world');
    execFileSync('mkfifo', [`${root}/pipe`]);
    mkdirSync(`${root}/folder`);
    symlinkSync('a', `${root}/link`);
    const paths = ['a', 'pipe', 'folder', 'link', 'gone', '../a'];
    const spans = [
      ...paths.map((path) => ({ path, offset: 0, bytesMax: 5 })),
      { path: 'a', offset: 6, bytesMax: 1000 },
    ];
    const read = await disk.read(root, spans, never);
    const codes = read.spans.map((span) => ('code' in span ? span.code : span.bytes));
    expect(codes).toEqual([5, 'file-unreadable', 'file-unreadable', 'file-unreadable', 'not-found', 'name-unsafe', 5]);
    expect(Buffer.from(read.buffer).toString()).toBe('helloworld');
  });

  test('shows by two different looks that a file changed meanwhile', async () => {
    const root = room();
    writeFileSync(`${root}/log`, Buffer.alloc(64 << 20));
    const reading = disk.read(root, [{ path: 'log', offset: 0, bytesMax: 1 << 30 }], never);
    let isDone = false;
    void reading.finally(() => (isDone = true));
    while (!isDone) {
      appendFileSync(`${root}/log`, 'more');
      await new Promise((resolve) => setImmediate(resolve));
    }
    const span = (await reading).spans[0];
    if (span === undefined || 'code' in span) throw new Error('the file was not read');
    expect(span.after.mtimeNs).not.toBe(span.before.mtimeNs);
    expect(span.after.bytes).toBeGreaterThan(span.before.bytes);
  });

  test('stops when aborted', async () => {
    const root = room();
    writeFileSync(`${root}/large`, '');
    truncateSync(`${root}/large`, 1 << 30);
    const stop = new AbortController();
    const reading = disk.read(root, [{ path: 'large', offset: 0, bytesMax: 1 << 30 }], stop.signal);
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});

describe('modification times', () => {
  test('edge 37: are kept to the microsecond, before 1970 too', async () => {
    const root = room();
    const seed = Math.floor(Math.random() * 2 ** 31);
    const times = [
      0n,
      1n,
      999n,
      -1n,
      -1_500_000_123n,
      1_700_000_000_123_456_789n,
      1_750_000_000_000_001_000n,
      4_102_444_800_999_999_999n,
    ];
    for (let index = 0, at = BigInt(seed); index < 200; index++)
      times.push((at = (at * 6364136223846793005n + 1442695040888963407n) % 4_000_000_000_000_000_000n));
    const files = times.map((mtimeNs, index) => ({ ...small(`f${index}`, ''), mtimeNs }));
    const placed = await disk.placeSmall(root, files, 'never', false);
    for (const [index, stat] of placed.entries()) {
      if ('code' in stat) throw stat;
      expect(keptMtimeNs(stat.mtimeNs), `seed ${seed}`).toBe(keptMtimeNs(times[index] ?? 0n));
    }
    expect(Number(utimesValue(-1n))).toBeLessThan(0);
  });
});

describe('placing', () => {
  test('gives content, mode and time, and leaves nothing else in the folder', async () => {
    const root = room();
    mkdirSync(`${root}/d`);
    const [stat] = await disk.placeSmall(root, [{ ...small('d/f', 'text'), mode: 0o4751 }], 'never', true);
    expect(stat).toMatchObject({ kind: 'file', bytes: 4, mode: 0o4751, links: 1 });
    const { ctimeNs, ino } = lstatSync(`${root}/d/f`, { bigint: true });
    expect(stat).toMatchObject({ ctimeNs, inode: ino });
    expect(readdirSync(`${root}/d`)).toEqual(['f']);
    expect(readFileSync(`${root}/d/f`, 'utf8')).toBe('text');
  });

  test('with "never" keeps what is there, with "replace" takes its place in one step', async () => {
    const root = room();
    writeFileSync(`${root}/f`, 'theirs');
    symlinkSync('f', `${root}/link`);
    const refused = await disk.placeSmall(
      root,
      [small('f', 'ours'), small('link', 'ours'), small('new', 'ours')],
      'never',
      false,
    );
    expect(refused.map((answer) => ('code' in answer ? answer.code : 'placed'))).toEqual([
      'already-exists',
      'already-exists',
      'placed',
    ]);
    expect(readFileSync(`${root}/f`, 'utf8')).toBe('theirs');
    await disk.placeSmall(root, [small('f', 'ours'), small('link', 'ours')], 'replace', true);
    expect(readFileSync(`${root}/f`, 'utf8')).toBe('ours');
    expect(lstatSync(`${root}/link`).isFile()).toBe(true);
    expect(readdirSync(root).toSorted()).toEqual(['f', 'link', 'new']);
  });

  test('by two at once with "never": exactly one wins', async () => {
    const root = room();
    for (let round = 0; round < 30; round++) {
      const path = `round-${round}`;
      const attempts = await Promise.all([
        disk.placeSmall(root, [small(path, 'first')], 'never', false),
        disk.placeSmall(root, [small(path, 'second')], 'never', false),
        disk.place(root, path, 'never').then(async (file) => {
          await file.write(0, Buffer.from('third'));
          const finish = file.finish(5, { mode: 0o600, mtimeNs: 0n }, false);
          return [await finish.catch((error: unknown) => error as { code: string } & FileStat)];
        }),
      ]);
      expect(attempts.flat().filter((answer) => !('code' in answer))).toHaveLength(1);
    }
    expect(readdirSync(root)).toHaveLength(30);
  });

  test('edge 12, 13: refuses reserved and unsafe names, folders that are links, and a folder in the way', async () => {
    const root = room();
    const outside = room();
    symlinkSync(outside, `${root}/out`);
    mkdirSync(`${root}/folder`);
    const files = [
      small('.floe-00112233-0011223344556677.tmp', ''),
      small('../up', ''),
      small('out/f', ''),
      small('folder', ''),
      small('none/f', ''),
      small('good', ''),
    ];
    const answers = await disk.placeSmall(root, files, 'replace', false);
    const codes = answers.map((answer) => ('code' in answer ? answer.code : 'placed'));
    expect(codes).toEqual(['name-unsafe', 'name-unsafe', 'not-found', 'disk-failed', 'not-found', 'placed']);
    await expect(disk.place(root, 'out/f', 'never')).rejects.toMatchObject({ code: 'not-found' });
    await expect(disk.placeSymlink(root, 'out/f', 'x', 'never')).rejects.toMatchObject({ code: 'not-found' });
    await expect(disk.makeFolder(root, 'out/f')).rejects.toMatchObject({ code: 'already-exists' });
    expect(readdirSync(outside)).toEqual([]);
  });

  test('edge 74: a large file is invisible until finished; holes stay holes; mode and time are its own', async () => {
    const root = room();
    const file = await disk.place(root, 'large', 'never');
    await file.write(100 << 20, Buffer.from('middle'));
    expect(await disk.look(root, 'large')).toBeUndefined();
    expect((await disk.list(root, '')).entries).toEqual([]);
    const stat = await file.finish(200 << 20, { mode: 0o444, mtimeNs: 1_600_000_000_000_001_000n }, true);
    expect(stat).toMatchObject({ bytes: 200 << 20, mode: 0o444, links: 1 });
    expect(keptMtimeNs(stat.mtimeNs)).toBe(1_600_000_000_000_001_000n);
    expect(statSync(`${root}/large`).blocks * 512).toBeLessThan(1 << 20);
    await expect(file.write(0, Buffer.from('x'))).rejects.toThrow('after it was finished');
    expect(readdirSync(root)).toEqual(['large']);
  });

  test.each([
    ['small', 3 << 20],
    ['large', 12 << 20],
  ])('edge 20: zeros inside a %s file take no room on the disk, and all of it reads as it was', async (_, length) => {
    const root = room();
    const bytes = Buffer.alloc(length);
    for (const at of [0, 5_000, (1 << 20) + 4095, length - (1 << 20)]) bytes[at] = 7;
    const placement = { mode: 0o600, mtimeNs: 0n };
    if (length < 4 << 20) await disk.placeSmall(root, [{ path: 'file', bytes, ...placement }], 'never', true);
    else {
      const file = await disk.place(root, 'file', 'never');
      // Pieces as chunks are: of any length.
      for (let at = 0; at < length; at += 1_234_567) await file.write(at, bytes.subarray(at, at + 1_234_567));
      await file.finish(length, placement, true);
    }
    expect(readFileSync(`${root}/file`).equals(bytes)).toBe(true);
    const filled = statSync(`${root}/file`).blocks * 512;
    expect(filled).toBeGreaterThan(0);
    expect(filled).toBeLessThan(64 * 1024);
  });

  test('an abandoned or refused file leaves nothing', async () => {
    const root = room();
    writeFileSync(`${root}/taken`, 'theirs');
    const abandoned = await disk.place(root, 'a', 'replace');
    await abandoned.write(0, Buffer.from('x'));
    await abandoned.abandon();
    await abandoned.abandon();
    const refused = await disk.place(root, 'taken', 'never');
    await expect(refused.finish(0, { mode: 0o600, mtimeNs: 0n }, false)).rejects.toMatchObject({
      code: 'already-exists',
    });
    expect(readdirSync(root)).toEqual(['taken']);
    expect(readFileSync(`${root}/taken`, 'utf8')).toBe('theirs');
  });

  test('links keep their text, dangling or not, and refuse a taken name', async () => {
    const root = room();
    const stat = await disk.placeSymlink(root, 'l', '../../outside and\nbeyond', 'never');
    expect(stat.kind).toBe('symlink');
    await expect(disk.placeSymlink(root, 'l', 'other', 'never')).rejects.toMatchObject({ code: 'already-exists' });
    await disk.placeSymlink(root, 'l', 'other', 'replace');
    expect((await disk.list(root, '')).entries[0]?.target).toBe('other');
    expect(readdirSync(root)).toEqual(['l']);
  });

  test('folders are made with their parents, closed, and dressed afterwards', async () => {
    const root = room();
    await disk.makeFolder(`${root}/into`, '');
    await disk.makeFolder(`${root}/into`, 'a/b');
    await disk.makeFolder(`${root}/into`, 'a/b');
    expect(statSync(`${root}/into/a`).mode & 0o777).toBe(0o700);
    await disk.placeSmall(`${root}/into`, [small('a/b/f', '')], 'never', false);
    await disk.setFolder(`${root}/into`, 'a/b', { mode: 0o555, mtimeNs: 1_500_000_000_000_000_000n });
    expect(await disk.look(`${root}/into`, 'a/b')).toMatchObject({ mode: 0o555, mtimeNs: 1_500_000_000_000_000_000n });
    writeFileSync(`${root}/file`, '');
    await expect(disk.makeFolder(root, 'file/x')).rejects.toMatchObject({ code: 'already-exists' });
    chmodSync(`${root}/into/a/b`, 0o755);
  });
});

describe('a kill at any moment', () => {
  test('edge 84: leaves each file old or new, never between; what was half written is swept', async () => {
    const root = room();
    const text = (mark: string): string => mark.repeat(200_000);
    for (let index = 0; index < 8; index++) writeFileSync(`${root}/f${index}`, text('o'));
    for (let round = 0; round < 4; round++) {
      const child = startScript(`
        import { openDisk } from '${diskUrl}';
        const disk = openDisk({ threads: 2 });
        const bytes = Buffer.alloc(200000, 'n');
        const held = await disk.place('${root}', 'never-finished', 'never');
        await held.write(0, bytes);
        for (;;) {
          console.log('going');
          const files = Array.from({ length: 8 }, (_, i) => ({ path: 'f' + i, bytes, mode: 0o600, mtimeNs: 1n }));
          await disk.placeSmall('${root}', files, 'replace', false);
        }
      `);
      await afterLines(child, 1 + 7 * round);
      await killAndWait(child);
      for (let index = 0; index < 8; index++)
        expect([text('o'), text('n')]).toContain(readFileSync(`${root}/f${index}`, 'utf8'));
      expect(existsSync(`${root}/never-finished`)).toBe(false);
    }
    mkdirSync(`${root}/sub`);
    const ours = await disk.place(root, 'sub/ours', 'never');
    expect(await disk.sweep(root, never)).toBeGreaterThanOrEqual(4);
    expect(readdirSync(root)).toHaveLength(9);
    await ours.finish(0, { mode: 0o600, mtimeNs: 0n }, false);
    expect(readdirSync(`${root}/sub`)).toEqual(['ours']);
  });
});

test('edge 74: a full disk is the fault disk-full, and what was there stays', async (context) => {
  const root = room();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root], { stdio: 'ignore' });
  } catch {
    context.skip('no right to mount a small file system here');
  }
  onTestFinished(() => void execFileSync('umount', [root]));
  await disk.placeSmall(root, [small('kept', 'old')], 'never', true);
  const large = { ...small('kept', ''), bytes: new Uint8Array(1 << 20).fill(1) };
  expect((await disk.placeSmall(root, [large], 'replace', true))[0]).toMatchObject({
    code: 'disk-full',
    retry: 'later',
  });
  const file = await disk.place(root, 'big', 'never');
  await expect(file.write(0, large.bytes)).rejects.toMatchObject({ code: 'disk-full' });
  await file.abandon();
  expect(readdirSync(root)).toEqual(['kept']);
  expect(await disk.freeBytes(root)).toBeLessThan(256 << 10);
});

test('access times are left alone', async () => {
  const root = room();
  writeFileSync(`${root}/f`, 'x');
  utimesSync(`${root}/f`, 1_000, 2_000_000_000);
  await disk.read(root, [{ path: 'f', offset: 0, bytesMax: 1 }], never);
  expect(statSync(`${root}/f`).atimeMs).toBe(1_000_000);
});
