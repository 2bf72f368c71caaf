import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openCatalogInline } from '../adapters/catalog/catalog.ts';
import { usualChunkLimits } from '../domain/chunk.ts';
import { parseNodeId, parseSpaceId, parseSuiId } from '../domain/ids.ts';
import { noteDamage, readCard } from './card-file.ts';
import { beginMending, keptOfSpace, withCard } from './self-card.ts';

const rooms: string[] = [];
afterEach(() => rooms.splice(0).forEach((room) => rmSync(room, { recursive: true })));

function openRoom(): string {
  const room = mkdtempSync(join(tmpdir(), 'floe-card-'));
  rooms.push(room);
  return room;
}

const id = parseSpaceId('01'.repeat(16));
const row = {
  name: 'docs',
  mode: 'archive',
  sealedKey: new Uint8Array([1, 2, 3]),
  limits: usualChunkLimits,
  leaseEpochs: 5,
  pool: undefined,
  rootNode: parseNodeId('02'.repeat(16)),
} as const;
const space = { ...row, id, folder: '/home/docs' } as const;
const node = (digit: string): ReturnType<typeof parseNodeId> => parseNodeId(digit.repeat(32));

const open = (home: string): ReturnType<typeof withCard> => withCard(home, openCatalogInline({ file: ':memory:' }));

describe('what the home remembers beside its catalog', () => {
  it('follows the device, the spaces and what the user set, and nothing else', async () => {
    const home = openRoom();
    const catalog = open(home);
    await catalog.setRecord('budget', '4');
    expect(readCard(home), 'a catalog without a device says nothing').toBeUndefined();
    await catalog.setRecord('device', '{"name":"laptop"}');
    await catalog.setRecord('drill:1', 'not kept');
    const { num } = await catalog.addSpace(space);
    const records = { device: '{"name":"laptop"}', budget: '4' };
    const plain = { id, folder: '/home/docs', row, snapshot: undefined, records: {}, choices: [], conflicts: [] };
    expect(readCard(home)).toEqual({ isDamaged: false, records, spaces: [plain] });
    await catalog.leaveFolder(num);
    expect(readCard(home)?.spaces).toEqual([{ ...plain, folder: undefined }]);
    noteDamage(home);
    await catalog.setRecord('budget', '5');
    expect(readCard(home)).toMatchObject({ isDamaged: true, records: { ...records, budget: '5' } });
    noteDamage(home, false);
    expect(readCard(home)?.isDamaged).toBe(false);
    await catalog.close();
  });

  it('is written with every change of what it keeps, and not at all when nothing changed', async () => {
    const home = openRoom();
    const catalog = open(home);
    await catalog.setRecord('device', 'me');
    const { num } = await catalog.addSpace(space);
    const pool = parseSuiId('0x5');
    const choices = [
      { node: node('a'), isIn: true },
      { node: node('b'), isIn: false },
    ];
    const conflict = { node: node('c'), beside: node('d'), kind: 'content', timeMs: 5 } as const;
    await catalog.setLeaseEpochs(num, 52);
    await catalog.setPool(num, pool);
    await catalog.setChoices(num, choices, false);
    for (const name of keptOfSpace) await catalog.setRecord(`${name}:${num}`, `value of ${name}`);
    const [kept] = readCard(home)?.spaces ?? [];
    expect(kept).toMatchObject({ row: { leaseEpochs: 52, pool }, choices });
    expect(kept?.records).toEqual(Object.fromEntries(keptOfSpace.map((name) => [name, `value of ${name}`])));
    const { ino } = statSync(join(home, 'self.json'));
    await catalog.setRecord(`held:${num}`, 'value of held');
    expect(statSync(join(home, 'self.json')).ino, 'the file was not written again').toBe(ino);
    await catalog.addConflicts(num, [conflict]);
    await catalog.setRecord(`pause:${num}`, '');
    expect(Object.keys(readCard(home)?.spaces[0]?.records ?? {})).not.toContain('pause');
    await catalog.close();
  });

  it('has the last word of calls that were made at once', async () => {
    const home = openRoom();
    const catalog = open(home);
    await catalog.setRecord('device', 'me');
    const { num } = await catalog.addSpace(space);
    await Promise.all([
      catalog.setRecord('budget', '1'),
      catalog.setChoices(num, [{ node: node('a'), isIn: false }], false),
      catalog.setRecord('budget', ''),
      catalog.setChoices(num, [{ node: node('b'), isIn: false }], false),
      catalog.setRecord('budget', '2'),
    ]);
    expect(readCard(home)).toMatchObject({
      records: { budget: '2' },
      spaces: [{ choices: [{ node: node('b'), isIn: false }] }],
    });
    await catalog.close();
  });

  it('stays as it was while an empty catalog is filled from it, and gives each space back what was set', async () => {
    const home = openRoom();
    const before = open(home);
    await before.setRecord('device', 'me');
    await before.setRecord('spent', '{"monthStartMs":0,"frost":"7"}');
    const { num } = await before.addSpace({ ...space, leaseEpochs: 52 });
    await before.setRecord(`pause:${num}`, '{}');
    await before.setChoices(num, [{ node: node('a'), isIn: false }], false);
    await before.close();
    const card = readCard(home);
    if (card === undefined) throw new Error('there is a card');
    const fresh = open(home);
    await beginMending(fresh, card);
    await fresh.addSpace({ ...space, id: parseSpaceId('03'.repeat(16)), name: 'other', rootNode: node('e') });
    const found = await fresh.addSpace({ ...space, folder: undefined, mode: 'sync' });
    expect(found).toMatchObject({ num: 2, mode: 'archive', leaseEpochs: 52, folder: undefined });
    expect(await fresh.record('device')).toBe('me');
    expect(await fresh.record('spent-earlier')).toBe('{"monthStartMs":0,"frost":"7"}');
    expect(await fresh.record('pause:2')).toBe('{}');
    expect(await fresh.record('pause:1')).toBeUndefined();
    expect(await fresh.choices(2)).toEqual([{ node: node('a'), isIn: false }]);
    expect(readCard(home)).toEqual(card);
    await fresh.close();
  });

  it('keeps a space that the catalog could not be filled with', async () => {
    const home = openRoom();
    const before = open(home);
    await before.setRecord('device', 'me');
    await before.addSpace(space);
    await before.close();
    const fresh = open(home);
    await fresh.setRecord('device', 'me');
    expect(readCard(home)?.spaces).toMatchObject([{ id, folder: '/home/docs' }]);
    await fresh.close();
  });

  it('reads version 1, which knew folders and a few records', () => {
    const home = openRoom();
    const first = { version: 1, records: { device: 'me' }, folders: [{ space: id, folder: '/a' }], isDamaged: true };
    writeFileSync(join(home, 'self.json'), JSON.stringify(first));
    expect(readCard(home)).toEqual({
      isDamaged: true,
      records: { device: 'me' },
      spaces: [{ id, folder: '/a', row: undefined, snapshot: undefined, records: {}, choices: [], conflicts: [] }],
    });
  });

  it('is as good as none when it is damaged itself, or newer', async () => {
    const home = openRoom();
    const file = join(home, 'self.json');
    const catalog = open(home);
    await catalog.setRecord('device', 'me');
    await catalog.addSpace(space);
    const whole = readFileSync(file, 'utf8');
    const damaged = [
      '',
      '{',
      '[]',
      'null',
      '{"version":3,"folders":[],"records":{}}',
      '{"version":2,"self":{"isDamaged":false,"records":{},"spaces":[]}}',
      '{"version":1,"records":{},"folders":[{"space":"x","folder":"/a"}]}',
      whole.replace('"leaseEpochs":5', '"leaseEpochs":6'),
      whole.replace('/home/docs', '/home/dogs'),
      whole.slice(0, -3),
      ...Array.from({ length: 40 }, (_, i) => whole.slice(0, Math.floor((whole.length * i) / 40))),
    ];
    for (const text of damaged) {
      writeFileSync(file, text);
      expect(readCard(home), text).toBeUndefined();
    }
    writeFileSync(file, whole);
    expect(readCard(home)).toBeDefined();
    truncateSync(file, 200 * 1024 * 1024);
    expect(readCard(home), 'larger than any').toBeUndefined();
    await catalog.close();
  });
});
