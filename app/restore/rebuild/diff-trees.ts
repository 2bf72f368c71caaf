/**
 * What changed between two trees, as entry changes. Folders with equal content are not read. An identity that left one place and took another is a
 * move: it keeps its number, and its own content is compared with what it was.
 */
import { sameBytes } from '../../domain/bytes.ts';
import { sameDot } from '../../domain/dot.ts';
import { Fault } from '../../domain/fault.ts';
import type { NodeId } from '../../domain/ids.ts';
import type { Content, TreeEntry } from '../../domain/space.ts';
import { contentToBytes } from '../../formats/listing.ts';
import type { EntryChange, FolderContent, NodeNum } from '../../ports/catalog.ts';

export interface TreeSide {
  readonly content: Content;
  /** True for the state before the first snapshot: there is no listing. */
  readonly isEmpty: boolean;
}

export type ListFolder = (content: Content) => Promise<readonly TreeEntry[]>;

interface Placed {
  readonly parent: NodeId | undefined;
  readonly depth: number;
  readonly entry: TreeEntry;
}

export function sameContent(a: Content, b: Content): boolean {
  return a.depth === b.depth && sameBytes(contentToBytes(a), contentToBytes(b));
}

function sameEntry(a: TreeEntry, b: TreeEntry): boolean {
  return (
    a.node === b.node &&
    a.kind === b.kind &&
    a.mode === b.mode &&
    a.mtimeNs === b.mtimeNs &&
    a.bytes === b.bytes &&
    sameDot(a.place, b.place) &&
    sameDot(a.version, b.version) &&
    sameContent(a.content, b.content)
  );
}

/** What left its place and what came to one, by identity. A folder is opened once on each side. */
interface Sides {
  readonly left: Map<NodeId, Placed>;
  readonly came: Map<NodeId, Placed>;
  readonly leftDone: Set<NodeId>;
  readonly cameDone: Set<NodeId>;
  /** Folders that stayed but whose listing changed. */
  readonly contents: { node: NodeId; entry: TreeEntry }[];
}

/** Folder pairs still to compare; a side that is missing has no entries. */
interface Pair {
  readonly parent: NodeId | undefined;
  readonly depth: number;
  readonly before: Content | undefined;
  readonly after: Content | undefined;
}

export async function diffTrees(
  root: NodeNum,
  before: TreeSide,
  after: TreeSide,
  list: ListFolder,
  numsOf: (nodes: readonly NodeId[]) => Promise<readonly NodeNum[]>,
): Promise<{ readonly changes: readonly EntryChange[]; readonly folders: readonly FolderContent[] }> {
  const sides: Sides = { left: new Map(), came: new Map(), leftDone: new Set(), cameDone: new Set(), contents: [] };
  let pairs: readonly Pair[] = [
    { parent: undefined, depth: 0, before: before.isEmpty ? undefined : before.content, after: after.content },
  ];
  while (pairs.length > 0) {
    const next: Pair[] = [];
    for (const pair of pairs) next.push(...(await comparePair(pair, list, sides)));
    pairs = next.length > 0 ? next : unpaired(sides);
  }
  return toChanges(root, sides, numsOf);
}

async function comparePair(
  pair: Pair,
  list: ListFolder,
  { left, came, leftDone, cameDone, contents }: Sides,
): Promise<readonly Pair[]> {
  if (pair.before && pair.after && sameContent(pair.before, pair.after)) return [];
  const was = pair.before ? await list(pair.before) : [];
  const is = new Map((pair.after ? await list(pair.after) : []).map((entry) => [entry.name, entry]));
  const deeper: Pair[] = [];
  const place = { parent: pair.parent, depth: pair.depth };
  for (const old of was) {
    const now = is.get(old.name);
    // An identity that became another kind of thing is a folder's end or beginning: both sides are opened apart.
    if (now?.node !== old.node || now.kind !== old.kind) {
      claim(left, leftDone, old.node);
      left.set(old.node, { ...place, entry: old });
      continue;
    }
    is.delete(old.name);
    if (sameEntry(old, now)) continue;
    claim(came, cameDone, now.node);
    if (now.kind === 'folder') {
      contents.push({ node: now.node, entry: now });
      leftDone.add(now.node);
      cameDone.add(now.node);
      deeper.push({ parent: now.node, depth: pair.depth + 1, before: old.content, after: now.content });
      const isSame = sameEntry({ ...old, content: now.content, bytes: now.bytes }, now);
      if (!isSame) came.set(now.node, { ...place, entry: now });
    } else came.set(now.node, { ...place, entry: now });
  }
  for (const now of is.values()) {
    claim(came, cameDone, now.node);
    came.set(now.node, { ...place, entry: now });
  }
  return deeper;
}

/** An identity has one place in a tree. Two, or a folder inside itself, would make entries that point at each other. */
function claim(side: ReadonlyMap<NodeId, Placed>, done: ReadonlySet<NodeId>, node: NodeId): void {
  if (side.has(node) || done.has(node))
    throw new Fault('pack-damaged', 'never', 'A stored tree cannot be read: a file or folder stands in it twice.');
}

/**
 * The next folders to open among those that left or came. One that did both is compared with itself; when its other side only shows up later, the
 * two listings have been opened apart, and what is equal in them cancels out at the end.
 */
function unpaired({ left, came, leftDone, cameDone }: Sides): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const node of new Set([...left.keys(), ...came.keys()])) {
    const was = leftDone.has(node) ? undefined : left.get(node);
    const is = cameDone.has(node) ? undefined : came.get(node);
    const depth = (is ?? was)?.depth ?? 0;
    const before = was?.entry.kind === 'folder' ? was.entry.content : undefined;
    const after = is?.entry.kind === 'folder' ? is.entry.content : undefined;
    if (before) leftDone.add(node);
    if (after) cameDone.add(node);
    if (before ?? after) pairs.push({ parent: node, depth: depth + 1, before, after });
  }
  return pairs;
}

async function toChanges(
  root: NodeNum,
  { left, came, contents }: Sides,
  numsOf: (nodes: readonly NodeId[]) => Promise<readonly NodeNum[]>,
): Promise<{ changes: readonly EntryChange[]; folders: readonly FolderContent[] }> {
  for (const [node, was] of left) {
    const is = came.get(node);
    if (is?.parent !== was.parent || is?.entry.name !== was.entry.name || !sameEntry(was.entry, is.entry)) continue;
    left.delete(node);
    came.delete(node);
  }
  const nodes = [
    ...new Set([
      ...left.keys(),
      ...came.keys(),
      ...contents.map(({ node }) => node),
      ...[...left.values(), ...came.values()].flatMap(({ parent }) => (parent ? [parent] : [])),
    ]),
  ];
  const nums = await numsOf(nodes);
  const numOf = new Map(nodes.map((node, i) => [node, nums[i] ?? 0]));
  const parentNum = (parent: NodeId | undefined): NodeNum => (parent === undefined ? root : (numOf.get(parent) ?? 0));
  const byDepth = (a: Placed, b: Placed): number => a.depth - b.depth;
  const removes = [...left.values()]
    .sort((a, b) => byDepth(b, a))
    .map(({ parent, entry }) => ({ kind: 'remove', parent: parentNum(parent), name: entry.name }) as const);
  const puts = [...came.values()].sort(byDepth).map(({ parent, entry }) => {
    const { kind, mode, mtimeNs, bytes, content, place, version } = entry;
    return {
      kind: 'put',
      parent: parentNum(parent),
      name: entry.name,
      num: numOf.get(entry.node) ?? 0,
      entry: { kind, mode, mtimeNs, bytes, content, place, version },
      look: undefined,
    } as const;
  });
  const folders = contents.map(({ node, entry }) => ({
    num: numOf.get(node) ?? 0,
    content: entry.content,
    bytes: entry.bytes,
  }));
  return { changes: [...removes, ...puts], folders };
}
