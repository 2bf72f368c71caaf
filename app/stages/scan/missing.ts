/**
 * What the catalog has and a scan has not met at its place: moved, deleted, made room for something else, or never was on this disk. Nothing counts as deleted
 * before a second look, and nothing that was not here.
 */
import { joinPath, type SpacePath } from '../../domain/path-name.ts';
import type { Catalog, EntryRow, NodeNum } from '../../ports/catalog.ts';
import type { Disk } from '../../ports/disk.ts';
import type { Findings } from './compare-folder.ts';
import { lookAgain } from './look-again.ts';
import type { FolderPlace, Scan, ScanInput } from './scan.ts';

/** Everything below folders that are missing and have not moved, children before their folder. */
export async function subtrees(
  missing: readonly EntryRow[],
  placedNums: ReadonlySet<NodeNum>,
  catalog: Catalog,
): Promise<ReadonlyMap<NodeNum, readonly EntryRow[]>> {
  const below = new Map<NodeNum, readonly EntryRow[]>();
  for (const row of missing) {
    if (row.kind !== 'folder' || placedNums.has(row.num)) continue;
    const rows: EntryRow[] = [];
    for (let level: readonly NodeNum[] = [row.num]; level.length > 0;) {
      const children = (await catalog.children(level)).flat();
      rows.push(...children);
      level = children
        .filter((child) => child.kind === 'folder' && !placedNums.has(child.num))
        .map((child) => child.num);
    }
    below.set(row.num, rows.reverse());
  }
  return below;
}

interface Placing {
  readonly placedNums: ReadonlySet<NodeNum>;
  readonly below: ReadonlyMap<NodeNum, readonly EntryRow[]>;
  readonly folders: ReadonlyMap<NodeNum, FolderPlace>;
  readonly numOf: ReadonlyMap<SpacePath, NodeNum>;
}

/** What seems deleted and is not stays in the catalog where it was, until the next scan. */
export async function believeDeletions(
  { root, isLeftOut }: ScanInput,
  found: Findings,
  { placedNums, below, folders, numOf }: Placing,
  ports: { disk: Disk; catalog: Catalog },
  signal: AbortSignal,
): Promise<void> {
  const missed = found.missing
    .filter(({ num }) => !placedNums.has(num) && !found.replaced.has(num))
    .map((row) => {
      const above = folders.get(row.parent)?.path;
      const path = above === undefined ? undefined : joinPath(above, row.name);
      return { row, path, below: (below.get(row.num) ?? []).filter(({ num }) => !placedNums.has(num)) };
    });
  if (missed.length === 0) return;
  const moved = new Set(found.missing.filter(({ num }) => placedNums.has(num)).map(({ num }) => num));
  const hasMoved = ({ num }: EntryRow): boolean => moved.has(num);
  const where = { root, isLeftOut, numOf: (path: SpacePath) => numOf.get(path), hasMoved };
  const there = new Set([...(await lookAgain(missed, where, ports, signal))].map(({ row }) => row.num));
  found.missing = found.missing.filter(({ num }) => !there.has(num));
}

/**
 * With `movesOnly` nothing counts as deleted but what had to make room for another kind: an archive keeps what is deleted here, and a partial scan has
 * not seen where things went.
 */
export function settle(
  movesOnly: boolean,
  { missing, replaced }: Findings,
  placedNums: ReadonlySet<NodeNum>,
  below: ReadonlyMap<NodeNum, readonly EntryRow[]>,
  staying: ReadonlyMap<NodeNum, EntryRow>,
): { gone: readonly EntryRow[]; deletions: number } {
  const hasMoved = (row: EntryRow): boolean => placedNums.has(row.num);
  const gone = missing.flatMap((row) => {
    const all = [...(below.get(row.num) ?? []), row];
    return movesOnly && !replaced.has(row.num) ? all.filter(hasMoved) : all.filter(({ num }) => !staying.has(num));
  });
  return { gone, deletions: gone.filter((row) => !hasMoved(row)).length };
}

/** What is not on this disk of that which lies in missing folders, with the folders that hold it. What made room for another kind cannot stay. */
export function stayingIn(
  { missing, replaced }: Findings,
  placedNums: ReadonlySet<NodeNum>,
  below: ReadonlyMap<NodeNum, readonly EntryRow[]>,
): ReadonlyMap<NodeNum, EntryRow> {
  const staying = new Map<NodeNum, EntryRow>();
  const holders = new Set<NodeNum>();
  for (const row of missing) {
    if (replaced.has(row.num)) continue;
    // Children stand before their folder.
    for (const one of [...(below.get(row.num) ?? []), row]) {
      if (placedNums.has(one.num) || (one.look !== undefined && !holders.has(one.num))) continue;
      staying.set(one.num, one);
      holders.add(one.parent);
    }
  }
  return staying;
}

/**
 * A file may have moved on after its old folder was listed with it, and before its new one was. It has one place, the new one: the old one counts as left.
 * A folder keeps its identity where it was met first.
 */
export function leaveOldPlaces({ placed, missing }: Findings, below: ReadonlyMap<NodeNum, readonly EntryRow[]>): void {
  const left = new Set(missing.flatMap((row) => [row, ...(below.get(row.num) ?? [])]).map(({ num }) => num));
  for (const { num, parent, name, from } of placed) {
    const isElsewhere = from?.num === num && (from.parent !== parent || from.name !== name);
    if (isElsewhere && !left.has(num)) missing.push(from);
  }
}

export function letGoOf(
  { missing, replaced }: Findings,
  placedNums: ReadonlySet<NodeNum>,
  below: ReadonlyMap<NodeNum, readonly EntryRow[]>,
): Scan['letGo'] {
  return missing
    .filter(({ num }) => !placedNums.has(num) && !replaced.has(num))
    .map((row) => ({ row, below: (below.get(row.num) ?? []).filter(({ num }) => !placedNums.has(num)) }));
}
