/** The past from the command line, and as a share for programs that know nothing of Floe: curl and cadaver. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { floe, floeJson, runFloe } from './floe-process.ts';

const commandMs = 90_000;
const root = mkdtempSync(join(tmpdir(), 'floe-past-'));
const at = (...names: readonly string[]): string => join(root, ...names);
const own = ['--home', at('home')];
const film = Buffer.alloc(700_000, 'floe ');

beforeAll(async () => {
  mkdirSync(at('docs', 'sub'), { recursive: true });
  writeFileSync(at('docs', 'sub', 'a & b.txt'), 'then\n');
  writeFileSync(at('docs', 'film'), film);
  for (const args of [['init', '--network', 'local'], ['add', at('docs')], ['sync']])
    expect((await floeJson([...args, ...own])).code, args.join(' ')).toBe(0);
  writeFileSync(at('docs', 'sub', 'a & b.txt'), 'and now\n');
  expect((await floeJson(['sync', ...own])).code).toBe(0);
}, commandMs);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test(
  'cat gives the bytes of a file and nothing else; diff and find tell what happened',
  async () => {
    const log = await floeJson(['log', 'docs', ...own]);
    const [, first] = log.last['snapshots'] as readonly { readonly snapshot: string }[];
    const then = await floe(['cat', 'docs', 'sub/a & b.txt', '--at', first?.snapshot ?? '', ...own]);
    expect(then).toMatchObject({ code: 0, out: 'then\n', err: '' });
    expect((await floe(['cat', 'docs', 'sub/a & b.txt', ...own])).out).toBe('and now\n');
    expect((await floe(['cat', 'docs', 'film', ...own])).out).toBe(film.toString());
    expect(await floe(['cat', 'docs', 'sub', ...own])).toMatchObject({ code: 2, out: '' });
    expect((await floe(['cat', 'docs', 'film', '--json', ...own])).code).toBe(2);
    const diff = await floeJson(['diff', 'docs', ...own]);
    expect(diff.last['differences']).toMatchObject([{ kind: 'changed', path: 'sub/a & b.txt' }]);
    const found = await floeJson(['find', 'docs', 'A & B', ...own]);
    expect(found.last['found']).toMatchObject([{ path: 'sub/a & b.txt', isDeleted: false }]);
  },
  commandMs,
);

test(
  'a mount is read by curl and by cadaver, and ends when it is told to',
  async () => {
    const mounted = runFloe(['mount', '--json', ...own]);
    const { url } = await mounted.line(({ event }) => event === 'ready');
    const address = String(url);
    const curl = (...args: readonly string[]): Buffer => execFileSync('curl', ['-sS', '--max-time', '20', ...args]);
    expect(curl(`${address}docs/now/sub/a%20%26%20b.txt`).toString()).toBe('and now\n');
    expect(curl('-r', '5-14', `${address}docs/now/film`).equals(film.subarray(5, 15))).toBe(true);
    expect(
      curl('-o', '/dev/null', '-w', '%{http_code}', '-T', at('docs', 'film'), `${address}docs/now/new`).toString(),
    ).toBe('405');
    const said = execFileSync('cadaver', [address], {
      input: `ls\ncd docs/now\nls\nget film ${at('copy')}\nquit\n`,
      env: { PATH: process.env['PATH'] ?? '', HOME: root },
      timeout: 20_000,
    }).toString();
    expect(said).toMatch(/Coll:\s+docs/);
    expect(said).toMatch(/film\s+700000/);
    expect(readFileSync(at('copy')).equals(film)).toBe(true);
    expect(await mounted.end('SIGTERM')).toBe(0);
  },
  commandMs,
);
