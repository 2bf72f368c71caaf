/**
 * Walks a tree with the disk threads: they list the folders they are given, this side decides which to enter. Parents come before children,
 * the frontier is a list (no stack grows with depth), and threads wait when the reader falls behind.
 */
import { joinPath, parsePathName, type SpacePath } from '../../domain/path-name.ts';
import { Fault } from '../../domain/fault.ts';
import type { FolderListing, IsLeftOut, ListedEntry } from '../../ports/disk.ts';
import { unpackFault } from './disk-fault.ts';
import { columns, type PackedFolder, type PackedListings } from './disk-jobs.ts';
import type { DiskThreads } from './disk-threads.ts';
import { kinds } from './list-folders.ts';

/** Folders in one job: enough that asking costs nothing beside listing. */
const foldersPerJob = 64;
/** Answers that may wait for the reader; each holds a few thousand entries. */
const answersWaitingMax = 4;

/** A listing together with the unfinished placements that lie in the folder. */
export interface SweptListing extends FolderListing {
  readonly leftovers: readonly string[];
}

function unpackFolder(
  folder: PackedFolder,
  names: readonly string[],
  from: number,
  packed: PackedListings,
  isLeftOut: IsLeftOut,
): SweptListing {
  const entries: ListedEntry[] = [];
  const problems: { path: SpacePath; fault: Fault }[] = [];
  for (const { path, fault } of folder.problems) {
    if (path === folder.path || !isLeftOut(path, false)) problems.push({ path, fault: unpackFault(fault) });
  }
  const { numbers, bigs } = packed;
  for (let row = 0; row < folder.count; row++) {
    const at = (from + row) * columns;
    const text = names[from + row] ?? '';
    const kind = kinds[numbers[at] ?? 3] ?? 'other';
    try {
      const name = parsePathName(text);
      if (isLeftOut(joinPath(folder.path, name), kind === 'folder')) continue;
      const stat = {
        kind,
        bytes: numbers[at + 1] ?? 0,
        mtimeNs: bigs[at] ?? 0n,
        ctimeNs: bigs[at + 1] ?? 0n,
        mode: numbers[at + 2] ?? 0,
        device: bigs[at + 2] ?? 0n,
        inode: bigs[at + 3] ?? 0n,
        links: numbers[at + 3] ?? 1,
      };
      const target = kind === 'symlink' ? folder.targets.get(row) : undefined;
      entries.push(target === undefined ? { name, stat } : { name, stat, target });
    } catch (error) {
      // A name that this disk holds but Floe cannot: told, not dropped.
      if (!(error instanceof Fault)) throw error;
      problems.push({ path: folder.path, fault: error });
    }
  }
  return { path: folder.path, entries, problems, isComplete: problems.length === 0, leftovers: folder.leftovers };
}

/** The listings of an answer, in order, without what is left out. */
export function unpackListings(packed: PackedListings, isLeftOut: IsLeftOut): SweptListing[] {
  const names = packed.names.split('/');
  let from = 0;
  return packed.folders.map((folder) => {
    const listing = unpackFolder(folder, names, from, packed, isLeftOut);
    from += folder.count;
    return listing;
  });
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
    for (const listing of listings) {
      for (const { name, stat } of listing.entries)
        if (stat.kind === 'folder') frontier.push(joinPath(listing.path, name));
    }
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
