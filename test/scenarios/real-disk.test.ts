/** The journey once more on a real disk with a real spool: what memory only imitates (inodes, renames, names as bytes, times) is the system's own here. */
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openDisk, type OpenDisk } from '../../app/adapters/disk/disk.ts';
import { openSpool } from '../../app/adapters/spool/spool.ts';
import { systemClock } from '../../app/adapters/time/time.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
let place: string;
let disk: OpenDisk;
let world: World;
let laptop: Device;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'floe-scenario-'));
  disk = openDisk({ threads: 1 });
  world = await openWorld({ seed: 8, clock: systemClock() });
  laptop = await world.device('laptop', { disk, spool: await openSpool(join(place, 'spool')) });
});
afterAll(async () => {
  await world.close();
  await disk.close();
  await rm(place, { recursive: true, force: true });
});

async function restored(name: string): Promise<string> {
  const to = join(place, name);
  await mkdir(to);
  const done = await laptop.engine.restore({ space: 'docs', to, paths: [], at: undefined, overwrite: 'never' }, never);
  expect(done.problems).toEqual([]);
  return to;
}

it('edge 7, 19: a folder on a real disk goes and comes back; backups, renames and hard links send no content', async () => {
  const root = join(place, 'docs');
  await mkdir(join(root, 'box'), { recursive: true });
  const odd = Buffer.concat([Buffer.from(`${root}/odd `), Buffer.of(0xff, 0xfe)]);
  await writeFile(odd, 'odd');
  await writeFile(join(root, 'report'), Buffer.alloc(60_000, 'r'));
  await writeFile(join(root, 'box/file'), Buffer.alloc(30_000, 'f'));
  await symlink('box/file', join(root, 'link'));
  await chmod(join(root, 'report'), 0o640);
  await utimes(join(root, 'report'), 1_600_000_000.25, 1_600_000_000.25);
  await laptop.protect(root);
  expect(await laptop.sync()).toMatchObject({ files: 3, problems: [] });
  expect(await laptop.sync()).toMatchObject({ newChunks: 0, packs: [] });

  // An editor's backup, a moved folder, a hard link.
  await rename(join(root, 'report'), join(root, 'report~'));
  await writeFile(join(root, 'report'), 'a new report');
  await rename(join(root, 'box'), join(root, 'a box'));
  await link(join(root, 'report~'), join(root, 'second name'));
  const report = await laptop.sync();
  expect(report).toMatchObject({ files: 5, problems: [] });
  expect(report.newBytes).toBeLessThan(4_000);
  expect(await laptop.sync()).toMatchObject({ newChunks: 0, packs: [] });
  expect((await laptop.engine.versions('docs', 'a box')).map(({ path }) => path)).toContain('box');

  const to = await restored('back');
  expect(await readFile(join(to, 'report'), 'utf8')).toBe('a new report');
  expect((await readFile(join(to, 'second name'))).equals(Buffer.alloc(60_000, 'r'))).toBe(true);
  expect((await readFile(join(to, 'a box/file'))).equals(Buffer.alloc(30_000, 'f'))).toBe(true);
  expect(await readlink(join(to, 'link'))).toBe('box/file');
  expect(await readFile(Buffer.concat([Buffer.from(`${to}/odd `), Buffer.of(0xff, 0xfe)]), 'utf8')).toBe('odd');
  const { mode, mtimeMs } = await stat(join(to, 'report~'));
  expect([mode & 0o777, mtimeMs]).toEqual([0o640, 1_600_000_000_250]);
});
