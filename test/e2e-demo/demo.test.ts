/** The whole story as a person starts it: `floe demo` in a process of its own, on its sample and on a folder of difficult names. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../../app/daemon/bin.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'floe-e2e-'));
  folders.push(folder);
  return folder;
}

interface DemoAnswer {
  readonly exitCode: number | null;
  readonly last: Readonly<Record<string, unknown>>;
}

function demo(...args: readonly string[]): Promise<DemoAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'demo', '--json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('close', (exitCode) => {
      const last: unknown = JSON.parse(said.trim().split('\n').at(-1) ?? '');
      if (typeof last !== 'object' || last === null) reject(new Error(`the demo ended with: ${said.slice(-500)}`));
      else resolve({ exitCode, last: Object.fromEntries(Object.entries(last)) });
    });
  });
}

test('the sample comes back identical with a third of the nodes stopped', async () => {
  const { exitCode, last } = await demo();
  expect(last).toMatchObject({ event: 'done', restoredIdentical: true });
  expect(Number(last['nodesStopped'])).toBeGreaterThan(0);
  expect(Number(last['packs'])).toBeGreaterThan(0);
  expect(exitCode).toBe(0);
});

function writeDifficultNames(folder: string): void {
  const names: readonly (string | Buffer)[] = [
    'with spaces and \'quotes" ',
    'two\nlines',
    'wave 🌊 and family 👨‍👩‍👧',
    'caf\u00e9 in one form',
    'cafe\u0301 in the other',
    Buffer.from([0x66, 0xff, 0xfe, 0x80, 0x67]),
    'x'.repeat(255),
    '-rf',
    '.hidden',
    '\u202egnp.exe',
  ];
  for (const name of names) {
    const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]);
    writeFileSync(path, name);
  }
  mkdirSync(join(folder, ...Array.from({ length: 40 }, (_, depth) => `deep ${depth}`)), { recursive: true });
  mkdirSync(join(folder, 'an empty folder'));
  writeFileSync(join(folder, 'an empty file'), '');
  symlinkSync('an empty file', join(folder, 'a link'));
  symlinkSync('nowhere/at/all', join(folder, 'a dangling link'));
  writeFileSync(join(folder, 'runnable'), '#!/bin/sh\n', { mode: 0o755 });
}

test('a folder of difficult names is only read, and comes back identical', async () => {
  const folder = newFolder();
  writeDifficultNames(folder);
  // A space keeps this folder already; the demo's own leaves its mark alone.
  writeFileSync(join(folder, '.floe-space'), `${'ab'.repeat(16)}\n`);
  const before = readdirSync(folder, { encoding: 'buffer' });
  const { exitCode, last } = await demo(folder);
  expect(last).toMatchObject({ event: 'done', restoredIdentical: true, problems: [] });
  expect(exitCode).toBe(0);
  expect(readdirSync(folder, { encoding: 'buffer' })).toEqual(before);
  expect(readFileSync(join(folder, '.floe-space'), 'utf8')).toBe(`${'ab'.repeat(16)}\n`);
});

test.skipIf(isRoot)('an unreadable file is named, the rest comes back, and the exit code says so', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'open'), 'readable');
  writeFileSync(join(folder, 'shut'), 'not readable');
  chmodSync(join(folder, 'shut'), 0);
  const { exitCode, last } = await demo(folder);
  expect(last).toMatchObject({ event: 'done', restoredIdentical: true, problems: [expect.stringContaining('shut')] });
  expect(exitCode).toBe(3);
});
