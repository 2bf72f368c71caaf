import { describe, expect, it } from 'vitest';
import { openCatalogInline } from '../../adapters/catalog/catalog.ts';
import { usualChunkLimits } from '../../domain/chunk.ts';
import { parseChunkId, parseDeviceId, parseNodeId, parseSpaceId } from '../../domain/ids.ts';
import type { SpaceMode } from '../../domain/space.ts';
import { openIdleClock } from '../../../test/world/idle-clock.ts';
import { openMemoryDisk } from '../../../test/world/memory-disk.ts';
import type { UserHand } from '../../../test/world/memory-user.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import type { EntryChange } from '../../ports/catalog.ts';
import { lookOf, scan, type Scan } from './scan.ts';

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
  const look = async (changesMax = 1000, walk = disk.walk): Promise<Scan> => {
    const told: Scan['jobs'][number][] = [];
    const found = await scan(
      {
        space: { num, root, mode },
        root: '/root',
        parked: new Set(),
        isLeftOut: (path) => path === 'left out',
        leftOutKey: '',
        nature: disk.tree.nature,
        changesMax,
        onSeen: (entries) => void seen.push(entries),
        onJobs: (jobs) => void told.push(...jobs),
      },
      { disk: { ...disk, walk }, catalog, dice },
      never,
    );
    expect(told).toEqual(found.jobs);
    return found;
  };
  /** Everything that a first scan found, sealed as the space's first round. */
  const seal = async (found: Scan): Promise<void> => {
    const depth = ({ path }: { path: string }): number => path.split('/').length;
    const changes = [...found.placed, ...found.jobs].toSorted((a, b) => depth(a) - depth(b)).map(putOf);
    const snapshot = parseChunkId(dice.bytes(32));
    const place = { id: snapshot, kind: 'snapshot', start: 0, bytes: 1, plainBytes: 1 } as const;
    const round = { space: num, sequence: 1, snapshot, parents: [], device: parseDeviceId(dice.bytes(16)), timeMs: 0 };
    const content = { depth: 0, chunks: [] };
    await catalog.importSnapshot(
      { ...round, files: 0, bytes: 0, root: content, place, lastPack: undefined },
      changes,
      [],
      { vector: new Map(), taken: [] },
    );
  };
  /** Lists these folders one after the other, with somebody at work after each; a second walk is undisturbed. */
  const lookSlowly = (folders: readonly string[], after: (folder: string) => void): Promise<Scan> => {
    let walks = 0;
    return look(1000, async function* () {
      const isFirst = ++walks === 1;
      for (const folder of folders) {
        yield [await disk.list('/root', folder)];
        if (isFirst) after(folder);
      }
    });
  };
  return { user: disk.user, look, lookSlowly, seen, seal };
}

function putOf({ parent, name, num, stat }: Scan['jobs'][number] | Scan['placed'][number]): EntryChange {
  const kind = stat.kind === 'other' ? 'file' : stat.kind;
  const { mode, mtimeNs, bytes } = stat;
  const dot = { device: parseDeviceId('d0'.repeat(16)), sequence: 1 };
  const entry = { kind, mode, mtimeNs, bytes, content: { depth: 0, chunks: [] }, place: dot, version: dot };
  return { kind: 'put', parent, name, num, entry, look: lookOf(stat) };
}

describe('a later scan', () => {
  const changes = [
    ['new content', (user) => user.write('/root/f/g/c', 'other'), { jobs: 1 }],
    ['a new file', (user) => user.write('/root/f/g/new', 'x'), { jobs: 1 }],
    ['a new folder', (user) => user.makeFolder('/root/f/new'), { placed: 1 }],
    ['a rename', (user) => user.rename('/root/f/g/c', '/root/f/g/d'), { placed: 1, gone: 1 }],
    ['a folder that moved', (user) => user.rename('/root/f/g', '/root/x/g'), { placed: 1, gone: 1 }],
    ['a deletion', (user) => user.remove('/root/f/g/c'), { gone: 1 }],
    ['other permissions', (user) => user.chmod('/root/f/g/c', 0o600), { jobs: 1 }],
    ['other permissions of a folder', (user) => user.chmod('/root/f/g', 0o750), { placed: 1 }],
  ] satisfies [string, (user: UserHand) => void, Record<string, number>][];

  it.each(changes)(
    'edge 48: passes over what it has found unchanged before, and still finds %s',
    async (_, change, expected) => {
      const { user, look, seal } = await openRoom(40);
      for (const path of ['a', 'f/b', 'f/g/c', 'x/y/e']) user.write(`/root/${path}`, path);
      await seal(await look());
      const counts = ({ jobs, placed, gone, seen }: Scan) => ({
        jobs: jobs.length,
        placed: placed.length,
        gone: gone.length,
        seen,
      });
      const nothing = { jobs: 0, placed: 0, gone: 0 };
      // The first compares every entry, the second passes over all folders; both see as much.
      expect(counts(await look())).toEqual({ ...nothing, seen: 8 });
      expect(counts(await look())).toEqual({ ...nothing, seen: 8 });
      change(user);
      expect(counts(await look())).toMatchObject({ ...nothing, ...expected });
      expect(counts(await look())).toMatchObject({ ...nothing, ...expected });
    },
  );
});

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

describe('a file that moves while the folders are listed', () => {
  it('out of a folder that was listed already takes its new place and leaves the old one', async () => {
    for (const hasFingerprints of [false, true]) {
      const { user, look, lookSlowly, seal } = await openRoom(41);
      for (const path of ['from/moves', 'from/stays', 'to/other']) user.write(`/root/${path}`, path);
      await seal(await look());
      if (hasFingerprints) await look();
      const found = await lookSlowly(['', 'from', 'to'], (folder) => {
        if (folder === 'from') user.rename('/root/from/moves', '/root/to/moves');
      });
      expect(found).toMatchObject({ jobs: [], deletions: 0 });
      expect(found.placed.map(({ path }) => path)).toEqual(['to/moves']);
      // One identity has one place.
      expect(found.gone.map(({ num }) => num)).toEqual(found.placed.map(({ num }) => num));
    }
  });

  it.each(['sync', 'archive'] as const)('into a folder that was listed already is no deletion: %s', async (mode) => {
    const { user, look, lookSlowly, seal } = await openRoom(43, mode);
    for (const path of ['from/moves', 'from/f/in it', 'to/other']) user.write(`/root/${path}`, path);
    await seal(await look());
    const nothing = { jobs: [], placed: [], gone: [], deletions: 0, letGo: [] };
    const found = await lookSlowly(['', 'to', 'from', 'from/f'], (folder) => {
      if (folder !== 'to') return;
      user.rename('/root/from/moves', '/root/to/moves');
      user.rename('/root/from/f', '/root/to/f');
    });
    expect(found).toMatchObject(nothing);
    const next = await look();
    expect(next.placed.map(({ path }) => path).toSorted()).toEqual(['to/f', 'to/moves']);
    expect(next).toMatchObject({ jobs: [], deletions: 0, letGo: [] });
  });

  it('to the name of a file that was met elsewhere already is no deletion', async () => {
    const { user, look, lookSlowly, seal } = await openRoom(49);
    for (const path of ['name', 'a/other', 'b/moves']) user.write(`/root/${path}`, path);
    await seal(await look());
    user.rename('/root/name', '/root/a/name');
    const found = await lookSlowly(['', 'a', 'b'], (folder) => {
      if (folder === 'a') user.rename('/root/b/moves', '/root/name');
    });
    expect(found).toMatchObject({ jobs: [], deletions: 0 });
    expect(found.placed.map(({ path }) => path)).toEqual(['a/name']);
  });

  it.each(['sync', 'archive'] as const)(
    'into a folder that was listed already is no deletion either when something else takes its place: %s',
    async (mode) => {
      const { user, look, lookSlowly, seal } = await openRoom(50, mode);
      for (const path of ['swapped', 'a/f/deep/in it', 'a/f/out of it', 'c/other']) user.write(`/root/${path}`, path);
      await seal(await look());
      const found = await lookSlowly(['', 'c', 'a'], (folder) => {
        if (folder !== 'c') return;
        user.rename('/root/a/f/out of it', '/root/c/out of it');
        user.rename('/root/swapped', '/root/aside');
        user.rename('/root/a/f', '/root/swapped');
        user.rename('/root/aside', '/root/a/f');
      });
      const places = (some: Scan['placed']) => some.map(({ path }) => path).toSorted();
      expect(found).toMatchObject({ jobs: [], deletions: 0 });
      expect(places(found.placed)).toEqual(['a/f', 'c/out of it', 'swapped']);
      expect(found.gone.map(({ num }) => num).toSorted()).toEqual(found.placed.map(({ num }) => num).toSorted());
    },
  );

  it('is no deletion when it is being saved anew, and neither is its folder when only something in it was moved out', async () => {
    const { user, look, lookSlowly, seal } = await openRoom(44);
    for (const path of ['a/saved', 'b/out of it', 'b/stays', 'c/other']) user.write(`/root/${path}`, path);
    await seal(await look());
    user.rename('/root/a/saved', '/root/backup');
    const found = await lookSlowly(['', 'c', 'a', 'b'], (folder) => {
      if (folder === '') user.remove('/root/backup');
      if (folder === 'b') user.write('/root/a/saved', 'anew');
    });
    expect(found).toMatchObject({ deletions: 0 });
    const second = await lookSlowly(['', 'c', 'a'], (folder) => {
      if (folder !== 'c') return;
      user.rename('/root/b/out of it', '/root/c/out of it');
      user.remove('/root/b');
    });
    expect(second.gone).toEqual([]);
    const last = await look();
    expect(last.placed.map(({ path }) => path)).toEqual(['c/out of it']);
    expect(last.gone.map(({ name }) => name).toSorted()).toEqual(['b', 'out of it', 'stays']);
    expect(last.deletions).toBe(2);
  });

  it('from its new place on to another one is one file, also when that is where it was at first', async () => {
    for (const last of ['c', 'b']) {
      const { user, look, lookSlowly, seal } = await openRoom(47);
      for (const path of ['a/other', 'b/moves', 'c/other']) user.write(`/root/${path}`, path);
      await seal(await look());
      user.rename('/root/b/moves', '/root/a/moves');
      const found = await lookSlowly(['', 'a', 'b', 'c'], (folder) => {
        if (folder === 'a') user.rename('/root/a/moves', `/root/${last}/moves`);
      });
      expect(found.placed.map(({ path }) => path)).toEqual([`${last}/moves`]);
      expect(found.gone.map(({ num }) => num)).toEqual(found.placed.map(({ num }) => num));
      expect(found).toMatchObject({ jobs: [], deletions: 0 });
    }
  });

  it('away from where it was going to be read again is one file', async () => {
    const { user, look, lookSlowly, seal } = await openRoom(48);
    for (const path of ['a/moves', 'b/other']) user.write(`/root/${path}`, path);
    await seal(await look());
    // There and back: the same content, and another change time.
    user.rename('/root/a/moves', '/root/passing');
    user.rename('/root/passing', '/root/a/moves');
    const found = await lookSlowly(['', 'a', 'b'], (folder) => {
      if (folder === 'a') user.rename('/root/a/moves', '/root/b/moves');
    });
    expect(found.jobs.map(({ path }) => path)).toEqual(['a/moves']);
    expect(found.placed.map(({ path }) => path)).toEqual(['b/moves']);
    expect([...found.jobs, ...found.gone].map(({ num }) => num)).toEqual([found.placed[0]?.num, found.placed[0]?.num]);
    expect(found.deletions).toBe(0);
  });

  it('out of a folder that moves too, into one that was listed already, leaves its old place all the same', async () => {
    const { user, look, lookSlowly, seal } = await openRoom(46);
    for (const path of ['from/f/moves', 'from/f/stays', 'later/other', 'to/other']) user.write(`/root/${path}`, path);
    await seal(await look());
    const found = await lookSlowly(['', 'to', 'from', 'later'], (folder) => {
      if (folder !== 'to') return;
      user.rename('/root/from/f/moves', '/root/later/moves');
      user.rename('/root/from/f', '/root/to/f');
    });
    expect(found.placed.map(({ path }) => path)).toEqual(['later/moves']);
    expect(found.gone.map(({ num }) => num)).toEqual(found.placed.map(({ num }) => num));
    expect(found.deletions).toBe(0);
  });

  it('is deleted when it is, although another name of the same file stays', async () => {
    const { user, look, seal } = await openRoom(45);
    user.write('/root/one', 'content');
    user.link('/root/one', '/root/f two');
    await seal(await look());
    user.remove('/root/one');
    const found = await look();
    expect(found).toMatchObject({ deletions: 1, placed: [] });
    expect(found.gone.map(({ name }) => name)).toEqual(['one']);
  });

  it('and something else that comes to its old place does not take its identity', async () => {
    const { user, look, lookSlowly, seal } = await openRoom(42);
    for (const path of ['from/moves', 'to/other']) user.write(`/root/${path}`, path);
    await seal(await look());
    const found = await lookSlowly(['', 'from', 'to'], (folder) => {
      if (folder !== 'from') return;
      user.rename('/root/from/moves', '/root/to/moves');
      user.makeFolder('/root/from/moves');
    });
    expect(found.gone.map(({ name }) => name)).toEqual(['moves']);
    expect(found.placed.map(({ path }) => path)).toEqual(['to/moves']);
    expect(found.deletions).toBe(0);
  });
});
