/**
 * What differs between the catalog's entries and another device's tree. Folders whose listings are equal are not read; a folder that lies elsewhere on the
 * other side is compared with itself, so a moved one is a single difference. Listings and entries are read many at a time.
 */
import { sameDot } from '../domain/dot.ts';
import { Fault } from '../domain/fault.ts';
import type { NodeId } from '../domain/ids.ts';
import { isSameContent, type NodeState } from '../domain/node-state.ts';
import type { Content, TreeEntry } from '../domain/space.ts';
import { contentToBytes, listingFromBytes } from '../formats/listing.ts';
import { sameBytes } from '../domain/bytes.ts';
import type { Catalog, EntryRow, NodeNum, SpaceRow } from '../ports/catalog.ts';
import type { ChunkReader } from '../restore/content/content.ts';
import { listingBytesMax } from '../restore/rebuild/rebuild.ts';
import type { Difference } from '../stages/merge/merge.ts';
import { stateOf, type TreeWindow } from './tree-window.ts';

export interface Listed {
  readonly content: Content;
  readonly bytes: number;
}

export interface TreeDifference {
  readonly differences: ReadonlyMap<NodeId, Difference>;
  /** Every folder of the other tree that was looked at, with its listing. */
  readonly listings: ReadonlyMap<NodeId, Listed>;
}

interface Pair {
  readonly node: NodeId;
  readonly num: NodeNum | undefined;
  readonly listed: Listed | undefined;
}

/** Folders read at a time. */
const pairsMax = 256;
/** Bytes of listings read at a time; one larger listing is read alone. */
const listingsBytes = 16 * 1024 * 1024;

const noContent: Content = { depth: 0, chunks: [] };

function stateFrom(entry: TreeEntry, parent: NodeId): NodeState {
  const { node, name, place, kind, mode, mtimeNs, version } = entry;
  const isFolder = kind === 'folder';
  const held = { bytes: isFolder ? 0 : entry.bytes, content: isFolder ? noContent : entry.content };
  return { node, parent, name, place, kind, mode, mtimeNs, ...held, version };
}

function isSameState(a: NodeState, b: NodeState): boolean {
  return (
    a.parent === b.parent &&
    a.name === b.name &&
    a.mode === b.mode &&
    a.mtimeNs === b.mtimeNs &&
    sameDot(a.place, b.place) &&
    sameDot(a.version, b.version) &&
    isSameContent(a, b)
  );
}

class Comparison {
  readonly mine = new Map<NodeId, NodeState>();
  readonly theirs = new Map<NodeId, NodeState>();
  readonly listings = new Map<NodeId, Listed>();
  /** Where each side's folders lie that were met and not opened. */
  readonly #ourFolders = new Map<NodeId, NodeNum>();
  readonly #theirFolders = new Map<NodeId, Listed>();
  readonly #theirsMet = new Set<NodeId>();
  readonly #root: NodeId;

  constructor(root: NodeId) {
    this.#root = root;
  }

  /** Folders of both sides that must be opened together. */
  compare(folder: NodeId, rows: readonly EntryRow[], entries: readonly TreeEntry[]): readonly Pair[] {
    const pairs: Pair[] = [];
    const ours = new Map(rows.map((row) => [row.name, row]));
    for (const entry of entries) {
      this.#meet(entry.node);
      const row = ours.get(entry.name);
      const theirs = stateFrom(entry, folder);
      const isPair = row?.node === entry.node && row.kind === entry.kind;
      if (!isPair) {
        this.theirs.set(entry.node, theirs);
        if (entry.kind === 'folder') this.#theirFolders.set(entry.node, entry);
        continue;
      }
      ours.delete(entry.name);
      const mine = stateOf(row, folder);
      if (!isSameState(mine, theirs)) {
        this.mine.set(row.node, mine);
        this.theirs.set(row.node, theirs);
      }
      if (row.kind === 'folder' && !isSameListing(row.content, entry.content))
        pairs.push({ node: row.node, num: row.num, listed: entry });
    }
    for (const row of ours.values()) {
      this.mine.set(row.node, stateOf(row, folder));
      if (row.kind === 'folder') this.#ourFolders.set(row.node, row.num);
    }
    return pairs;
  }

  #meet(node: NodeId): void {
    if (node === this.#root || this.#theirsMet.has(node))
      throw new Fault('pack-damaged', 'never', 'The tree of another device holds a file or folder twice.');
    this.#theirsMet.add(node);
  }

  /** Folders that only their side has here: ours may have them elsewhere. */
  takeTheirFolders(): readonly (readonly [NodeId, Listed])[] {
    const all = [...this.#theirFolders];
    this.#theirFolders.clear();
    return all;
  }

  /** Folders that nobody else was found to have: all in them is ours alone. */
  takeOurFolders(): readonly (readonly [NodeId, NodeNum])[] {
    const all = [...this.#ourFolders];
    this.#ourFolders.clear();
    return all;
  }

  pairedElsewhere(row: EntryRow, parent: NodeId): void {
    this.#ourFolders.delete(row.node);
    this.mine.set(row.node, stateOf(row, parent));
  }

  result(): TreeDifference {
    const differences = new Map<NodeId, Difference>();
    for (const node of new Set([...this.mine.keys(), ...this.theirs.keys()])) {
      const mine = this.mine.get(node);
      const theirs = this.theirs.get(node);
      if (mine && theirs && isSameState(mine, theirs)) continue;
      differences.set(node, { mine, theirs });
    }
    return { differences, listings: this.listings };
  }
}

/** An empty content is no listing: the folder is stale, and is looked into. */
const isSameListing = (a: Content, b: Content): boolean =>
  a.chunks.length > 0 && sameBytes(contentToBytes(a), contentToBytes(b));

export async function differenceOf(
  row: Pick<SpaceRow, 'num' | 'root' | 'rootNode'>,
  theirs: Listed,
  window: Pick<TreeWindow, 'take'>,
  ports: { readonly catalog: Pick<Catalog, 'children' | 'entriesOf'>; readonly reader: Pick<ChunkReader, 'many'> },
  signal: AbortSignal,
): Promise<TreeDifference> {
  const comparison = new Comparison(row.rootNode);
  /** Folders of ours that were compared with theirs, wherever those lay. */
  const opened = new Set<NodeId>();
  let pairs: readonly Pair[] = [{ node: row.rootNode, num: row.root, listed: theirs }];
  while (pairs.length > 0) {
    const next: Pair[] = [];
    for (let at = 0; at < pairs.length; at += pairsMax) {
      signal.throwIfAborted();
      const some = pairs.slice(at, at + pairsMax);
      const [children, listings] = await Promise.all([
        ports.catalog.children(some.map(({ num }) => num ?? 0)),
        readListings(some, ports.reader, signal),
      ]);
      for (const [i, { node, num, listed }] of some.entries()) {
        const rows = num === undefined ? [] : (children[i] ?? []);
        if (num !== undefined) window.take(node, rows);
        if (num !== undefined) opened.add(node);
        if (listed) comparison.listings.set(node, listed);
        next.push(...comparison.compare(node, rows, listings[i] ?? []));
      }
    }
    pairs = next.length > 0 ? next : await furtherPairs(row, comparison, opened, ports.catalog);
  }
  return comparison.result();
}

/** First what is theirs, beside what we have of it; only when there is no more of that, what is ours alone. */
async function furtherPairs(
  { num: space }: Pick<SpaceRow, 'num'>,
  comparison: Comparison,
  opened: Set<NodeId>,
  catalog: Pick<Catalog, 'entriesOf'>,
): Promise<readonly Pair[]> {
  for (let folders = comparison.takeTheirFolders(); folders.length > 0; folders = comparison.takeTheirFolders()) {
    const rows = await catalog.entriesOf(
      space,
      folders.map(([node]) => node),
    );
    const pairs = folders.flatMap(([node, listed], i): readonly Pair[] => {
      const row = rows[i];
      if (row?.kind !== 'folder' || opened.has(node)) return [{ node, num: undefined, listed }];
      comparison.pairedElsewhere(row, row.parentNode);
      if (!isSameListing(row.content, listed.content)) return [{ node, num: row.num, listed }];
      // Done, wherever it is met on our side later: what is in it is not ours alone.
      opened.add(node);
      return [];
    });
    if (pairs.length > 0) return pairs;
  }
  return comparison
    .takeOurFolders()
    .filter(([node]) => !opened.has(node))
    .map(([node, num]) => ({ node, num, listed: undefined }));
}

/** Listings of many folders in few reads. */
async function readListings(
  pairs: readonly Pair[],
  reader: Pick<ChunkReader, 'many'>,
  signal: AbortSignal,
): Promise<readonly (readonly TreeEntry[])[]> {
  const found: (readonly TreeEntry[])[] = [];
  for (let at = 0; at < pairs.length;) {
    let bytes = 0;
    let end = at;
    while (end < pairs.length && (end === at || bytes + (pairs[end]?.listed?.bytes ?? 0) <= listingsBytes))
      bytes += pairs[end++]?.listed?.bytes ?? 0;
    const group = pairs.slice(at, end);
    // One that claims to be small and is not is refused by itself.
    const contents = await reader.many(
      group.map(({ listed }) => listed?.content ?? noContent),
      listingBytesMax,
      signal,
    );
    found.push(...group.map(({ listed }, i) => (listed ? listingFromBytes(contents[i] ?? new Uint8Array()) : [])));
    at = end;
  }
  return found;
}
