import { describe, expect, it } from 'vitest';
import { openCatalogInline } from '../../adapters/catalog/catalog.ts';
import { usualChunkLimits } from '../../domain/chunk.ts';
import { parseDeviceId, parseChunkId, parseNodeId, parseSpaceId, type ChunkId, type NodeId } from '../../domain/ids.ts';
import { parsePathName } from '../../domain/path-name.ts';
import type { Content, EntryKind } from '../../domain/space.ts';
import { chunkListFromBytes, chunksInlineMax, listingFromBytes } from '../../formats/listing.ts';
import type { EntryChange } from '../../ports/catalog.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import { buildTree, foldContent, type StoreContent } from './snapshot.ts';

const dice = seededDice(61);
const ids = (count: number): ChunkId[] => Array.from({ length: count }, () => parseChunkId(dice.bytes(32)));

/** Stores bytes as chunks of at most `bytesMax` and remembers them. */
function openStore(bytesMax = 1_000_000) {
  const chunks = new Map<ChunkId, Uint8Array>();
  const store: StoreContent = async (parts) =>
    parts.map((part): Content => {
      const found: ChunkId[] = [];
      for (let at = 0; at < part.length; at += bytesMax) {
        const [id] = ids(1);
        if (id === undefined) throw new Error('an id was made');
        chunks.set(id, part.slice(at, at + bytesMax));
        found.push(id);
      }
      return { depth: 0, chunks: found };
    });
  const load = ({ chunks: list }: Content): Uint8Array =>
    Buffer.concat(list.map((id) => chunks.get(id) ?? new Uint8Array()));
  return { store, load, chunks };
}

describe('folding content', () => {
  it('leaves what fits into a listing as it is', async () => {
    const { store, chunks } = openStore();
    for (const count of [0, 1, chunksInlineMax]) {
      const list = ids(count);
      expect(await foldContent(list, store)).toEqual({ depth: 0, chunks: list });
    }
    expect(chunks.size).toBe(0);
  });

  it.each([
    [chunksInlineMax + 1, 1],
    [32 * chunksInlineMax, 1],
    [32 * chunksInlineMax + 1, 2],
    [5_000, 2],
  ])('puts %i chunks %i deep when a chunk holds 32 ids, and gives all of them back', async (count, depth) => {
    const { store, load } = openStore(32 * 32);
    const list = ids(count);
    const content = await foldContent(list, store);
    expect(content.depth).toBe(depth);
    expect(content.chunks.length).toBeLessThanOrEqual(chunksInlineMax);
    let flat: Content = content;
    while (flat.depth > 0) flat = { depth: flat.depth - 1, chunks: chunkListFromBytes(load(flat)) };
    expect(flat.chunks).toEqual(list);
  });
});

async function openRoom() {
  const catalog = openCatalogInline({ file: ':memory:' });
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
  const nodes = new Map<number, NodeId>();
  const parents = new Map<number, number>();
  const made = async (): Promise<number> => {
    const node = parseNodeId(dice.bytes(16));
    const [num = 0] = await catalog.allotNodes(space.num, [node]);
    nodes.set(num, node);
    return num;
  };
  const put = async (parent: number, name: string, kind: EntryKind): Promise<EntryChange & { num: number }> => {
    const num = await made();
    parents.set(num, parent);
    const dot = { device: parseDeviceId(new Uint8Array(16)), sequence: 1 };
    const content = { depth: 0, chunks: kind === 'folder' ? [] : ids(1) };
    const entry = { kind, mode: 0o644, mtimeNs: 5n, bytes: 3, content, place: dot, version: dot };
    return { kind: 'put', parent, name: parsePathName(name), num, entry, look: undefined };
  };
  const { store, load, chunks } = openStore();
  const build = (changes: readonly EntryChange[]) =>
    buildTree(
      {
        root: space.root,
        changes,
        isNew: () => false,
        parentOf: (num) => parents.get(num),
        nodeOf: (num) => nodes.get(num),
      },
      { catalog, store },
    );
  const names = (content: Content) => listingFromBytes(load(content)).map(({ name }) => String(name));
  return { root: space.root, put, build, names, load, chunks };
}

describe('building a tree', () => {
  it('writes each changed folder once and names children by what they hold', async () => {
    const { root, put, build, names, load } = await openRoom();
    const folder = await put(root, 'folder', 'folder');
    const inner = await put(folder.num, 'inner', 'folder');
    const changes = [folder, inner, await put(inner.num, 'file', 'file'), await put(root, 'b', 'symlink')];
    const tree = await build(changes);
    expect(tree.folders).toHaveLength(3);
    expect(names(tree.root)).toEqual(['b', 'folder']);
    const [, top] = listingFromBytes(load(tree.root));
    expect(names(top?.content ?? { depth: 0, chunks: [] })).toEqual(['inner']);
    expect(tree.rootBytes).toBe(load(tree.root).length);
  });

  it('gives an empty folder a listing, and an empty space a root', async () => {
    const { root, put, build, names } = await openRoom();
    expect(names((await build([])).root)).toEqual([]);
    const empty = await put(root, 'empty', 'folder');
    const tree = await build([empty]);
    expect(tree.folders.map(({ num }) => num).toSorted()).toEqual([root, empty.num].toSorted());
  });

  it('lets a name go, and lets another take it in the same round', async () => {
    const { root, put, build, names } = await openRoom();
    const gone: EntryChange = { kind: 'remove', parent: root, name: parsePathName('a') };
    expect(names((await build([await put(root, 'a', 'file'), gone])).root)).toEqual([]);
    expect(names((await build([gone, await put(root, 'a', 'file')])).root)).toEqual(['a']);
  });
});
