/**
 * A second look at the folder before anything counts as deleted. Listing takes time: what moves meanwhile into a folder that was listed already, or is just being
 * saved anew under its name, was met nowhere. It is no deletion; the next scan finds it where it is then.
 */
import { joinPath, type SpacePath } from '../../domain/path-name.ts';
import type { Catalog, EntryRow, NodeNum } from '../../ports/catalog.ts';
import type { Disk, IsLeftOut, ListedEntry } from '../../ports/disk.ts';

/** What seems deleted: an entry that is missing, and all that the space has below it. */
export interface Missed {
  readonly row: EntryRow;
  /** Its place; undefined when its folder is not known on this disk. */
  readonly path: SpacePath | undefined;
  readonly below: readonly EntryRow[];
}

/** An entry of what seemed deleted, met at another place. */
export interface Met {
  readonly missed: Missed;
  readonly row: EntryRow;
  readonly folder: SpacePath;
  readonly entry: ListedEntry;
}

const inodeKey = ({ device, inode }: { readonly device: bigint; readonly inode: bigint }): string =>
  `${device}/${inode}`;

/** The same kind, and for a file the same size and time. */
function isSame({ kind, look }: EntryRow, { stat }: ListedEntry): boolean {
  if (look === undefined || kind !== stat.kind) return false;
  return kind === 'folder' || (look.bytes === stat.bytes && look.mtimeNs === stat.mtimeNs);
}

/** Those of `missed` that are on the disk all the same, they themselves or anything from below them; and where these were met. */
export async function lookAgain(
  missed: readonly Missed[],
  input: {
    readonly root: string;
    readonly isLeftOut: IsLeftOut;
    readonly numOf: (path: SpacePath) => NodeNum | undefined;
    /** Whether an entry was met elsewhere than where the catalog has it. */
    readonly hasMoved: (row: EntryRow) => boolean;
  },
  { disk, catalog }: { readonly disk: Disk; readonly catalog: Catalog },
  signal: AbortSignal,
): Promise<{ readonly there: ReadonlySet<Missed>; readonly met: readonly Met[] }> {
  const byPath = new Map(missed.map((one) => [one.path, one]));
  const byInode = new Map<string, EntryRow>();
  const groupOf = new Map<NodeNum, Missed>();
  for (const one of missed)
    for (const row of [one.row, ...one.below]) {
      groupOf.set(row.num, one);
      if (row.look !== undefined) byInode.set(inodeKey(row.look), row);
    }
  const there = new Set<Missed>();
  const meetings: Omit<Met, 'missed'>[] = [];
  for await (const batch of disk.walk(input.root, '', input.isLeftOut, signal))
    for (const { path: folder, entries } of batch)
      for (const entry of entries) {
        const again = byPath.get(joinPath(folder, entry.name));
        if (again !== undefined && again.row.kind === entry.stat.kind) there.add(again);
        const row = byInode.get(inodeKey(entry.stat));
        if (row !== undefined && isSame(row, entry)) meetings.push({ row, folder, entry });
      }
  const met: Met[] = [];
  for (const meeting of meetings) {
    const { row, folder, entry } = meeting;
    const num = input.numOf(folder);
    const [known = []] = num === undefined ? [] : await catalog.children([num]);
    // Another name of the same file, which has an identity of its own, says nothing of this one.
    const isOther = known.some((child) => child.name === entry.name && !input.hasMoved(child));
    const missed = isOther ? undefined : groupOf.get(row.num);
    if (missed === undefined) continue;
    there.add(missed);
    met.push({ ...meeting, missed });
  }
  return { there, met };
}
