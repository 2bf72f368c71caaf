/** A home whose catalog is damaged or gone: the next command rebuilds it by itself, as the same device, with its folders and settings; nothing is sent again. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { floeJson } from './floe-process.ts';

const testMs = 360_000;
const root = mkdtempSync(join(tmpdir(), 'floe-damaged-'));
const at = (...names: readonly string[]): string => join(root, ...names);
const own = ['--home', at('home')];
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What a person set, and the commands that show it; test/scenarios/kept-settings.deep.test.ts has all of it. */
const settings = [
  ['select', 'docs', '--without', 'raw'],
  ['leases', '--space', 'docs', '--ahead', '20'],
  ['pause', 'other'],
];
const shown = [['select', 'docs'], ['leases']];

test(
  'comes back by itself with all that was set, and a pass sends nothing',
  async () => {
    mkdirSync(at('docs'), { recursive: true });
    for (let file = 0; file < 40; file++) writeFileSync(at('docs', `file ${file}`), `content ${file}`.repeat(500));
    for (const folder of ['raw', 'other']) mkdirSync(at(folder === 'raw' ? 'docs/raw' : folder));
    writeFileSync(at('docs', 'raw', 'large'), 'large');
    writeFileSync(at('other', 'x'), 'x');
    const setUp = [
      ['init', '--network', 'local'],
      ['add', at('docs')],
      ['add', at('other'), '--mode', 'archive'],
      ['sync'],
    ];
    for (const args of [...setUp, ...settings, ['sync']])
      expect((await floeJson([...args, ...own])).code, args.join(' ')).toBe(0);
    expect(existsSync(at('docs', 'raw'))).toBe(false);
    const show = async (): Promise<readonly unknown[]> => {
      const all = [];
      for (const args of shown) all.push((await floeJson([...args, ...own])).last);
      return all;
    };
    const file = at('home', 'catalog.sqlite');
    const damage = {
      spoil() {
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.fill(0x5a, 2 * 4096, bytes.length - 4096));
      },
      // What an engine notes that was called gone for good while it was away.
      outdate() {
        const catalog = new DatabaseSync(file);
        catalog.exec("INSERT INTO record (key, value) VALUES ('outdated', 'yes')");
        catalog.close();
      },
      remove() {
        for (const name of readdirSync(at('home'))) if (/^catalog\.sqlite(-|$)/.test(name)) rmSync(at('home', name));
      },
    };
    const before = (await floeJson(['devices', ...own])).last['devices'];
    const wasShown = await show();
    for (const [name, hurt] of Object.entries(damage)) {
      hurt();
      const pass = await floeJson(['sync', ...own]);
      expect(pass.last['spaces'], name).toMatchObject([
        { name: 'docs', files: 41, newBytes: 0, applied: 0, packs: [], problems: [] },
        { name: 'other', paused: { reason: 'user' }, packs: [] },
      ]);
      expect(existsSync(at('docs', 'raw')), name).toBe(false);
      expect(await show(), name).toEqual(wasShown);
    }
    expect((await floeJson(['devices', ...own])).last['devices']).toEqual(before);
    expect(readdirSync(at('home')).some((name) => name.includes('damaged'))).toBe(true);
  },
  testMs,
);
