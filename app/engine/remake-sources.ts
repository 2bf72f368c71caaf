/**
 * Where chunks of a lost pack are found again on this computer: records of snapshots that the catalog keeps, listings written anew from its entries, files
 * and links as they stand on the disk. Everything is cut and named as it was the first time, so a chunk is taken only when its keyed id is the one that
 * is wanted; what changed since gives other ids and is passed over. `sink` seals only what is wanted.
 */
import { toHex } from '../domain/bytes.ts';
import { Fault, orFault } from '../domain/fault.ts';
import type { ChunkId } from '../domain/ids.ts';
import { batchBytesMax } from '../domain/limits.ts';
import { joinPath, nameBytesFromText, pathNames, type SpacePath } from '../domain/path-name.ts';
import type { Content, TreeEntry, Version } from '../domain/space.ts';
import { listingToBytes } from '../formats/listing.ts';
import type { EntryRow, NodeNum } from '../ports/catalog.ts';
import type { FileStat } from '../ports/disk.ts';
import { chunkFiles } from '../stages/chunk/chunk.ts';
import { foldContent } from '../stages/snapshot/snapshot.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import type { Intake } from './intake.ts';
import { keptSnapshot } from '../restore/rebuild/rebuild.ts';

export interface Search {
  readonly space: OpenSpace;
  /** What is still to be found; shrinks as it is packed. */
  readonly wanted: ReadonlySet<ChunkId>;
  readonly sink: Intake;
}

/** Entries in one question to the catalog. */
const pageEntries = 2_000;

const mayHold = ({ wanted }: Search, { depth, chunks }: Content): boolean =>
  depth > 0 || chunks.some((id) => wanted.has(id));

/** Records of snapshots, byte for byte as they were stored. */
export async function findSnapshots(core: EngineCore, search: Search): Promise<void> {
  const { row, keys } = search.space;
  for (const { snapshot } of await core.catalog.snapshots(row.num)) {
    if (!search.wanted.has(snapshot)) continue;
    const bytes = await keptSnapshot(core.catalog, snapshot);
    if (bytes === undefined || toHex(core.crypto.hmac(keys.chunkId, bytes)) !== snapshot) continue;
    await search.sink.storeWhole(bytes, snapshot, 'snapshot');
  }
  await search.sink.sealed();
}

/** Listings of the folders as they are now. */
export async function findListings(core: EngineCore, search: Search, signal: AbortSignal): Promise<void> {
  const { row } = search.space;
  const root = (await core.catalog.snapshots(row.num)).find(({ sequence }) => sequence === row.sequence)?.root;
  let level: { readonly num: NodeNum; readonly content: Content }[] = root ? [{ num: row.root, content: root }] : [];
  while (level.length > 0) {
    const next: typeof level = [];
    for (let at = 0; at < level.length; at += pageEntries) {
      signal.throwIfAborted();
      const folders = level.slice(at, at + pageEntries);
      const children = await core.catalog.children(folders.map(({ num }) => num));
      await storeListings(
        search,
        children.filter((_, i) => mayHold(search, folders[i]?.content ?? { depth: 0, chunks: [] })),
      );
      for (const { kind, num, content } of children.flat()) if (kind === 'folder') next.push({ num, content });
    }
    level = next;
  }
  await search.sink.sealed();
}

async function storeListings({ sink }: Search, folders: readonly (readonly EntryRow[])[]): Promise<void> {
  let group: Uint8Array[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    for (const { chunks } of await sink.store(group)) await foldContent(chunks, sink.store);
    group = [];
    bytes = 0;
  };
  for (const entries of folders) {
    const listing = listingToBytes(entries);
    group.push(listing);
    bytes += listing.length;
    if (bytes >= batchBytesMax) await flush();
  }
  if (group.length > 0) await flush();
}

/** Listings of snapshots of the past, first those whose rounds made the packs, as long as any are wanted. */
export async function findOldListings(
  core: EngineCore,
  search: Search,
  rounds: ReadonlySet<number | undefined>,
  hasMore: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { num } = search.space.row;
  const sequences = (await core.catalog.snapshots(num)).map(({ sequence }) => sequence).reverse();
  const first = sequences.filter((sequence) => rounds.has(sequence));
  for (const sequence of [...first, ...sequences.filter((other) => !rounds.has(other))]) {
    if (!hasMore()) return;
    await oldListing(core, search, sequence, '', signal);
    await search.sink.sealed();
  }
}

/** A folder as of a snapshot: what is below it first, since a listing names the contents of its folders' listings. */
async function oldListing(
  core: EngineCore,
  search: Search,
  sequence: number,
  path: SpacePath,
  signal: AbortSignal,
): Promise<{ readonly content: Content; readonly bytes: number }> {
  signal.throwIfAborted();
  const entries: TreeEntry[] = [];
  for (const version of (await core.catalog.listAt(search.space.row.num, path, sequence)) ?? [])
    entries.push(
      version.kind === 'folder'
        ? { ...version, ...(await oldListing(core, search, sequence, joinPath(path, version.name), signal)) }
        : version,
    );
  const bytes = listingToBytes(entries);
  const [stored] = await search.sink.store([bytes]);
  return { content: await foldContent(stored?.chunks ?? [], search.sink.store), bytes: bytes.length };
}

interface Candidate {
  readonly path: SpacePath;
  readonly stat: FileStat;
}

/** Files and links on this disk whose newest version holds wanted chunks. Those that cannot be read, or are not there, give nothing. */
export async function findInFiles(
  core: EngineCore,
  search: Search,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const links: Version[] = [];
  const groups = candidates(core, search, folder, links, signal);
  for await (const batch of chunkFiles(groups, { disk: core.disk, root: folder, sink: search.sink }, signal))
    // A file that could not be read gives nothing, and what it held stays wanted.
    for (const { result } of batch) if ('chunks' in result) await foldContent(result.chunks, search.sink.store);
  for (const { path, name } of links) {
    const above = pathNames(path).slice(0, -1).join('/');
    const listing = await orFault(() => core.disk.list(folder, above), signal);
    if (listing instanceof Fault) continue;
    const target = listing.entries.find((entry) => entry.name === name)?.target;
    if (target !== undefined) await search.sink.store([nameBytesFromText(target)]);
  }
  await search.sink.sealed();
}

async function* candidates(
  core: EngineCore,
  search: Search,
  folder: string,
  links: Version[],
  signal: AbortSignal,
): AsyncGenerator<readonly Candidate[]> {
  const { num, sequence } = search.space.row;
  for (let after: SpacePath | undefined; ;) {
    signal.throwIfAborted();
    const page: readonly Version[] = await core.catalog.treeAt(num, '', sequence, after, pageEntries);
    if (page.length === 0) return;
    after = page.at(-1)?.path;
    const found: Candidate[] = [];
    for (const version of page) {
      if (version.kind === 'folder' || !mayHold(search, version.content)) continue;
      if (version.kind === 'symlink') links.push(version);
      else {
        // Where the disk cannot say, the chunk is simply not found there.
        const stat = await orFault(() => core.disk.look(folder, version.path), signal);
        if (!(stat instanceof Fault) && stat?.kind === 'file') found.push({ path: version.path, stat });
      }
    }
    yield found;
  }
}
