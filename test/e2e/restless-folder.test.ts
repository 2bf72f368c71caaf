/** Floe keeps a folder in which another process moves, swaps, saves, deletes and makes files as fast as it can: nothing that only moved counts as deleted. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { floeJson, runFloe, type Line, type Running } from './floe-process.ts';

const restless = fileURLToPath(new URL('restless-folder.ts', import.meta.url));
const restlessMs = Number(process.env['FLOE_RESTLESS_MS'] ?? 20_000);
let root: string;
let running: Running;
let user: ChildProcess | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'floe-restless-'));
});
afterEach(async () => {
  user?.kill();
  await running.end('SIGTERM');
  rmSync(root, { recursive: true, force: true });
});

function tree(dir: string): ReadonlyMap<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter(({ name }) => name !== '.floe-space')
      .map((entry): [string, string] => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(dir.length + 1), entry.isDirectory() ? 'folder' : readFileSync(path, 'latin1')];
      })
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const list = (line: Line, name: string): readonly Readonly<Record<string, unknown>>[] => {
  const value = line[name];
  if (!Array.isArray(value)) throw new Error(`no list ${name} in ${JSON.stringify(line)}`);
  return value as readonly Readonly<Record<string, unknown>>[];
};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

test('what only moved is never published as deleted, and in the end the space is the folder', async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const why = `seed ${seed}`;
  const own = ['--home', join(root, 'home')];
  const folder = join(root, 'docs');
  mkdirSync(folder);
  expect(spawnSync(process.execPath, [restless, folder, String(seed), '0']).status, why).toBe(0);
  running = runFloe(['start', '--json', ...own, '--folder', folder]);
  const first = await running.line(({ event, files }) => event === 'synced' && Number(files) > 0);
  // What it says has to be read, or it waits for its reader.
  void running.line(() => false).catch(() => undefined);
  user = spawn(process.execPath, [restless, folder, String(seed), String(restlessMs)], { stdio: 'inherit' });
  const ended = once(user, 'exit');
  // Done in part, for files that change while they are read; or a deletion that waits for a word.
  while (user.exitCode === null) {
    const synced = await floeJson(['sync', ...own]);
    expect([0, 3], `${why}: ${synced.out} ${synced.err}`).toContain(synced.code);
  }
  expect(await ended, why).toEqual([0, null]);

  for (const pass of ['first', 'second'])
    expect((await floeJson(['sync', ...own])).code, `${why}, ${pass} quiet pass`).toBe(0);
  expect((await floeJson(['restore', 'docs', '--to', join(root, 'back'), ...own])).code, why).toBe(0);
  expect(tree(join(root, 'back')), why).toEqual(tree(folder));

  const { last: log } = await floeJson(['log', 'docs', ...own]);
  const snapshots = list(log, 'snapshots').map((line) => text(line['snapshot']));
  expect(snapshots).toContain(first['snapshot']);
  expect(snapshots.length).toBeGreaterThan(2);
  const wrong: string[] = [];
  for (const [i, to] of snapshots.slice(0, -1).entries()) {
    const between = ['--from', snapshots[i + 1] ?? '', '--to', to];
    const { last: line } = await floeJson(['diff', 'docs', ...between, ...own]);
    for (const { kind, path } of list(line, 'differences'))
      if (kind !== 'moved' && /(^|\/)(mover|box)\d+$/.test(text(path)))
        wrong.push(`${snapshots.length - i} ${text(kind)} ${text(path)}`);
  }
  expect(wrong, why).toEqual([]);
}, 300_000);
