import { beforeEach, describe, expect, it } from 'vitest';
import { openCatalogInline } from '../../adapters/catalog/catalog.ts';
import { usualChunkLimits } from '../../domain/chunk.ts';
import { Fault } from '../../domain/fault.ts';
import { parseChunkId, parseDeviceId, parseNodeId, parseSpaceId, type ChunkId } from '../../domain/ids.ts';
import { parsePathName, type SpacePath } from '../../domain/path-name.ts';
import type { EntryKind } from '../../domain/space.ts';
import type { Catalog, EntryChange } from '../../ports/catalog.ts';
import type { ChunkReader } from '../content/content.ts';
import { openIdleClock } from '../../../test/world/idle-clock.ts';
import { openMemoryDisk, type MemoryDisk } from '../../../test/world/memory-disk.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import { restore, type Overwrite, type RestoreInput, type RestoreReport } from './reassemble.ts';

const never = new AbortController().signal;
const dice = seededDice(63);
const storedNs = 1_700_000_000_123_456_000n;
const large = Uint8Array.from({ length: 5_000_000 }, (_, i) => (i < 4_900_000 ? 0 : i % 251));

let catalog: Catalog;
let disk: MemoryDisk;
let chunks: Map<ChunkId, Uint8Array>;
let ask: (over: Partial<RestoreInput>) => Promise<RestoreReport>;

type Stored = readonly [path: SpacePath, kind: EntryKind, content?: string | Uint8Array, bytes?: number];

/** A space with one snapshot, whose content is had from a map instead of the network. */
async function store(entries: readonly Stored[]): Promise<void> {
  const space = await catalog.addSpace({
    id: parseSpaceId(dice.bytes(16)),
    name: 'space',
    mode: 'sync',
    folder: undefined,
    sealedKey: new Uint8Array(32),
    limits: usualChunkLimits,
    leaseEpochs: 5,
    pool: undefined,
    rootNode: parseNodeId(dice.bytes(16)),
  });
  const nums = new Map<SpacePath, number>([['', space.root]]);
  const changes: EntryChange[] = [];
  for (const [path, kind, content = '', claimed] of entries) {
    const [num = 0] = await catalog.allotNodes(space.num, [parseNodeId(dice.bytes(16))]);
    nums.set(path, num);
    const slash = path.lastIndexOf('/');
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const list: ChunkId[] = [];
    for (let at = 0; at < bytes.length; at += 1_000_000) {
      const id = parseChunkId(dice.bytes(32));
      chunks.set(id, bytes.slice(at, at + 1_000_000));
      list.push(id);
    }
    const mode = kind === 'folder' ? 0o750 : 0o640;
    const dot = { device: parseDeviceId(new Uint8Array(16)), sequence: 1 };
    const entry = {
      kind,
      mode,
      mtimeNs: storedNs,
      bytes: claimed ?? bytes.length,
      content: { depth: 0, chunks: list },
      place: dot,
      version: dot,
    };
    const parent = nums.get(path.slice(0, Math.max(0, slash))) ?? 0;
    changes.push({ kind: 'put', parent, name: parsePathName(path.slice(slash + 1)), num, entry, look: undefined });
  }
  const id = parseChunkId(dice.bytes(32));
  const place = { id, kind: 'snapshot', start: 0, bytes: 100, plainBytes: 50 } as const;
  await catalog.sealRound(
    {
      space: space.num,
      sequence: 1,
      snapshot: id,
      parents: [],
      device: parseDeviceId(dice.bytes(16)),
      timeMs: 1,
      files: 1,
      bytes: 1,
      root: { depth: 0, chunks: [] },
      place,
    },
    { space: space.num, name: 'pack', bytes: 1000, digest: new Uint8Array(32), round: 1, chunks: [place] },
    changes,
    [],
  );
  const reader: ChunkReader = {
    plan: async () => ({ turns: new Map(), packs: new Map() }),
    willRead: () => {},
    async chunks(ids) {
      return new Map(
        ids.map((one) => {
          const found = chunks.get(one)?.slice();
          if (!found) throw new Fault('blob-unavailable', 'later', 'That piece cannot be had now.');
          return [one, found];
        }),
      );
    },
    flatten: async (content) => content.chunks,
    many: async () => [],
    bytes: async (content) => {
      const found = await reader.chunks(content.chunks, never);
      return Buffer.concat(content.chunks.map((one) => found.get(one) ?? new Uint8Array()));
    },
    at: () => Promise.reject(new Error('not asked for here')),
    fetchedBytes: 0,
  };
  ask = (over) =>
    restore(
      { space: space.num, sequence: 1, paths: [''], target: '/to', overwrite: 'never', onProgress: () => {}, ...over },
      { tree: catalog, disk, reader },
      never,
    );
}

beforeEach(() => {
  catalog = openCatalogInline({ file: ':memory:' });
  disk = openMemoryDisk(openIdleClock(), dice);
  disk.user.makeFolder('/to');
  chunks = new Map();
});

const usual: readonly Stored[] = [
  ['a', 'file', 'content a'],
  ['empty', 'file'],
  ['folder', 'folder'],
  ['folder/b', 'file', 'content b'],
  ['folder/deep', 'folder'],
  ['large', 'file', large],
  ['link', 'symlink', 'folder/b'],
];

const isIn = async (path: string, over: object): Promise<void> =>
  expect(await disk.look('/to', path)).toMatchObject(over);

describe('restoring', () => {
  it('puts everything back with its mode and time, folders’ own among them', async () => {
    await store(usual);
    const report = await ask({});
    expect(report).toMatchObject({ files: 4, unchanged: 0, problems: [] });
    expect(report.bytes).toBe(18 + large.length);
    expect(disk.user.text('/to/a')).toBe('content a');
    expect(Buffer.from(disk.user.read('/to/large')).equals(large)).toBe(true);
    for (const path of ['a', 'empty', 'folder/b', 'large']) await isIn(path, { mode: 0o640, mtimeNs: storedNs });
    for (const path of ['folder', 'folder/deep']) await isIn(path, { mode: 0o750, mtimeNs: storedNs });
    const { entries } = await disk.list('/to', '');
    expect(entries.find(({ name }) => name === 'link')?.target).toBe('folder/b');
  });

  it('of single paths makes what is above them, and refuses what was not there', async () => {
    await store(usual);
    await ask({ paths: ['folder/b'] });
    expect(disk.user.exists('/to/folder/b')).toBe(true);
    expect(disk.user.exists('/to/a')).toBe(false);
    await expect(ask({ paths: ['folder/other'] })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('again writes nothing and says that all is there', async () => {
    await store(usual);
    await ask({});
    const before = disk.user.picture('/to');
    const looks = await Promise.all(['a', 'large', 'link'].map((path) => disk.look('/to', path)));
    expect(await ask({})).toMatchObject({ files: 0, unchanged: 5, problems: [] });
    expect(disk.user.picture('/to')).toEqual(before);
    expect(await Promise.all(['a', 'large', 'link'].map((path) => disk.look('/to', path)))).toEqual(looks);
    // A link is compared by its target; when that cannot be had, it fails by itself.
    chunks.clear();
    expect(await ask({})).toMatchObject({ unchanged: 4, problems: [{ path: 'link' }] });
  });

  it('that was interrupted goes on where it was', async () => {
    await store(usual);
    await ask({ paths: ['folder', 'large'] });
    expect(await ask({})).toMatchObject({ files: 2, unchanged: 2, problems: [] });
  });

  it('tells what stands on the disk, written now or found there', async () => {
    await store(usual.slice(0, 4));
    disk.user.write('/to/a', 'content a', 0o640);
    disk.user.touch('/to/a', storedNs);
    const told: SpacePath[] = [];
    await ask({ onPlaced: async (placed) => void told.push(...placed.map(({ version }) => version.path)) });
    expect(told.toSorted()).toEqual(['a', 'empty', 'folder/b']);
  });
});

describe('what stands in the way', () => {
  const [older, newer] = [storedNs - 1_000_000n, storedNs + 1_000_000n];
  const cases: readonly [Overwrite, string, bigint, string][] = [
    ['never', 'older', older, 'mine'],
    ['never', 'newer', newer, 'mine'],
    ['if-older', 'older', older, 'stored'],
    ['if-older', 'newer', newer, 'mine'],
    ['always', 'older', older, 'stored'],
    ['always', 'newer', newer, 'stored'],
  ];
  it.each(cases)('with %s and an %s file', async (overwrite, _, mtimeNs, winner) => {
    await store([['file', 'file', 'stored']]);
    disk.user.write('/to/file', 'mine');
    disk.user.touch('/to/file', mtimeNs);
    const { problems } = await ask({ overwrite });
    expect(disk.user.text('/to/file')).toBe(winner);
    expect(problems.map(({ fault }) => fault.code)).toEqual(winner === 'mine' ? ['already-exists'] : []);
  });

  it('as a large file is kept or replaced by the same rules', async () => {
    await store([['file', 'file', large]]);
    disk.user.write('/to/file', 'mine');
    expect((await ask({})).problems).toHaveLength(1);
    expect(disk.user.text('/to/file')).toBe('mine');
    await ask({ overwrite: 'always' });
    expect(disk.user.read('/to/file')).toHaveLength(large.length);
  });

  it('as a folder where a file belongs is never removed, whatever was asked for', async () => {
    await store([
      ['other', 'file', 'other'],
      ['thing', 'file', 'stored'],
    ]);
    disk.user.write('/to/thing/mine', 'mine');
    const { problems, files } = await ask({ overwrite: 'always' });
    expect(problems).toMatchObject([{ path: 'thing' }]);
    expect(files).toBe(1);
    expect(disk.user.text('/to/thing/mine')).toBe('mine');
  });

  it('as a file where a folder belongs fails what lies in that folder, and the rest comes back', async () => {
    await store(usual);
    disk.user.write('/to/folder', 'mine');
    const { problems } = await ask({ overwrite: 'always' });
    expect(problems.map(({ path }) => path)).toContain('folder');
    expect(disk.user.text('/to/folder')).toBe('mine');
    expect(disk.user.text('/to/a')).toBe('content a');
  });

  it('as a folder that may not be written to fails what belongs there, and the rest comes back', async () => {
    await store(usual);
    disk.user.makeFolder('/to/folder', 0o500);
    const { problems } = await ask({});
    expect(problems.map(({ path }) => path).toSorted()).toContain('folder/b');
    expect(disk.user.text('/to/a')).toBe('content a');
  });
});

describe('content that cannot be had', () => {
  it('fails by itself: small ones that were fetched together, and large ones', async () => {
    await store(usual);
    const page = await catalog.treeAt(1, '', 1, undefined, 100);
    for (const path of ['folder/b', 'large']) {
      const [id] = page.find((version) => version.path === path)?.content.chunks ?? [];
      if (id) chunks.delete(id);
    }
    const { problems, files } = await ask({});
    expect(problems.map(({ path, fault }) => [path, fault.code]).toSorted()).toEqual([
      ['folder/b', 'blob-unavailable'],
      ['large', 'blob-unavailable'],
    ]);
    expect(files).toBe(2);
    expect(disk.user.picture('/to').map((line) => line.split(' ')[0])).toEqual([
      '"a"',
      '"empty"',
      '"folder"',
      '"folder/deep"',
      '"link"',
    ]);
  });

  it.each([
    ['shorter', 3],
    ['longer', 30],
    ['longer than any memory', 2 ** 50],
  ])('or is not as long as its listing says (%s) is never put there, and the rest comes back', async (_, claimed) => {
    await store([
      ['a', 'file', 'content a'],
      ['wrong', 'file', 'ten  bytes', claimed],
    ]);
    const { problems } = await ask({});
    expect(problems).toMatchObject([{ path: 'wrong', fault: { code: 'pack-damaged' } }]);
    expect(disk.user.exists('/to/wrong')).toBe(false);
    expect(disk.user.text('/to/a')).toBe('content a');
  });
});

it('refuses a link whose target claims to be larger than any memory', async () => {
  await store([
    ['a', 'file', 'content a'],
    ['link', 'symlink', 'target', 2 ** 50],
  ]);
  expect((await ask({})).problems).toMatchObject([{ path: 'link', fault: { code: 'pack-damaged' } }]);
});

describe('a full disk', () => {
  it('ends the restore with nothing half written', async () => {
    await store(usual);
    disk.tree.roomBytes = 1_000_000;
    await expect(ask({})).rejects.toMatchObject({ code: 'disk-full' });
    expect(disk.user.exists('/to/large')).toBe(false);
  });
});
