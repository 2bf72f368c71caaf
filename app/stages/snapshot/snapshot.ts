/**
 * Changed entries to a new tree: writes the listing of every folder that changed or holds one that did, deepest first, and gives the new root.
 * Listings are content like any file's; folders that did not change are not read.
 */
import { batchBytesMax } from '../../domain/limits.ts';
import { parseChunkId, type NodeId } from '../../domain/ids.ts';
import type { PathName } from '../../domain/path-name.ts';
import type { Content, TreeEntry } from '../../domain/space.ts';
import { chunkListToBytes, chunksInlineMax, listingToBytes } from '../../formats/listing.ts';
import type { Catalog, EntryChange, FolderContent, NodeNum } from '../../ports/catalog.ts';

/** Stores byte strings as content, in order. The engine gives it: chunked, named, sealed and packed like files. */
export type StoreContent = (parts: readonly Uint8Array[]) => Promise<readonly Content[]>;

export interface TreeInput {
  readonly root: NodeNum;
  readonly changes: readonly EntryChange[];
  /** Further folders whose listing must be written. */
  readonly stale?: readonly NodeNum[];
  /** Whether the catalog knows a folder of `changes` to hold nothing. */
  readonly isNew: (num: NodeNum) => boolean;
  /** Where a folder lies: its parent and depth; for folders of the space that still have a place. */
  readonly parentOf: (num: NodeNum) => NodeNum | undefined;
  readonly nodeOf: (num: NodeNum) => NodeId | undefined;
}

export interface Tree {
  readonly root: Content;
  readonly rootBytes: number;
  /** New listings of the changed folders, the root's among them. */
  readonly folders: readonly FolderContent[];
}

/** What a folder will hold, by name: `undefined` marks a name that leaves. */
type Overlay = Map<PathName, Pending | undefined>;

type Pending = { readonly num: NodeNum } & Extract<EntryChange, { kind: 'put' }>['entry'];

/** Lists of chunks that are too long for a listing become content of their own. */
export async function foldContent(chunks: Content['chunks'], store: StoreContent): Promise<Content> {
  let content: Content = { depth: 0, chunks };
  while (content.chunks.length > chunksInlineMax) {
    const [list] = await store([chunkListToBytes(content.chunks)]);
    if (list === undefined || list.depth !== 0) throw new Error('a stored list has plain content');
    content = { depth: content.depth + 1, chunks: list.chunks };
  }
  return content;
}

function overlays(changes: readonly EntryChange[]): Map<NodeNum, Overlay> {
  const folders = new Map<NodeNum, Overlay>();
  for (const change of changes) {
    const overlay: Overlay = folders.get(change.parent) ?? new Map<PathName, Pending | undefined>();
    overlay.set(change.name, change.kind === 'put' ? { num: change.num, ...change.entry } : undefined);
    folders.set(change.parent, overlay);
    // A new folder needs a listing even when nothing is in it.
    if (change.kind === 'put' && change.entry.kind === 'folder' && change.entry.content.chunks.length === 0) {
      folders.set(change.num, folders.get(change.num) ?? new Map<PathName, Pending | undefined>());
    }
  }
  return folders;
}

export async function buildTree(
  input: TreeInput,
  ports: { readonly catalog: Catalog; readonly store: StoreContent },
): Promise<Tree> {
  const changed = overlays(input.changes);
  for (const num of input.stale ?? []) if (!changed.has(num)) changed.set(num, new Map());
  const depths = depthsOf(changed.keys(), input);
  const contents = new Map<NodeNum, FolderContent>();
  const levels = [...new Set(depths.values())].sort((a, b) => b - a);
  for (const level of levels) {
    const nums = [...depths].filter(([, depth]) => depth === level).map(([num]) => num);
    await writeLevel(nums, changed, contents, input, ports);
  }
  const root = contents.get(input.root);
  if (!root) throw new Error('a tree has a root');
  return { root: root.content, rootBytes: root.bytes, folders: [...contents.values()] };
}

/** The changed folders and all above them, with their depth. A folder that lost its place needs no listing. */
function depthsOf(changed: Iterable<NodeNum>, input: TreeInput): Map<NodeNum, number> {
  const depths = new Map<NodeNum, number>([[input.root, 0]]);
  for (const start of changed) {
    const path: NodeNum[] = [];
    let at: NodeNum | undefined = start;
    while (at !== undefined && !depths.has(at)) {
      path.push(at);
      at = input.parentOf(at);
    }
    if (at === undefined) continue;
    let depth = depths.get(at) ?? 0;
    for (const num of path.reverse()) depths.set(num, ++depth);
  }
  return depths;
}

async function writeLevel(
  nums: readonly NodeNum[],
  changed: ReadonlyMap<NodeNum, Overlay>,
  contents: Map<NodeNum, FolderContent>,
  input: TreeInput,
  ports: { readonly catalog: Catalog; readonly store: StoreContent },
): Promise<void> {
  let group: { num: NodeNum; bytes: Uint8Array }[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const stored = await ports.store(group.map((folder) => folder.bytes));
    for (const [i, folder] of group.entries()) {
      const content = await foldContent(stored[i]?.chunks ?? [], ports.store);
      contents.set(folder.num, { num: folder.num, content, bytes: folder.bytes.length });
    }
    group = [];
    bytes = 0;
  };
  const step = 1000;
  for (let at = 0; at < nums.length; at += step) {
    const some = nums.slice(at, at + step);
    const known = some.filter((num) => !input.isNew(num));
    const children = known.length > 0 ? await ports.catalog.children(known) : [];
    const childrenOf = new Map(known.map((num, i) => [num, children[i] ?? []]));
    for (const num of some) {
      const listing = listingToBytes(entriesOf(childrenOf.get(num) ?? [], changed.get(num), contents, input));
      group.push({ num, bytes: listing });
      bytes += listing.length;
      if (bytes >= batchBytesMax) await flush();
    }
  }
  if (group.length > 0) await flush();
}

type Row = Awaited<ReturnType<Catalog['children']>>[number][number];

function entriesOf(
  rows: readonly Row[],
  overlay: Overlay | undefined,
  contents: ReadonlyMap<NodeNum, FolderContent>,
  input: TreeInput,
): readonly TreeEntry[] {
  const entries = new Map<PathName, TreeEntry>();
  const put = (name: PathName, node: NodeId, entry: Omit<Pending, 'num'>, num: NodeNum): void => {
    const listing = entry.kind === 'folder' ? contents.get(num) : undefined;
    const { kind, mode, mtimeNs, place, version } = entry;
    entries.set(name, {
      name,
      node,
      kind,
      mode,
      mtimeNs,
      bytes: listing?.bytes ?? entry.bytes,
      content: listing?.content ?? entry.content,
      place,
      version,
    });
  };
  for (const row of rows) if (!overlay?.has(row.name)) put(row.name, row.node, row, row.num);
  for (const [name, pending] of overlay ?? []) {
    if (pending === undefined) continue;
    const node = input.nodeOf(pending.num);
    if (node === undefined) throw new Error('every placed entry has an identity');
    put(name, node, pending, pending.num);
  }
  return [...entries.values()];
}

/** The ids of a stored byte string's chunks as content without nesting. */
export function plainContent(chunks: readonly { readonly id: string }[]): Content {
  return { depth: 0, chunks: chunks.map((chunk) => parseChunkId(chunk.id)) };
}
