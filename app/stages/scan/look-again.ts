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

interface Meeting {
  readonly row: EntryRow;
  readonly folder: SpacePath;
  readonly name: string;
}

const inodeKey = ({ device, inode }: { readonly device: bigint; readonly inode: bigint }): string =>
  `${device}/${inode}`;

/** The same kind, and for a file the same size and time. */
function isSame({ kind, look }: EntryRow, { stat }: ListedEntry): boolean {
  if (look === undefined || kind !== stat.kind) return false;
  return kind === 'folder' || (look.bytes === stat.bytes && look.mtimeNs === stat.mtimeNs);
}

/** Those of `missed` that are on the disk all the same, they themselves or anything from below them. */
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
): Promise<ReadonlySet<Missed>> {
  const byPath = new Map(missed.map((one) => [one.path, one]));
  const byInode = new Map<string, EntryRow>();
  const groupOf = new Map<NodeNum, Missed>();
  for (const one of missed)
    for (const row of [one.row, ...one.below]) {
      groupOf.set(row.num, one);
      if (row.look !== undefined) byInode.set(inodeKey(row.look), row);
    }
  const found = new Set<Missed>();
  const meetings: Meeting[] = [];
  for await (const batch of disk.walk(input.root, '', input.isLeftOut, signal))
    for (const { path: folder, entries } of batch)
      for (const entry of entries) {
        const there = byPath.get(joinPath(folder, entry.name));
        if (there !== undefined && there.row.kind === entry.stat.kind) found.add(there);
        const row = byInode.get(inodeKey(entry.stat));
        if (row !== undefined && isSame(row, entry)) meetings.push({ row, folder, name: entry.name });
      }
  for (const { row, folder, name } of meetings) {
    const num = input.numOf(folder);
    const [known = []] = num === undefined ? [] : await catalog.children([num]);
    // Another name of the same file, which has an identity of its own, says nothing of this one.
    const isOther = known.some((child) => child.name === name && !input.hasMoved(child));
    const group = isOther ? undefined : groupOf.get(row.num);
    if (group !== undefined) found.add(group);
  }
  return found;
}
