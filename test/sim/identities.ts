/**
 * What only moved stays what it is: whoever looks at its past, or works on it elsewhere meanwhile, must find the same file and not a deletion. Asked after
 * each pass that brought nothing from elsewhere; a file that takes another one's name takes its identity too, by design.
 */
import type { EntryRow } from '../../app/ports/catalog.ts';
import type { Inode } from '../world/memory-tree.ts';
import { below, root, spaceName } from './people.ts';
import type { SimDevice } from './sim-device.ts';
import { BrokenPromise, type SimWorld } from './sim-world.ts';

export interface Entries {
  /** By path, as the catalog has them. */
  readonly rows: ReadonlyMap<string, EntryRow>;
  /** Inodes of the files that stood there unchanged. */
  readonly inodes: ReadonlySet<bigint>;
}

/** In each name that Floe gives to what stands in the way. */
const conflictMark = ' (conflict, ';

const isUnchanged = ({ look }: EntryRow, inode: Inode): boolean =>
  look?.inode === inode.number && look.mtimeNs === inode.mtimeNs && look.bytes === inode.bytes.length;

function filesOf({ disk }: SimDevice): ReadonlyMap<string, Inode> {
  const found = new Map<string, Inode>();
  if (disk.tree.find(root) === undefined) return found;
  for (const path of below(disk, root).keys()) {
    const inode = disk.tree.find(path);
    if (inode?.kind === 'file') found.set(path.slice(root.length + 1), inode);
  }
  return found;
}

async function rowsOf({ catalog }: SimDevice): Promise<ReadonlyMap<string, EntryRow>> {
  const rows = new Map<string, EntryRow>();
  const space = (await catalog.spaces()).find(({ name }) => name === spaceName);
  for (let level = space ? [{ num: space.root, path: '' }] : []; level.length > 0;) {
    const listed = await catalog.children(level.map(({ num }) => num));
    const next: typeof level = [];
    for (const [i, { path }] of level.entries())
      for (const row of listed[i] ?? []) {
        const whole = path === '' ? row.name : `${path}/${row.name}`;
        rows.set(whole, row);
        if (row.kind === 'folder') next.push({ num: row.num, path: whole });
      }
    level = next;
  }
  return rows;
}

export async function entriesOf(device: SimDevice): Promise<Entries> {
  const rows = await rowsOf(device);
  const byInode = new Map([...rows.values()].map((row) => [row.look?.inode, row]));
  const inodes = new Set<bigint>();
  for (const inode of filesOf(device).values()) {
    const row = byInode.get(inode.number);
    if (row !== undefined && isUnchanged(row, inode)) inodes.add(inode.number);
  }
  return { rows, inodes };
}

export async function demandIdentities(world: SimWorld, device: SimDevice, before: Entries): Promise<void> {
  const files = [...filesOf(device)];
  const rows = await rowsOf(device);
  const known = new Set([...before.rows.values()].map(({ node }) => node));
  const after = new Set([...rows.values()].map(({ node }) => node));
  for (const [path, row] of before.rows) {
    if (row.look === undefined || !before.inodes.has(row.look.inode) || after.has(row.node)) continue;
    const now = files.find(([, inode]) => isUnchanged(row, inode))?.[0];
    if (now === undefined) continue;
    const there = rows.get(now)?.node;
    if (there !== undefined && known.has(there)) continue;
    // It had to make room where it went, and its old name is another's by now: no place is left that the catalog could keep it at.
    if (now.includes(conflictMark) && rows.has(path)) continue;
    throw new BrokenPromise(
      'what only moved is the same file',
      `${path} is at ${now} on ${device.name}, and counts as deleted`,
    );
  }
  world.count('passes whose identities were compared');
}
