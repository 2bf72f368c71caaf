import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openCatalogInline } from '../adapters/catalog/catalog.ts';
import { usualChunkLimits } from '../domain/chunk.ts';
import { parseNodeId, parseSpaceId } from '../domain/ids.ts';
import { beginMending, noteDamage, readCard, withCard } from './self-card.ts';

const rooms: string[] = [];
afterEach(() => rooms.splice(0).forEach((room) => rmSync(room, { recursive: true })));

function openRoom(): string {
  const room = mkdtempSync(join(tmpdir(), 'floe-card-'));
  rooms.push(room);
  return room;
}

const id = parseSpaceId('01'.repeat(16));
const space = {
  id,
  name: 'docs',
  mode: 'sync',
  folder: '/home/docs',
  sealedKey: new Uint8Array(32),
  limits: usualChunkLimits,
  leaseEpochs: 5,
  pool: undefined,
  rootNode: parseNodeId('02'.repeat(16)),
} as const;

describe('what the home remembers beside its catalog', () => {
  it('follows the device, the folders and what the user set, and nothing else', async () => {
    const home = openRoom();
    const catalog = withCard(home, openCatalogInline({ file: ':memory:' }));
    expect(readCard(home)).toBeUndefined();
    await catalog.setRecord('device', '{"name":"laptop"}');
    await catalog.setRecord('drill:1', 'not kept');
    const { num } = await catalog.addSpace(space);
    const records = { device: '{"name":"laptop"}' };
    expect(readCard(home)).toEqual({
      version: 1,
      records,
      folders: [{ space: id, folder: '/home/docs' }],
      isDamaged: false,
    });
    await catalog.leaveFolder(num);
    expect(readCard(home)?.folders).toEqual([]);
    noteDamage(home);
    await catalog.setRecord('budget', '5');
    expect(readCard(home)).toMatchObject({ isDamaged: true, records: { ...records, budget: '5' } });
    noteDamage(home, false);
    expect(readCard(home)?.isDamaged).toBe(false);
    await catalog.close();
  });

  it('stays as it was while an empty catalog is filled from it', async () => {
    const home = openRoom();
    const before = withCard(home, openCatalogInline({ file: ':memory:' }));
    await before.setRecord('device', 'me');
    await before.addSpace(space);
    await before.close();
    const card = readCard(home);
    if (card === undefined) throw new Error('there is a card');
    const fresh = withCard(home, openCatalogInline({ file: ':memory:' }));
    await beginMending(fresh, card);
    await fresh.addSpace({ ...space, folder: undefined });
    expect(await fresh.record('device')).toBe('me');
    expect(readCard(home)).toEqual(card);
    await fresh.close();
  });

  it('is as good as none when it is damaged itself', () => {
    const home = openRoom();
    for (const text of ['', '{', '[]', '{"version":2,"folders":[]}', '{"version":1,"folders":[{"space":"x"}]}']) {
      writeFileSync(join(home, 'self.json'), text);
      expect(readCard(home), text).toBeUndefined();
    }
  });
});
