/** One folder's listing against the catalog's children of it: what is unchanged, what needs a look inside, what is new, what is missing. */
import type { Fault } from '../../domain/fault.ts';
import type { NodeId } from '../../domain/ids.ts';
import { joinPath, type PathName, type SpacePath } from '../../domain/path-name.ts';
import type { EntryRow, Look, NodeNum } from '../../ports/catalog.ts';
import type { FileStat, FolderListing, IsLeftOut, ListedEntry } from '../../ports/disk.ts';
import type { Clash, ContentJob, Placed } from './scan.ts';

/** An entry with no counterpart in the catalog at its place. */
export interface Newcomer {
  readonly parent: NodeNum;
  readonly path: SpacePath;
  readonly entry: ListedEntry;
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

export function lookOf(stat: FileStat): Look {
  return { device: stat.device, inode: stat.inode, bytes: stat.bytes, mtimeNs: stat.mtimeNs, ctimeNs: stat.ctimeNs };
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

/** Adds to `found`; returns the newcomers, whose identity needs more than this folder to tell. */
export function compareFolder(
  { isLeftOut, parked }: { readonly isLeftOut: IsLeftOut; readonly parked: ReadonlySet<NodeId> },
  listing: FolderListing,
  parent: NodeNum,
  children: readonly EntryRow[],
  found: Findings,
  identities: Identities,
): readonly Newcomer[] {
  const rows = new Map(children.map((row) => [row.name as string, row]));
  const newcomers: Newcomer[] = [];
  found.problems.push(...listing.problems);
  for (const entry of listing.entries) {
    if (entry.name.startsWith(reservedPrefix)) continue;
    found.seen++;
    if (entry.stat.kind === 'other') {
      found.special++;
      continue;
    }
    const path = joinPath(listing.path, entry.name);
    const row = rows.get(entry.name);
    rows.delete(entry.name);
    if (row === undefined) newcomers.push({ parent, path, entry });
    else if (row.look === undefined && row.kind !== entry.stat.kind) {
      // What the space has here never was on this disk: neither replaces the other.
      found.clashes.push({ path, stat: entry.stat });
    } else if (row.kind !== entry.stat.kind) {
      found.missing.push(row);
      found.replaced.add(row.num);
      newcomers.push({ parent, path, entry });
    } else if (identities.isTaken(row.num)) {
      // What was here was met elsewhere already: this is something new under its old name.
      found.missing.push(row);
      newcomers.push({ parent, path, entry });
    } else if (row.kind === 'folder') {
      identities.keep(row, path, parent);
      compareOneFolder(row, entry, path, parent, found);
    } else if (!isSameLook(row.look, entry.stat)) {
      identities.keep(row, path, parent);
      found.jobs.push({
        path,
        parent,
        name: entry.name,
        num: row.num,
        stat: entry.stat,
        target: entry.target,
        before: row,
      });
    }
  }
  if (listing.isComplete) {
    for (const row of rows.values()) {
      // Never seen here (not fetched yet): nothing that is missing was deleted.
      const wasHere = row.look !== undefined;
      if (wasHere && !parked.has(row.node) && !isLeftOut(joinPath(listing.path, row.name), row.kind === 'folder'))
        found.missing.push(row);
    }
  }
  return newcomers;
}

/** A folder's time is not a change; its permissions are. */
function compareOneFolder(row: EntryRow, entry: ListedEntry, path: SpacePath, parent: NodeNum, found: Findings): void {
  if (row.mode !== entry.stat.mode)
    found.placed.push({ path, parent, name: entry.name, num: row.num, stat: entry.stat, from: row });
  else if (row.look?.inode !== entry.stat.inode || row.look.device !== entry.stat.device) {
    found.looks.push({ parent, name: entry.name, look: lookOf(entry.stat) });
  }
}
