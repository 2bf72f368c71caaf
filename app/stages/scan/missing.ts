/**
 * What the catalog has and a scan has not met at its place: moved, deleted, made room for something else, or never was on this disk. Nothing counts as deleted
 * before a second look, and nothing that was not here.
 */
import { joinPath, type SpacePath } from '../../domain/path-name.ts';
import type { Catalog, EntryRow, NodeNum } from '../../ports/catalog.ts';
import type { Disk } from '../../ports/disk.ts';
import { shownStat, type Findings } from './compare-folder.ts';
import { lookAgain, type Met } from './look-again.ts';
import type { FolderPlace, Placed, Scan, ScanInput } from './scan.ts';

/** Everything below folders that are missing and have not moved, children before their folder. */
export async function subtrees(
  missing: readonly EntryRow[],
  placedNums: ReadonlySet<NodeNum>,
  catalog: Catalog,
): Promise<Map<NodeNum, readonly EntryRow[]>> {
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

/** What a scan knows of where things are; added to when the second look meets something. */
interface Placing {
  readonly placedNums: Set<NodeNum>;
  readonly below: Map<NodeNum, readonly EntryRow[]>;
  readonly folders: Map<NodeNum, FolderPlace>;
  readonly numOf: ReadonlyMap<SpacePath, NodeNum>;
}

/**
 * What seems deleted and is not stays in the catalog where it was, until the next scan. When something else has taken its place, it cannot: then it is where it
 * was met. A scan that stopped at its limit asks for those alone.
 */
export async function believeDeletions(
  { root, isLeftOut, nature }: ScanInput,
  found: Findings,
  placing: Placing,
  isPartial: boolean,
  ports: { disk: Disk; catalog: Catalog },
  signal: AbortSignal,
): Promise<void> {
  const { placedNums, below, folders, numOf } = placing;
  const missed = found.missing
    .filter(({ num }) => !placedNums.has(num) && (!isPartial || found.replaced.has(num)))
    .map((row) => {
      const above = folders.get(row.parent)?.path;
      const path = above === undefined ? undefined : joinPath(above, row.name);
      return { row, path, below: (below.get(row.num) ?? []).filter(({ num }) => !placedNums.has(num)) };
    });
  if (missed.length === 0) return;
  const moved = new Set(found.placed.filter(isElsewhere).map(({ num }) => num));
  const hasMoved = ({ num }: EntryRow): boolean => moved.has(num);
  const where = { root, isLeftOut, numOf: (path: SpacePath) => numOf.get(path), hasMoved };
  const { there, met } = await lookAgain(missed, where, ports, signal);
  const stays = new Set([...there].map(({ row }) => row.num).filter((num) => !found.replaced.has(num)));
  found.missing = found.missing.filter(({ num }) => !stays.has(num));
  // A folder that moved on while it was listed has two identities for a moment: only one of them can be where it is.
  const taken = new Set([...found.placed, ...found.jobs].map(({ path }) => path));
  for (const one of met)
    if (found.replaced.has(one.missed.row.num) && !taken.has(joinPath(one.folder, one.entry.name)))
      placeMet(one, found, placing, nature);
}

/** Only where the folder is one that the scan knows: in another one it is met next time, as something new. */
function placeMet(
  { missed: { row: top }, row, folder, entry }: Met,
  found: Findings,
  { placedNums, below, folders, numOf }: Placing,
  nature: ScanInput['nature'],
): void {
  const parent = numOf.get(folder);
  if (parent === undefined || placedNums.has(row.num)) return;
  const { name } = entry;
  const path = joinPath(folder, name);
  placedNums.add(row.num);
  found.placed.push({ path, parent, name, num: row.num, stat: shownStat(entry.stat, row, nature), from: row });
  if (row.kind === 'folder') folders.set(row.num, { path, parent, name });
  if (row !== top) found.missing.push(row);
  // What lies in it goes with it. Children stand before their folder.
  const inside = new Set([row.num]);
  const rows = below.get(top.num) ?? [];
  for (const one of rows.toReversed()) if (inside.has(one.parent)) inside.add(one.num);
  below.set(
    top.num,
    rows.filter(({ num }) => !inside.has(num)),
  );
}

const isElsewhere = ({ num, parent, name, from }: Placed): boolean =>
  from?.num === num && (from.parent !== parent || from.name !== name);

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
  for (const one of placed) if (one.from && isElsewhere(one) && !left.has(one.num)) missing.push(one.from);
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
