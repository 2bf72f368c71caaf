/**
 * A snapshot's tree as its packs hold it, listing by listing and only those that are asked for; answers the questions that the catalog answers for its own
 * line. Listings that were read stay in memory, up to a bound. Every one is verified against its id.
 */
import { joinPath, pathNames, type PathName, type SpacePath } from '../domain/path-name.ts';
import type { Content, TreeEntry, Version } from '../domain/space.ts';
import { listingFromBytes } from '../formats/listing.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { ChunkReader } from '../restore/content/content.ts';
import { listingBytesMax } from '../restore/rebuild/rebuild.ts';

/** A tree at a moment, wherever it is read from. Space and sequence say nothing to a stored one: it is of one moment. */
export type MomentTree = Pick<Catalog, 'listAt' | 'entryAtSequence' | 'treeAt'>;

type Listing = ReadonlyMap<PathName, TreeEntry>;

/** Entries of listings that are kept in memory: some tens of megabytes. */
const entriesKept = 100_000;

export function openStoredTree(root: Content, reader: ChunkReader, signal: AbortSignal): MomentTree {
  const kept = new Map<string, Listing>();
  let entries = 0;

  async function listing(content: Content): Promise<Listing> {
    const key = content.chunks.join();
    const known = kept.get(key);
    if (known !== undefined) return known;
    const read = listingFromBytes(await reader.bytes(content, listingBytesMax, signal));
    const made = new Map(read.map((entry) => [entry.name, entry]));
    for (const [oldest, { size }] of kept) {
      if (entries + made.size <= entriesKept) break;
      kept.delete(oldest);
      entries -= size;
    }
    kept.set(key, made);
    entries += made.size;
    return made;
  }

  async function find(path: SpacePath): Promise<TreeEntry | undefined> {
    let folder: Content | undefined = root;
    let found: TreeEntry | undefined;
    for (const name of pathNames(path)) {
      found = folder && (await listing(folder)).get(name);
      folder = found?.kind === 'folder' ? found.content : undefined;
    }
    return found;
  }

  async function folderAt(path: SpacePath): Promise<Content | undefined> {
    if (path === '') return root;
    const found = await find(path);
    return found?.kind === 'folder' ? found.content : undefined;
  }

  /** Everything below a folder behind the place `after`, parents before children, in the order of names. */
  async function* below(folder: Content, path: SpacePath, after: readonly PathName[]): AsyncGenerator<Version> {
    const [passed, ...inside] = after;
    let isBehind = passed === undefined;
    for (const entry of (await listing(folder)).values()) {
      const place = joinPath(path, entry.name);
      if (isBehind) yield versionAt(entry, place);
      const isPassed = entry.name === passed;
      if (entry.kind === 'folder' && (isBehind || isPassed)) yield* below(entry.content, place, isBehind ? [] : inside);
      isBehind ||= isPassed;
    }
  }

  return {
    async listAt(_space, path) {
      const folder = await folderAt(path);
      if (folder === undefined) return undefined;
      return Array.from((await listing(folder)).values(), (entry) => versionAt(entry, joinPath(path, entry.name)));
    },
    async entryAtSequence(_space, path) {
      const found = await find(path);
      return found && versionAt(found, path);
    },
    async treeAt(_space, path, _sequence, after, limit) {
      const folder = await folderAt(path);
      const found: Version[] = [];
      if (folder === undefined) return found;
      const behind = after === undefined ? [] : pathNames(after).slice(pathNames(path).length);
      for await (const version of below(folder, path, behind)) {
        found.push(version);
        if (found.length >= limit) break;
      }
      return found;
    },
  };
}

/** It came with the later of its two dots. */
function versionAt(entry: TreeEntry, path: SpacePath): Version {
  return { ...entry, path, since: Math.max(entry.place.sequence, entry.version.sequence), until: undefined };
}
