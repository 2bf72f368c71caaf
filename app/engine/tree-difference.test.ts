import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../adapters/crypto/crypto.ts';
import { parseChunkId, parseDeviceId, parseNodeId, type ChunkId, type NodeId } from '../domain/ids.ts';
import type { NodeState } from '../domain/node-state.ts';
import type { Content, TreeEntry } from '../domain/space.ts';
import { listingToBytes } from '../formats/listing.ts';
import { seededDice } from '../formats/testing/seeded-dice.ts';
import { mutate, type Thing, type Tree } from '../../test/world/random-tree.ts';
import type { EntryRow, PlacedRow } from '../ports/catalog.ts';
import { differenceOf } from './tree-difference.ts';

const seed = Number(process.env['FLOE_SEED'] ?? '20261122');
const never = new AbortController().signal;
const rootNode = parseNodeId('ff'.repeat(16));
const rootNum = 1;
const dot = { device: parseDeviceId(new Uint8Array(16)), sequence: 1 };
const noContent: Content = { depth: 0, chunks: [] };
const chunkOf = (bytes: Uint8Array): ChunkId => parseChunkId(nodeCrypto.hmac(new Uint8Array(32), bytes));

/** A tree's entries with its listings, which go into `listings` by their content. */
function listed(tree: Tree, listings: Map<ChunkId, Uint8Array>) {
  const entries = new Map<NodeId, TreeEntry>();
  const folder = (parent: NodeId | undefined): { content: Content; bytes: number } => {
    const below = [...tree].flatMap(([node, thing]) => (thing.parent === parent ? [entryOf(node, thing)] : []));
    const bytes = listingToBytes(below);
    listings.set(chunkOf(bytes), bytes);
    return { content: { depth: 0, chunks: [chunkOf(bytes)] }, bytes: bytes.length };
  };
  const entryOf = (node: NodeId, { name, kind, mode, mtimeNs, data }: Thing): TreeEntry => {
    const own = { content: { depth: 0, chunks: [chunkOf(Uint8Array.of(data))] }, bytes: data };
    const entry = {
      name,
      node,
      kind,
      mode,
      mtimeNs,
      ...(kind === 'folder' ? folder(node) : own),
      place: dot,
      version: dot,
    };
    entries.set(node, entry);
    return entry;
  };
  return { root: folder(undefined), entries };
}

const stateIn = (tree: Tree, entries: ReadonlyMap<NodeId, TreeEntry>, node: NodeId): NodeState | undefined => {
  const [entry, thing] = [entries.get(node), tree.get(node)];
  if (entry === undefined || thing === undefined) return undefined;
  const { name, kind, mode, mtimeNs, place, version } = entry;
  const held = kind === 'folder' ? { bytes: 0, content: noContent } : { bytes: entry.bytes, content: entry.content };
  return { node, parent: thing.parent ?? rootNode, name, place, kind, mode, mtimeNs, ...held, version };
};

/** The part of a catalog that is asked, made of a tree. Folders in `stale` do not know their listing. */
function catalogOf(tree: Tree, entries: ReadonlyMap<NodeId, TreeEntry>, stale: ReadonlySet<NodeId>) {
  const nums = new Map([...tree.keys()].map((node, i) => [node, rootNum + 1 + i]));
  const numOf = (node: NodeId | undefined): number => (node === undefined ? rootNum : (nums.get(node) ?? 0));
  const rows = [...tree].flatMap(([node, { parent }]): PlacedRow[] => {
    const entry = entries.get(node);
    if (entry === undefined) return [];
    const content = stale.has(node) ? noContent : entry.content;
    const at = { num: numOf(node), parent: numOf(parent), parentNode: parent ?? rootNode };
    return [{ ...entry, content, ...at, since: 1, look: undefined }];
  });
  const children = new Map<number, EntryRow[]>();
  for (const row of rows) children.set(row.parent, [...(children.get(row.parent) ?? []), row]);
  return {
    children: (folders: readonly number[]) => Promise.resolve(folders.map((num) => children.get(num) ?? [])),
    entriesOf: (_: number, nodes: readonly NodeId[]) =>
      Promise.resolve(nodes.map((node) => rows.find((row) => row.node === node))),
  };
}

describe(`the difference of two devices' trees (seed ${seed})`, () => {
  it('is every entry that is not the same in both, and no other, after any moves on both sides', async () => {
    for (let history = 0; history < 400; history++) {
      const dice = seededDice(seed + history);
      const [ours, theirs] = [new Map<NodeId, Thing>(), new Map<NodeId, Thing>()];
      for (let count = 4 + dice.below(24); count > 0; count--) mutate(ours, dice);
      for (const [node, thing] of ours) theirs.set(node, thing);
      for (const side of [ours, theirs])
        for (let count = dice.below(dice.oneOf([2, 6, 14])); count > 0; count--) mutate(side, dice);
      const listings = new Map<ChunkId, Uint8Array>();
      const [mine, other] = [listed(ours, listings), listed(theirs, listings)];
      const stale = new Set(
        [...ours].flatMap(([node, { kind }]) => (kind === 'folder' && dice.below(4) === 0 ? [node] : [])),
      );
      const many = async (contents: readonly Content[]) =>
        contents.map(({ chunks: [id] }) => (id && listings.get(id)) ?? new Uint8Array());
      const { differences } = await differenceOf(
        { num: 1, root: rootNum, rootNode },
        other.root,
        { take: () => undefined },
        { catalog: catalogOf(ours, mine.entries, stale), reader: { many } },
        never,
      );
      const expected = new Map<NodeId, unknown>();
      for (const node of new Set([...ours.keys(), ...theirs.keys()])) {
        const both = { mine: stateIn(ours, mine.entries, node), theirs: stateIn(theirs, other.entries, node) };
        if (JSON.stringify(both.mine, plain) !== JSON.stringify(both.theirs, plain)) expected.set(node, both);
      }
      expect(new Map(differences), `seed ${seed + history}`).toEqual(expected);
    }
  });
});

const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
