import { describe, expect, it } from 'vitest';
import { openCatalogInline } from '../../adapters/catalog/catalog.ts';
import { usualChunkLimits } from '../../domain/chunk.ts';
import { parseNodeId, parseSpaceId } from '../../domain/ids.ts';
import type { SpaceMode } from '../../domain/space.ts';
import { openIdleClock } from '../../../test/world/idle-clock.ts';
import { openMemoryDisk } from '../../../test/world/memory-disk.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import { scan, type Scan } from './scan.ts';

const never = new AbortController().signal;

async function openRoom(seed: number, mode: SpaceMode = 'sync') {
  const dice = seededDice(seed);
  const catalog = openCatalogInline({ file: ':memory:' });
  const disk = openMemoryDisk(openIdleClock(), dice);
  disk.user.makeFolder('/root');
  const { num, root } = await catalog.addSpace({
    id: parseSpaceId(dice.bytes(16)),
    name: 'space',
    mode,
    folder: '/root',
    sealedKey: new Uint8Array(32),
    limits: usualChunkLimits,
    leaseEpochs: 5,
    pool: undefined,
    rootNode: parseNodeId(dice.bytes(16)),
  });
  const seen: number[] = [];
  const look = (changesMax = 1000): Promise<Scan> =>
    scan(
      {
        space: { num, root, mode },
        root: '/root',
        parked: new Set(),
        isLeftOut: (path) => path === 'left out',
        changesMax,
        onSeen: (entries) => void seen.push(entries),
      },
      { disk, catalog, dice },
      never,
    );
  return { user: disk.user, look, seen };
}

describe('a first scan', () => {
  it('finds everything, each with an identity and a place, in whatever order folders are listed', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { user, look, seen } = await openRoom(seed);
      for (const path of ['a', 'f/b', 'f/g/c', 'f/g/h/d', 'x/y/z/e', 'left out']) user.write(`/root/${path}`, path);
      user.makeFolder('/root/empty');
      user.symlink('/root/link', 'a');
      const found = await look();
      expect(found.jobs.map(({ path }) => path).toSorted(), `seed ${seed}`).toEqual([
        'a',
        'f/b',
        'f/g/c',
        'f/g/h/d',
        'link',
        'x/y/z/e',
      ]);
      expect(found.placed.map(({ path }) => path).toSorted()).toEqual([
        'empty',
        'f',
        'f/g',
        'f/g/h',
        'x',
        'x/y',
        'x/y/z',
      ]);
      for (const { num, path, parent } of [...found.jobs, ...found.placed]) {
        expect(found.nodes.has(num), path).toBe(true);
        const above = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
        expect(found.folders.get(parent)?.path, path).toBe(above);
      }
      expect(found).toMatchObject({ gone: [], deletions: 0, problems: [], special: 0, isPartial: false, seen: 13 });
      expect(seen.at(-1)).toBe(13);
    }
  });

  it('stops taking more at its limit, says so, and takes nothing for deleted', async () => {
    const { user, look } = await openRoom(30);
    for (let i = 0; i < 50; i++) user.write(`/root/folder ${i}/file`, 'x');
    const found = await look(10);
    expect(found.isPartial).toBe(true);
    expect(found.gone).toEqual([]);
    // Every folder that is taken has a parent that is taken.
    for (const { parent } of found.jobs) expect(found.folders.has(parent)).toBe(true);
  });

  it('of a folder that is not there finds a problem and nothing else', async () => {
    const { user, look } = await openRoom(31);
    user.unplug('/root');
    const found = await look();
    expect(found).toMatchObject({ jobs: [], placed: [], gone: [], seen: 0 });
    expect(found.problems).toMatchObject([{ path: '', fault: { code: 'not-found' } }]);
  });
});
