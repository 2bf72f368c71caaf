/** Commands for a home with which Floe runs: it carries them out, and nobody can tell from what they print. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultCode, floe, floeJson, floeUnread, runFloe, type Running } from './floe-process.ts';

const commandMs = 60_000;
const root = mkdtempSync(join(tmpdir(), 'floe-while-'));
const folder = join(root, 'docs');
const own = ['--home', join(root, 'home')];
let running: Running;

beforeAll(async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), 'hello\n');
  writeFileSync(join(folder, 'large'), Buffer.alloc(3_000_000, 'floe'));
  running = runFloe(['start', '--json', ...own, '--folder', folder]);
  await running.line(({ event }) => event === 'synced');
}, commandMs);
afterAll(async () => {
  await running.end('SIGTERM');
  rmSync(root, { recursive: true, force: true });
});

test(
  'looking answers as ever, with the same exit codes',
  async () => {
    for (const words of [
      ['status'],
      ['spaces'],
      ['devices'],
      ['leases'],
      ['log', 'docs'],
      ['held'],
      ['check'],
      ['drill'],
    ])
      expect(await floeJson([...words, ...own]), words.join(' ')).toMatchObject({ code: 0, last: { event: 'done' } });
    const unknown = await floeJson(['log', 'nothing', ...own]);
    expect([unknown.code, faultCode(unknown)]).toEqual([1, 'not-found']);
    expect((await floe(['ls', 'docs', '--nonsense', ...own])).code).toBe(2);
    expect((await floe(['cat', 'docs', 'large', ...own])).out).toBe('floe'.repeat(750_000));
    expect((await floeUnread(['cat', 'docs', 'large', ...own])).err).toBe('');
  },
  2 * commandMs,
);

test(
  'a relative path begins where the command was typed',
  async () => {
    const to = { cwd: root };
    expect((await floeJson(['restore', 'docs', '--to', 'back', '--path', 'a.txt', ...own], to)).code).toBe(0);
    expect(readFileSync(join(root, 'back', 'a.txt'), 'utf8')).toBe('hello\n');
    expect((await floeJson(['receipt', 'docs', 'a.txt', '--out', 'a.receipt', ...own], to)).code).toBe(0);
    expect((await floeJson(['receipt', 'verify', 'a.receipt', ...own], to)).code).toBe(0);
  },
  commandMs,
);

test(
  'what changes something is done between two passes, and the next pass knows it',
  async () => {
    expect((await floeJson(['pause', 'docs', ...own])).code).toBe(0);
    writeFileSync(join(folder, 'b.txt'), 'new\n');
    const paused = await floeJson(['sync', ...own]);
    expect(paused.last).toMatchObject({ spaces: [{ packs: [] }] });
    expect((await floeJson(['resume', 'docs', ...own])).code).toBe(0);
    const synced = await floeJson(['sync', ...own]);
    expect(synced).toMatchObject({ code: 0, last: { spaces: [{ name: 'docs', files: 3 }] } });
    mkdirSync(join(root, 'more'));
    writeFileSync(join(root, 'more', 'c.txt'), 'c\n');
    const added = await floeJson(['add', 'more', ...own], { cwd: root });
    expect(added.code).toBe(0);
    await running.line(({ event, space }) => event === 'synced' && space === added.last['space']);
    const spaces = await floeJson(['spaces', ...own]);
    expect(spaces.last).toMatchObject({ spaces: [{ name: 'docs' }, { name: 'more', folder: join(root, 'more') }] });
  },
  2 * commandMs,
);

test(
  'a command is stopped by its own terminal, and Floe goes on',
  async () => {
    const mount = runFloe(['mount', '--json', ...own]);
    const { url } = await mount.line(({ event }) => event === 'ready');
    expect((await fetch(String(url), { method: 'OPTIONS' })).ok).toBe(true);
    expect(await mount.end('SIGINT')).toBe(0);
    await expect(fetch(String(url), { method: 'OPTIONS' })).rejects.toThrow('fetch failed');
    expect((await floeJson(['spaces', ...own])).code).toBe(0);
  },
  commandMs,
);

test(
  'commands that come while Floe starts do not take the home from it, and wait until it is there',
  async () => {
    const home = join(root, 'early');
    mkdirSync(home, { mode: 0o700 });
    const seen = new Promise<void>((done) => {
      const watcher = watch(home, (_event, name) => {
        if (name !== 'commands.sock') return;
        watcher.close();
        done();
      });
    });
    const early = runFloe(['start', '--json', '--home', home, '--folder', join(root, 'early-docs')]);
    await seen;
    const statuses = await Promise.all([1, 2, 3].map(() => floeJson(['spaces', '--home', home])));
    expect(statuses.map(({ code }) => code)).toEqual([0, 0, 0]);
    await early.line(({ event }) => event === 'synced');
    expect(await early.end('SIGTERM')).toBe(0);
  },
  2 * commandMs,
);

test(
  'a second Floe, and an account for the same home, find it busy',
  async () => {
    for (const words of [['start'], ['init']]) {
      const busy = await floeJson([...words, ...own]);
      expect([busy.code, faultCode(busy)]).toEqual([5, 'home-busy']);
    }
  },
  commandMs,
);
