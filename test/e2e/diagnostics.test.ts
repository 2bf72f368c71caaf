/** What a helper gets to see, and what never leaves the computer with it. */
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultCode, floeJson, runFloe, type Running } from './floe-process.ts';

const root = mkdtempSync(join(tmpdir(), 'floe-diagnostics-'));
const at = (name: string): string => join(root, name);
const own = ['--home', at('home')];
let network: Running;
let phrase = '';

beforeAll(async () => {
  network = runFloe(['localnet', '--dir', at('net'), '--nodes', '4', '--shards', '10', '--json']);
  await network.line(({ event }) => event === 'ready');
  mkdirSync(at('docs'));
  writeFileSync(join(at('docs'), 'a.txt'), 'hello\n');
  const made = await floeJson(['init', '--localnet', at('net'), '--device', 'laptop', ...own]);
  phrase = String(made.last['phrase']);
  for (const args of [['add', at('docs')], ['sync']]) expect((await floeJson([...args, ...own])).code, args[0]).toBe(0);
});
afterAll(async () => {
  await network.end('SIGTERM');
  rmSync(root, { recursive: true, force: true });
});

test('diagnostics say how things stand and nothing of what is kept, with and without an account', async () => {
  const out = at('diagnostics.json');
  const ran = await floeJson(['export-diagnostics', '--out', out, ...own]);
  expect(ran.last).toMatchObject({ event: 'done', out });
  const text = readFileSync(out, 'utf8');
  expect(lstatSync(out).mode & 0o777).toBe(0o600);
  expect(JSON.parse(text)).toMatchObject({ form: 1, spaces: [{ mode: 'sync', hasFolder: true }] });
  for (const secret of [root, 'docs', 'a.txt', 'top', '0x', ...phrase.split(' ').map((word) => `"${word}"`)])
    expect(text).not.toContain(secret);
  const again = await floeJson(['export-diagnostics', '--out', out, ...own]);
  expect([again.code, faultCode(again)]).toEqual([1, 'already-exists']);
  const none = at('none.json');
  expect((await floeJson(['export-diagnostics', '--out', none, '--home', at('never')])).code).toBe(0);
  expect(JSON.parse(readFileSync(none, 'utf8'))).toMatchObject({ problems: ['no-account'] });
});
