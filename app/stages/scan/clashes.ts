/**
 * What stands on the disk where the space has something else that never was here, or left it by choice. Neither replaces the other: what is on the disk makes
 * room, and is met again at the next scan, under another name and as what it was.
 */
import type { Catalog, EntryRow, NodeNum } from '../../ports/catalog.ts';
import type { ListedEntry } from '../../ports/disk.ts';
import type { Findings, Newcomer } from './compare-folder.ts';

/** The origin of a newcomer, when it is the very same file or folder: same kind, and for a file same size and time. */
export function sameThing(origin: EntryRow | undefined, { stat }: Pick<ListedEntry, 'stat'>): EntryRow | undefined {
  if (origin?.look === undefined || origin.kind !== stat.kind) return undefined;
  if (stat.kind === 'folder') return origin;
  return origin.look.bytes === stat.bytes && origin.look.mtimeNs === stat.mtimeNs ? origin : undefined;
}

/** Newcomers but for those in the place of a folder that holds what is not on this disk: nobody has deleted that, so they clash with it. */
export async function withoutClashing(
  newcomers: readonly Newcomer[],
  found: Findings,
  catalog: Catalog,
  isPlaced: (num: NodeNum) => boolean,
): Promise<readonly Newcomer[]> {
  const clashing = new Set<Newcomer>();
  for (const newcomer of newcomers) {
    const { replaces, path, entry } = newcomer;
    // With a folder that only has another name now, what it holds has moved.
    if (replaces && newcomers.some((one) => isWhere(replaces, one))) continue;
    if (replaces?.kind !== 'folder' || !(await holdsUnseen(replaces.num, catalog, isPlaced))) continue;
    clashing.add(newcomer);
    found.clashes.push({ path, stat: entry.stat });
  }
  leaveInPlace([...clashing], found);
  return newcomers.filter((newcomer) => !clashing.has(newcomer));
}

const isWhere = ({ kind, look }: EntryRow, { entry: { stat } }: Newcomer): boolean =>
  stat.kind === kind && stat.inode === look?.inode && stat.device === look.device;

/** When newcomers are not taken, what they replace is not gone either. */
export function leaveInPlace(newcomers: readonly Newcomer[], found: Findings): void {
  const left = new Set(newcomers.flatMap(({ replaces }) => (replaces ? [replaces] : [])));
  if (left.size === 0) return;
  found.missing = found.missing.filter((row) => !left.has(row));
  for (const { num } of left) found.replaced.delete(num);
}

async function holdsUnseen(folder: NodeNum, catalog: Catalog, isPlaced: (num: NodeNum) => boolean): Promise<boolean> {
  for (let level: readonly NodeNum[] = [folder]; level.length > 0;) {
    const rows = (await catalog.children(level)).flat().filter(({ num }) => !isPlaced(num));
    if (rows.some(({ look }) => look === undefined)) return true;
    level = rows.filter(({ kind }) => kind === 'folder').map(({ num }) => num);
  }
  return false;
}

/** What was moved to where it clashes was not deleted. */
export async function spareClashing(space: number, found: Findings, catalog: Catalog): Promise<void> {
  if (found.clashes.length === 0) return;
  const inodes = found.clashes.map(({ stat: { device, inode } }) => ({ device, inode }));
  const origins = await catalog.byInode(space, inodes);
  const moved = new Set(found.clashes.map((clash, i) => sameThing(origins[i], clash)?.num));
  found.missing = found.missing.filter(({ num }) => !moved.has(num));
}
