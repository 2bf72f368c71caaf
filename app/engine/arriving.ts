/**
 * A folder that arrives: it carries the mark of its space, but it is not the very folder that the space was kept in until now: a copy on another disk, or one
 * that was restored. A copy may have been cut short, so what it lacks is no deletion before a person has said so, however little it is
 * (docs/decisions/a-root-that-moved.md). It has arrived when a pass has found everything in it, or the word was given.
 */
import type { Catalog, EntryRow, NodeNum } from '../ports/catalog.ts';
import type { DiskNature } from '../ports/disk.ts';
import type { Scan } from '../stages/scan/scan.ts';
import { traitsOf } from './disk-names.ts';

const arrivingKey = (space: number): string => `arriving:${space}`;

export async function isArriving({ record }: Pick<Catalog, 'record'>, space: number): Promise<boolean> {
  return (await record(arrivingKey(space))) === 'yes';
}

export async function noteArriving(catalog: Pick<Catalog, 'setRecord'>, space: number, is: boolean): Promise<void> {
  await catalog.setRecord(arrivingKey(space), is ? 'yes' : '');
}

/**
 * What an arriving folder lacks, without what its disk could not be given: a name that it refuses or takes for another one's, a link where there are none. That
 * stays in the space and off this disk, as if it had never been here (disk-names.ts), and waits for nobody.
 */
export async function lackedBy(
  found: Scan,
  nature: DiskNature,
  catalog: Pick<Catalog, 'children' | 'forgetLooks'>,
): Promise<Pick<Scan, 'gone' | 'deletions' | 'letGo'>> {
  const lacked = found.letGo.flatMap(({ row, below }) => [...below, row]);
  const missing = [...found.gone.filter(({ num }) => !found.nodes.has(num)), ...lacked];
  const away = await unholdable(missing, nature, catalog);
  if (away.size === 0) return found;
  await catalog.forgetLooks(missing.filter(({ num }) => away.has(num)));
  const gone = found.gone.filter(({ num }) => !away.has(num));
  const deletions = found.deletions - (found.gone.length - gone.length);
  return { gone, deletions, letGo: found.letGo.filter(({ row }) => !away.has(row.num)) };
}

async function unholdable(
  missing: readonly EntryRow[],
  nature: DiskNature,
  { children }: Pick<Catalog, 'children'>,
): Promise<ReadonlySet<NodeNum>> {
  const { keyOf, isRefused } = traitsOf(nature);
  const nums = new Set(missing.map(({ num }) => num));
  const key = ({ parent, name }: EntryRow): string => `${parent}/${keyOf(name)}`;
  const beside = (await children([...new Set(missing.map(({ parent }) => parent))])).flat();
  const here = new Set(beside.filter(({ num, look }) => look !== undefined && !nums.has(num)).map(key));
  const away = new Set<NodeNum>();
  // Folders stand after what lies in them, and what lies in one that is missing goes the way of it.
  for (const row of missing.toReversed()) {
    const isLink = row.kind === 'symlink' && nature.hasWindowsNames;
    const isRefusedHere = isLink || isRefused(row.name) || here.has(key(row));
    if (nums.has(row.parent) ? away.has(row.parent) : isRefusedHere) away.add(row.num);
  }
  return away;
}
