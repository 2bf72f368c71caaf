/** One folder's listing against the catalog's children of it: what is unchanged, what needs a look inside, what is new, what is missing. */
import { Fault } from '../../domain/fault.ts';
import type { NodeId } from '../../domain/ids.ts';
import { joinPath, markerName, parkedFolder, type PathName, type SpacePath } from '../../domain/path-name.ts';
import type { EntryRow, Look, NodeNum } from '../../ports/catalog.ts';
import type { DiskNature, FileStat, FolderListing, IsLeftOut, ListedEntry } from '../../ports/disk.ts';
import type { Clash, ContentJob, Placed } from './scan.ts';

/** An entry with no counterpart in the catalog at its place. */
export interface Newcomer {
  readonly parent: NodeNum;
  readonly path: SpacePath;
  readonly entry: ListedEntry;
  /** Of another kind; one of those in `replaced`. */
  readonly replaces?: EntryRow;
}

export interface Findings {
  jobs: ContentJob[];
  placed: Placed[];
  missing: EntryRow[];
  /** Those of `missing` whose place something of another kind has taken: they cannot stay, whatever the space's mode. */
  replaced: Set<NodeNum>;
  looks: { parent: NodeNum; name: PathName; look: Look }[];
  clashes: Clash[];
  problems: { path: SpacePath; fault: Fault }[];
  special: number;
  seen: number;
}

/** Who has which identity now. Each is given once: to what is found at its old place, or to what was found elsewhere with its inode before. */
export interface Identities {
  isTaken(num: NodeNum): boolean;
  /** The entry at `path` keeps the identity that it had there. */
  keep(row: EntryRow, path: SpacePath, parent: NodeNum): void;
}

/** The names that Floe keeps for itself: temporary files and markers. */
export const reservedPrefix = '.floe-';

/** Those that are not a user's by mistake: the mark, also in a copy of a space's folder, and what waits to be put back. */
const ownNames: ReadonlySet<string> = new Set([markerName, parkedFolder]);

const isOurs = (): Fault =>
  new Fault(
    'name-unsafe',
    'after-user',
    `Names that begin with ${reservedPrefix} are Floe's own and are not kept. Give it another name.`,
  );

export function lookOf(stat: FileStat): Look {
  return { device: stat.device, inode: stat.inode, bytes: stat.bytes, mtimeNs: stat.mtimeNs, ctimeNs: stat.ctimeNs };
}

/** Modes of what came to a disk that keeps none. */
const usualMode = { file: 0o644, folder: 0o755, symlink: 0o777, other: 0o644 } as const;

/** A stat with the mode that the entry has: its own where the disk keeps modes, else the one that it had or a usual one. */
export function shownStat(
  stat: FileStat,
  before: EntryRow | undefined,
  { keepsModes }: Pick<DiskNature, 'keepsModes'>,
): FileStat {
  return keepsModes ? stat : { ...stat, mode: before?.mode ?? usualMode[stat.kind] };
}

/** The entries of a folder by the name that the disk may list them under. */
function rowsByName(
  children: readonly EntryRow[],
  { foldsForms }: Pick<DiskNature, 'foldsForms'>,
): { take(name: PathName): EntryRow | undefined; readonly rest: () => Iterable<EntryRow> } {
  const keyOf = (name: PathName): string => (foldsForms ? name.normalize('NFC') : name);
  const rows = new Map<string, EntryRow>();
  // Of two forms of one name, the one that is on this disk is what the disk lists.
  for (const row of children) if (row.look !== undefined || !rows.has(keyOf(row.name))) rows.set(keyOf(row.name), row);
  return {
    take(name) {
      const row = rows.get(keyOf(name));
      rows.delete(keyOf(name));
      return row;
    },
    rest: () => rows.values(),
  };
}

function isSameLook(look: Look | undefined, stat: FileStat): boolean {
  return (
    look !== undefined &&
    look.mtimeNs === stat.mtimeNs &&
    look.ctimeNs === stat.ctimeNs &&
    look.bytes === stat.bytes &&
    look.inode === stat.inode &&
    look.device === stat.device
  );
}

export interface CompareInput {
  readonly isLeftOut: IsLeftOut;
  readonly parked: ReadonlySet<NodeId>;
  readonly nature: Pick<DiskNature, 'foldsForms' | 'keepsModes'>;
}

/** Adds to `found`; returns the newcomers, whose identity needs more than this folder to tell. */
export function compareFolder(
  { isLeftOut, parked, nature }: CompareInput,
  listing: FolderListing,
  parent: NodeNum,
  children: readonly EntryRow[],
  found: Findings,
  identities: Identities,
): readonly Newcomer[] {
  const rows = rowsByName(children, nature);
  const newcomers: Newcomer[] = [];
  found.problems.push(...listing.problems);
  for (const entry of listing.entries) {
    if (entry.name.startsWith(reservedPrefix)) {
      if (!ownNames.has(entry.name)) found.problems.push({ path: joinPath(listing.path, entry.name), fault: isOurs() });
      continue;
    }
    found.seen++;
    if (entry.stat.kind === 'other') {
      found.special++;
      continue;
    }
    const path = joinPath(listing.path, entry.name);
    const row = rows.take(entry.name);
    const stat = shownStat(entry.stat, row, nature);
    if (row === undefined) newcomers.push({ parent, path, entry });
    else if (row.look === undefined && row.kind !== entry.stat.kind) {
      // What the space has here never was on this disk: neither replaces the other.
      found.clashes.push({ path, stat: entry.stat });
    } else if (row.kind !== entry.stat.kind) {
      found.missing.push(row);
      found.replaced.add(row.num);
      newcomers.push({ parent, path, entry, replaces: row });
    } else if (identities.isTaken(row.num)) {
      // What was here was met elsewhere already: this is something new under its old name.
      found.missing.push(row);
      newcomers.push({ parent, path, entry });
    } else if (row.kind === 'folder') {
      identities.keep(row, path, parent);
      compareOneFolder(row, stat, path, parent, found);
    } else if (!isSameLook(row.look, entry.stat)) {
      identities.keep(row, path, parent);
      found.jobs.push({
        path,
        parent,
        name: row.name,
        num: row.num,
        stat,
        target: entry.target,
        before: row,
      });
    }
  }
  if (listing.isComplete) {
    for (const row of rows.rest()) {
      // Never seen here (not fetched yet): nothing that is missing was deleted.
      const wasHere = row.look !== undefined;
      if (wasHere && !parked.has(row.node) && !isLeftOut(joinPath(listing.path, row.name), row.kind === 'folder'))
        found.missing.push(row);
    }
  }
  return newcomers;
}

/** A folder's time is not a change; its permissions are. */
function compareOneFolder(row: EntryRow, stat: FileStat, path: SpacePath, parent: NodeNum, found: Findings): void {
  const { name, num, mode, look } = row;
  if (mode !== stat.mode) found.placed.push({ path, parent, name, num, stat, from: row });
  else if (look?.inode !== stat.inode || look.device !== stat.device)
    found.looks.push({ parent, name, look: lookOf(stat) });
}
