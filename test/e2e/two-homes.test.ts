/** Two real homes with real folders on one embedded network: mixed work on both ends in equal trees, and what one certifies is on the other at once. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { floe, floeJson, runFloe, type Line, type Running } from './floe-process.ts';

const root = mkdtempSync(join(tmpdir(), 'floe-two-'));
const at = (...names: readonly string[]): string => join(root, ...names);
const net = at('net');
const homeOf = (name: string): Home => ({ name, own: ['--home', at(`${name} home`)], folder: at(name, 'docs') });
const [laptop, desktop] = [homeOf('laptop'), homeOf('desktop')];
let network: Running;

interface Home {
  readonly name: string;
  readonly own: readonly string[];
  readonly folder: string;
}

/** Path and content of every file, path of every folder. */
function picture(folder: string, below = ''): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    if (entry.name.startsWith('.floe-')) continue;
    const path = join(below, entry.name);
    if (entry.isDirectory()) Object.assign(found, { [path]: 'folder' }, picture(folder, path));
    else found[path] = readFileSync(join(folder, path), 'utf8');
  }
  return found;
}

interface Synced {
  readonly applied: number;
  readonly conflicts: number;
  readonly newChunks: number;
  readonly problems: readonly unknown[];
}

async function sync({ own }: Home): Promise<Synced> {
  const ran = await floeJson(['sync', ...own]);
  expect(ran.code, ran.out + ran.err).toBe(0);
  const [report] = ran.last['spaces'] as readonly Synced[];
  if (report === undefined) throw new Error('one space is synced');
  return report;
}

beforeAll(async () => {
  network = runFloe(['localnet', '--dir', net, '--nodes', '4', '--shards', '10', '--json']);
  await network.line(({ event }) => event === 'ready');
  const place = ['--network', 'local', '--localnet', net];
  const made = await floeJson(['init', ...place, '--device', laptop.name, ...laptop.own]);
  expect(made.code, made.err).toBe(0);
  writeFileSync(at('phrase'), String(made.last['phrase']), { mode: 0o600 });
  for (let i = 0; i < 1000; i++) {
    const folder = join(laptop.folder, `box ${i % 10}`, `shelf ${i % 7}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file ${i}`), `content of ${i}\n`.repeat(1 + (i % 40)));
  }
  mkdirSync(desktop.folder, { recursive: true });
  expect((await floe(['add', laptop.folder, ...laptop.own])).code).toBe(0);
  await sync(laptop);
  const recovered = await floe([
    'recover',
    ...place,
    '--phrase-file',
    at('phrase'),
    '--device',
    desktop.name,
    ...desktop.own,
  ]);
  expect(recovered.code, recovered.err).toBe(0);
  expect((await floe(['add', desktop.folder, '--space', 'docs', ...desktop.own])).code).toBe(0);
  await sync(desktop);
}, 120_000);

afterAll(async () => {
  await network.end('SIGTERM');
  rmSync(root, { recursive: true, force: true });
});

/** A tenth of all files each, different ones on the two; one file on both. */
function stir({ name, folder }: Home, offset: number): void {
  for (let i = offset; i < 1000; i += 20) {
    const path = join(folder, `box ${i % 10}`, `shelf ${i % 7}`, `file ${i}`);
    if (i % 3 === 0) writeFileSync(path, `changed by ${name} ${i}`);
    else if (i % 3 === 1) rmSync(path);
    else renameSync(path, join(folder, `${name} has ${i}`));
    writeFileSync(join(folder, `box ${i % 10}`, `new of ${name} ${i}`), `new ${i}`);
  }
  writeFileSync(join(folder, 'box 2', 'shelf 2', 'file 2'), `both, but by ${name}`);
}

describe('two homes', () => {
  test('hold the same after the second one joined', () => {
    expect(picture(desktop.folder)).toEqual(picture(laptop.folder));
    expect(statSync(desktop.folder).isDirectory()).toBe(true);
  });

  test('end with equal trees after mixed work on both, with the one collision kept twice', async () => {
    stir(laptop, 5);
    stir(desktop, 10);
    renameSync(join(laptop.folder, 'box 7'), join(laptop.folder, 'crate'));
    await sync(laptop);
    expect((await sync(desktop)).conflicts).toBe(1);
    await sync(laptop);
    expect(await sync(desktop)).toMatchObject({ applied: 0, newChunks: 0, problems: [] });
    const found = picture(laptop.folder);
    expect(picture(desktop.folder)).toEqual(found);
    const collided = Object.entries(found).filter(([path]) => /shelf 2\/file 2($| \()/.test(path));
    expect(collided.map(([, text]) => text).toSorted()).toEqual(['both, but by desktop', 'both, but by laptop']);
    expect(existsSync(join(desktop.folder, 'crate'))).toBe(true);
  }, 120_000);

  test('settle the collision by a word of either, and then there is one again', async () => {
    const ran = await floeJson(['conflicts', 'docs', ...desktop.own]);
    expect(JSON.stringify(ran.last)).toContain('box 2/shelf 2/file 2 (conflict, ');
    const path = 'box 2/shelf 2/file 2';
    const settled = await floeJson(['resolve', 'docs', path, '--keep', 'mine', ...desktop.own]);
    expect(settled.code, settled.out).toBe(0);
    await sync(desktop);
    await sync(laptop);
    expect(picture(laptop.folder)).toEqual(picture(desktop.folder));
    expect(readFileSync(join(laptop.folder, path), 'utf8')).toBe('both, but by desktop');
    expect(readdirSync(join(laptop.folder, 'box 2', 'shelf 2')).filter((name) => name.includes('conflict'))).toEqual(
      [],
    );
  }, 60_000);

  test('follow one another while they run: what one certifies is on the other at once', async () => {
    const running = [laptop, desktop].map(({ own }) => runFloe(['start', '--json', ...own]));
    try {
      const [first, second] = running as [Running, Running];
      const isSynced = ({ event }: Line): boolean => event === 'synced';
      await Promise.all([first.line(isSynced), second.line(isSynced)]);
      writeFileSync(join(laptop.folder, 'while running'), 'hello');
      await first.line((line) => isSynced(line) && line['packs'] === 1);
      const certified = performance.now();
      await second.line((line) => isSynced(line) && line['applied'] === 1);
      const tookMs = performance.now() - certified;
      expect(readFileSync(join(desktop.folder, 'while running'), 'utf8')).toBe('hello');
      // The promise is 3 s; a busy machine is given twice that before it counts as broken.
      expect(tookMs).toBeLessThan(6_000);
    } finally {
      await Promise.all(running.map((one) => one.end('SIGTERM')));
    }
  }, 60_000);
});
