/**
 * Walks a tree with the disk threads: they list the folders they are given, this side decides which to enter. Parents come before children,
 * the frontier is a list (no stack grows with depth), and threads wait when the reader falls behind.
 */
import { joinPath, parsePathName, type PathName, type SpacePath } from '../../domain/path-name.ts';
import { Fault } from '../../domain/fault.ts';
import type { FolderListing, IsLeftOut, ListedEntry } from '../../ports/disk.ts';
import { unpackFault } from './disk-fault.ts';
import type { PackedFolder, PackedListings } from './disk-jobs.ts';
import type { DiskThreads } from './disk-threads.ts';
import { readRows } from './packed-rows.ts';

/** Folders in one job: enough that asking costs nothing beside listing. */
const foldersPerJob = 64;
/** Answers that may wait for the reader; each holds a few thousand entries. */
const answersWaitingMax = 4;

/** A listing together with the unfinished placements that lie in the folder. Rows become objects when somebody asks for them. */
export class SweptListing implements FolderListing {
  readonly path: SpacePath;
  readonly leftovers: readonly string[];
  readonly fingerprint: string | undefined;
  readonly count: number;
  /** Folders in it that are not left out. */
  readonly folders: readonly PathName[];
  readonly #read: () => Pick<FolderListing, 'entries' | 'problems'>;
  #found: Pick<FolderListing, 'entries' | 'problems'> | undefined;

  constructor(folder: PackedFolder, rows: ArrayBuffer, isLeftOut: IsLeftOut) {
    this.path = folder.path;
    this.leftovers = folder.leftovers;
    this.fingerprint = folder.fingerprint;
    this.count = folder.count;
    this.folders = foldersIn(folder, isLeftOut);
    this.#read = () => unpackFolder(folder, rows, isLeftOut);
  }

  get entries(): readonly ListedEntry[] {
    return (this.#found ??= this.#read()).entries;
  }

  get problems(): FolderListing['problems'] {
    return (this.#found ??= this.#read()).problems;
  }

  get isComplete(): boolean {
    return this.problems.length === 0;
  }
}

function foldersIn(folder: PackedFolder, isLeftOut: IsLeftOut): readonly PathName[] {
  const names: PathName[] = [];
  for (const text of folder.folders) {
    try {
      const name = parsePathName(text);
      if (!isLeftOut(joinPath(folder.path, name), true)) names.push(name);
    } catch (error) {
      // It is told among the listing's problems.
      if (!(error instanceof Fault)) throw error;
    }
  }
  return names;
}

function unpackFolder(
  folder: PackedFolder,
  rows: ArrayBuffer,
  isLeftOut: IsLeftOut,
): Pick<FolderListing, 'entries' | 'problems'> {
  const entries: ListedEntry[] = [];
  const problems: { path: SpacePath; fault: Fault }[] = [];
  for (const { path, fault } of folder.problems) {
    if (path === folder.path || !isLeftOut(path, false)) problems.push({ path, fault: unpackFault(fault) });
  }
  let row = -1;
  for (const { text, stat } of readRows(rows, folder.start, folder.end)) {
    row++;
    try {
      const name = parsePathName(text);
      if (isLeftOut(joinPath(folder.path, name), stat.kind === 'folder')) continue;
      const target = stat.kind === 'symlink' ? folder.targets.get(row) : undefined;
      entries.push(target === undefined ? { name, stat } : { name, stat, target });
    } catch (error) {
      // A name that this disk holds but Floe cannot: told, not dropped.
      if (!(error instanceof Fault)) throw error;
      problems.push({ path: folder.path, fault: error });
    }
  }
  return { entries, problems };
}

/** The listings of an answer, in order, without what is left out. */
export function unpackListings(packed: PackedListings, isLeftOut: IsLeftOut): SweptListing[] {
  return packed.folders.map((folder) => new SweptListing(folder, packed.rows, isLeftOut));
}

export async function* walkTree(
  threads: DiskThreads,
  root: string,
  from: SpacePath,
  isLeftOut: IsLeftOut,
  signal: AbortSignal,
): AsyncGenerator<readonly SweptListing[]> {
  const frontier: SpacePath[] = [from];
  const ready: (readonly SweptListing[])[] = [];
  let failure: { readonly error: unknown } | undefined;
  let underWay = 0;
  let wake = (): void => {};

  const take = (packed: PackedListings): void => {
    const listings = unpackListings(packed, isLeftOut);
    for (const path of packed.rest) frontier.push(path);
    for (const listing of listings) for (const name of listing.folders) frontier.push(joinPath(listing.path, name));
    ready.push(listings);
  };
  const ask = (paths: readonly SpacePath[]): void => {
    underWay++;
    threads
      .run({ kind: 'list', root, paths })
      .then(take)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        underWay--;
        wake();
      });
  };
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (frontier.length > 0 || underWay > 0 || ready.length > 0) {
      signal.throwIfAborted();
      if (failure !== undefined) throw failure.error;
      while (frontier.length > 0 && underWay < threads.slots && ready.length < answersWaitingMax) {
        const share = Math.ceil(frontier.length / (threads.slots - underWay));
        ask(frontier.splice(-Math.min(foldersPerJob, share)));
      }
      const listings = ready.shift();
      if (listings !== undefined) yield listings;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
