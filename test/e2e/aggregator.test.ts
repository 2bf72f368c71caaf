/** The embedded network's aggregator, used by the command line: allowed, read from, lying, gone, and given up again. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededDice } from '../world/seeded-dice.ts';
import { faultCode, floe, floeJson, runFloe, type Line, type Running } from './floe-process.ts';

const commandMs = 60_000;
const root = mkdtempSync(join(tmpdir(), 'floe-aggregator-'));
const folder = join(root, 'docs');
const own = ['--home', join(root, 'home')];
const large = seededDice(1).bytes(6_000_000);
let network: Running;
let ready: Line;
let running: Running;

async function control(path: string, body?: object): Promise<void> {
  const answer = await fetch(`${String(ready['control'])}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(ready['controlToken'])}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
}

async function restores(to: string): Promise<void> {
  expect(await floeJson(['restore', 'docs', '--to', join(root, to), ...own])).toMatchObject({ code: 0 });
  expect(readFileSync(join(root, to, 'large')).equals(large)).toBe(true);
  expect(readFileSync(join(root, to, 'a.txt'), 'utf8')).toBe('hello\n');
}

beforeAll(async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), 'hello\n');
  writeFileSync(join(folder, 'large'), large);
  const dir = join(root, 'network');
  network = runFloe(['localnet', '--json', '--dir', dir]);
  ready = await network.line(({ event }) => event === 'ready');
  running = runFloe(['start', '--json', ...own, '--localnet', dir, '--folder', folder]);
  await running.line(({ event }) => event === 'synced');
}, commandMs);
afterAll(async () => {
  await network.end('SIGTERM');
  rmSync(root, { recursive: true, force: true });
});

test(
  'the whole of a restore comes from it, once it is allowed',
  async () => {
    const url = String(ready['aggregator']);
    expect((await floeJson(['aggregators', ...own])).last).toMatchObject({ aggregators: [] });
    const wrong = await floeJson(['aggregators', 'http://aggregator.example.org', ...own]);
    expect([wrong.code, faultCode(wrong)]).toEqual([2, 'bad-input']);
    const set = await floeJson(['aggregators', `${url}/`, ...own]);
    expect(set.last).toMatchObject({ aggregators: [{ url, bytes: 0, lies: 0, pingMs: expect.any(Number) as number }] });
    await restores('back');
    const { last } = await floeJson(['aggregators', ...own]);
    const [line] = last['aggregators'] as readonly { readonly bytes: number; readonly lies: number }[];
    // Rows of at least all that was restored: no storage node was asked for a sliver of it.
    expect(line?.bytes).toBeGreaterThan(large.length);
    expect(line?.lies).toBe(0);
    expect((await floe(['aggregators', ...own])).out).toMatch(/answers in \d+ ms/);
    await running.end('SIGTERM');
  },
  2 * commandMs,
);

test(
  'lying, short or gone it changes nothing but the way',
  async () => {
    for (const [i, fault] of [{ kind: 'corrupt', rate: 1 }, { kind: 'short' }, { kind: 'silent' }].entries()) {
      await control('/aggregator/fault', fault);
      await restores(`bad ${i}`);
    }
    await control('/aggregator/fault');
    expect((await floeJson(['drill', ...own])).code).toBe(0);
    expect((await floeJson(['doctor', ...own])).last).toMatchObject({ problems: [] });
    await control('/aggregator/stop');
    await restores('gone');
    const doctor = await floeJson(['doctor', ...own]);
    expect([doctor.code, doctor.last]).toMatchObject([1, { problems: [{ code: 'aggregator-failed' }] }]);
    await control('/aggregator/start');
    expect((await floeJson(['aggregators', '--off', ...own])).last).toMatchObject({ aggregators: [] });
    expect((await floeJson(['doctor', ...own])).last).toMatchObject({ problems: [] });
    expect((await floe(['aggregators', '--off', 'https://a.org', ...own])).code).toBe(2);
  },
  4 * commandMs,
);
