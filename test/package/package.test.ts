/** The app as it is packed: what is in it, what is not, and that it starts and keeps a folder from what is in it alone. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildParts } from '../../build/bundle/bundle.ts';
import { writeElectronStub } from './electron-stub.ts';

const repository = join(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'floe-package-'));
const app = join(root, 'app');
let packed: readonly string[] = [];
const runMsMax = 100_000;

/** Runs to its end; what it said when it failed. */
function run(program: string, args: readonly string[], env: Record<string, string> = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: repository,
    encoding: 'utf8',
    // This waits without a way to stop it from outside: what hangs must end by itself.
    timeout: runMsMax,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stdout.slice(-3000)}\n${stderr.slice(-3000)}`);
  return stdout;
}
const tool = (name: string): string => join(repository, 'node_modules/.bin', name);

beforeAll(async () => {
  await buildParts(repository);
  writeElectronStub(join(root, 'electron'));
  run(tool('electron-builder'), [
    '--linux',
    'dir',
    '--publish',
    'never',
    `-c.electronDist=${join(root, 'electron')}`,
    `-c.directories.output=${join(root, 'release')}`,
  ]);
  const resources = join(root, 'release/linux-unpacked/resources');
  run(tool('asar'), ['extract', join(resources, 'app.asar'), app]);
  packed = readdirSync(app, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(app, join(entry.parentPath, entry.name)));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('what ships is built code: no sources, tests, maps or types of ours', () => {
  const ours = packed.filter((path) => !path.startsWith('node_modules/'));
  expect(ours.filter((path) => !/^(out\/(main|engine|renderer)\/|package\.json$)/.test(path))).toEqual([]);
  expect(packed.filter((path) => /\.(ts|tsx|mts|cts|map|cc|h|gyp)$/.test(path))).toEqual([]);
  expect(ours.filter((path) => /test/.test(path))).toEqual([]);
  expect(ours).toEqual(
    expect.arrayContaining([
      'out/main/main.js',
      'out/main/preload.cjs',
      'out/engine/main/engine/entry.js',
      'out/renderer/index.html',
    ]),
  );
});

test('tools for building stay out', () => {
  const packages = new Set(packed.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
  for (const name of [
    'typescript',
    'vite',
    'vitest',
    'electron',
    'electron-builder',
    'playwright-core',
    'oxlint',
    'prettier',
    'react',
  ])
    expect(packages.has(name), name).toBe(false);
  for (const name of ['@mysten/sui', 'better-sqlite3', 'keytar', 'piscina', 'ws', 'electron-updater'])
    expect(packages.has(name), name).toBe(true);
});

test('native modules are those of this platform alone, and lie outside of the archive with the engine', () => {
  const native = packed.filter((path) => path.endsWith('.node'));
  const here = `${process.platform}-${process.arch}`;
  expect(native.filter((path) => !path.includes(here))).toEqual([]);
  expect(native.length).toBeGreaterThanOrEqual(2);
  const unpacked = join(root, 'release/linux-unpacked/resources/app.asar.unpacked');
  for (const path of [...native, 'out/engine/main/engine/entry.js'])
    expect(existsSync(join(unpacked, path)), path).toBe(true);
});

test('the packed app starts, and keeps a folder with what is in the package alone', () => {
  const folder = join(root, 'kept');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), 'hello\n');
  const said = run(
    process.execPath,
    [
      '--import',
      join(repository, 'test/electron-double/register.ts'),
      join(repository, 'test/package/start-packed.ts'),
      app,
      folder,
    ],
    { FLOE_HOME: join(root, 'home'), FLOE_KEYCHAIN: 'off' },
  );
  const last: unknown = JSON.parse(said.trim().split('\n').at(-1) ?? '');
  expect(last).toMatchObject({
    url: 'app://floe/',
    toolTip: 'Floe: 1 file, certified.',
    log: [{ files: 1 }],
    complaints: [],
  });
});
