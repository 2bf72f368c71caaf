import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../adapters/crypto/crypto.ts';
import { parseDeviceId, parseChunkId, parseNodeId, type ChunkId, type NodeId } from '../../domain/ids.ts';
import { parsePathName, type PathName } from '../../domain/path-name.ts';
import type { Content, EntryKind, TreeEntry } from '../../domain/space.ts';
import { listingFromBytes, listingToBytes } from '../../formats/listing.ts';
import { seededDice } from '../../formats/testing/seeded-dice.ts';
import { mutate, type Thing, type Tree } from '../../../test/world/random-tree.ts';
import { diffTrees, type TreeSide } from './diff-trees.ts';

const seed = Number(process.env['FLOE_SEED'] ?? '20261121');
const rootNum = 1;

const chunkOf = (bytes: Uint8Array): ChunkId => parseChunkId(nodeCrypto.hmac(new Uint8Array(32), bytes));
const dataContent = (data: number): Content => ({ depth: 0, chunks: [chunkOf(Uint8Array.of(data))] });

/** Listings by content, as packs hold them; counts how many are read. */
function makeStore() {
  const listings = new Map<ChunkId, Uint8Array>();
  const store = {
    reads: 0,
    list: async (content: Content): Promise<readonly TreeEntry[]> => {
      store.reads++;
      const bytes = content.chunks[0] === undefined ? undefined : listings.get(content.chunks[0]);
      if (bytes === undefined) throw new Error('only listings are listed');
      return listingFromBytes(bytes);
    },
    /** Stores a tree's listings from the bottom up; tells the entries by identity as well. */
    put(tree: Tree): { readonly side: TreeSide; readonly entries: ReadonlyMap<NodeId, TreeEntry> } {
      const entries = new Map<NodeId, TreeEntry>();
      const folder = (parent: NodeId | undefined): { content: Content; bytes: number } => {
        const below = [...tree]
          .filter(([, thing]) => thing.parent === parent)
          .map(([node, thing]) => entryOf(node, thing));
        const bytes = listingToBytes(below);
        const content = { depth: 0, chunks: [chunkOf(bytes)] };
        listings.set(chunkOf(bytes), bytes);
        return { content, bytes: bytes.length };
      };
      const entryOf = (node: NodeId, { name, kind, mode, mtimeNs, data }: Thing): TreeEntry => {
        const held = kind === 'folder' ? folder(node) : { content: dataContent(data), bytes: data };
        const entry = { name, node, kind, mode, mtimeNs, ...held, place: dot, version: dot };
        entries.set(node, entry);
        return entry;
      };
      return { side: { content: folder(undefined).content, isEmpty: false }, entries };
    },
  };
  return store;
}

const dot = { device: parseDeviceId(new Uint8Array(16)), sequence: 1 };
const nothing: TreeSide = { content: { depth: 0, chunks: [] }, isEmpty: true };

/** Numbers for identities, the same for the same. */
function makeNums() {
  const nums = new Map<NodeId, number>();
  return async (nodes: readonly NodeId[]): Promise<readonly number[]> =>
    nodes.map((node) => {
      const num = nums.get(node) ?? rootNum + 1 + nums.size;
      nums.set(node, num);
      return num;
    });
}

type Change = Awaited<ReturnType<typeof diffTrees>>;
type Held = TreeEntry & { readonly parent: number };

/** The entries of a space as the catalog's port tells: changes in their order, then the listings. */
class Model {
  readonly places = new Map<number, Held>();

  at(parent: number, name: PathName): number | undefined {
    for (const [num, held] of this.places) if (held.parent === parent && held.name === name) return num;
    return undefined;
  }

  apply({ changes, folders }: Change, nodeOf: ReadonlyMap<number, NodeId>): void {
    for (const change of changes) {
      const standing = this.at(change.parent, change.name);
      if (change.kind === 'remove') {
        if (standing === undefined) throw new Error('an entry that is removed is there');
        this.places.delete(standing);
        continue;
      }
      if (change.parent !== rootNum && this.places.get(change.parent)?.kind !== 'folder')
        throw new Error('a parent is put before its children');
      if (this.places.has(change.num)) expect(standing, 'a placed entry is put over itself only').toBe(change.num);
      if (standing !== undefined) this.places.delete(standing);
      const node = nodeOf.get(change.num);
      if (node === undefined) throw new Error('a put has a number that was allotted');
      this.places.set(change.num, { ...change.entry, name: change.name, node, parent: change.parent });
    }
    for (const { num, content, bytes } of folders) {
      const held = this.places.get(num);
      if (held === undefined) throw new Error('a listing is of a placed folder');
      this.places.set(num, { ...held, content, bytes });
    }
    for (const { parent } of this.places.values())
      if (parent !== rootNum && this.places.get(parent)?.kind !== 'folder') throw new Error('every parent has a place');
  }

  entries(): ReadonlyMap<NodeId, TreeEntry> {
    return new Map([...this.places.values()].map(({ parent: _, ...entry }) => [entry.node, entry]));
  }

  parents(nodeOf: ReadonlyMap<number, NodeId>): ReadonlyMap<NodeId, NodeId | undefined> {
    return new Map([...this.places.values()].map(({ node, parent }) => [node, nodeOf.get(parent)]));
  }
}

const parentsOf = (tree: Tree): ReadonlyMap<NodeId, NodeId | undefined> =>
  new Map([...tree].map(([node, { parent }]) => [node, parent]));

async function nodesByNum(tree: Tree, nums: ReturnType<typeof makeNums>): Promise<ReadonlyMap<number, NodeId>> {
  const nodes = [...tree.keys()];
  const all = await nums(nodes);
  return new Map(nodes.map((node, i) => [all[i] ?? 0, node]));
}

describe(`what changed between two trees (seed ${seed})`, () => {
  test('applied to the first tree, the changes give the second, through any moves', async () => {
    for (let history = 0; history < 120; history++) {
      const dice = seededDice(seed + history);
      const [store, nums, model] = [makeStore(), makeNums(), new Model()];
      const tree = new Map<NodeId, Thing>();
      let before = nothing;
      for (let round = 0; round < 8; round++) {
        const count = round === 0 ? 25 : 1 + dice.below(dice.oneOf([2, 6, 20]));
        for (let i = 0; i < count; i++) mutate(tree, dice);
        const { side, entries } = store.put(tree);
        const change = await diffTrees(rootNum, before, side, store.list, nums);
        const nodeOf = await nodesByNum(tree, nums);
        const where = `seed ${seed + history}, round ${round}`;
        model.apply(change, nodeOf);
        expect(model.entries(), where).toEqual(entries);
        expect(model.parents(nodeOf), where).toEqual(parentsOf(tree));
        before = side;
      }
    }
  });

  test('the same tree is no change and is not read', async () => {
    const dice = seededDice(seed);
    const store = makeStore();
    const tree = new Map<NodeId, Thing>();
    for (let i = 0; i < 60; i++) mutate(tree, dice);
    const { side } = store.put(tree);
    expect(await diffTrees(rootNum, side, side, store.list, makeNums())).toEqual({ changes: [], folders: [] });
    expect(store.reads).toBe(0);
  });

  test('a folder that only moved is not read, whatever it holds', async () => {
    const store = makeStore();
    const [top, file] = [parseNodeId('11'.repeat(16)), parseNodeId('22'.repeat(16))];
    const held = { mode: 0o755, mtimeNs: 1n, data: 1 };
    const thing = (parent: NodeId | undefined, name: string, kind: EntryKind): Thing => ({
      parent,
      name: parsePathName(name),
      kind,
      ...held,
    });
    const before = store.put(
      new Map([
        [top, thing(undefined, 'a', 'folder')],
        [file, thing(top, 'x', 'file')],
      ]),
    );
    const after = store.put(
      new Map([
        [top, thing(undefined, 'b', 'folder')],
        [file, thing(top, 'x', 'file')],
      ]),
    );
    const { changes } = await diffTrees(rootNum, before.side, after.side, store.list, makeNums());
    expect(changes.map(({ kind, name }) => [kind, name])).toEqual([
      ['remove', 'a'],
      ['put', 'b'],
    ]);
    // The two roots.
    expect(store.reads).toBe(2);
  });

  test('a tree that holds one identity twice, or a folder inside itself, is refused', async () => {
    const [one, two] = [parseNodeId('11'.repeat(16)), parseNodeId('22'.repeat(16))];
    const made = new Map<ChunkId, readonly TreeEntry[]>();
    const keep = (entries: readonly TreeEntry[]): Content => {
      const id = chunkOf(listingToBytes(entries));
      made.set(id, entries);
      return { depth: 0, chunks: [id] };
    };
    const list = async (content: Content): Promise<readonly TreeEntry[]> =>
      made.get(content.chunks[0] ?? chunkOf(new Uint8Array())) ?? [];
    const entry = (name: string, node: NodeId, kind: EntryKind, content: Content): TreeEntry => ({
      name: parsePathName(name),
      node,
      kind,
      mode: 0,
      mtimeNs: 0n,
      bytes: 0,
      content,
      place: dot,
      version: dot,
    });
    const file = dataContent(1);
    const twice = keep([entry('a', one, 'file', file), entry('b', one, 'file', file)]);
    const inner = keep([entry('x', two, 'folder', keep([entry('y', two, 'folder', keep([]))]))]);
    const stays = keep([entry('x', two, 'folder', keep([]))]);
    const refused = expect.objectContaining({ code: 'pack-damaged' }) as unknown;
    for (const [before, after] of [
      [nothing, twice],
      [nothing, inner],
      [{ content: stays, isEmpty: false }, inner],
    ] as const)
      await expect(diffTrees(rootNum, before, { content: after, isEmpty: false }, list, makeNums())).rejects.toEqual(
        refused,
      );
  });
});
