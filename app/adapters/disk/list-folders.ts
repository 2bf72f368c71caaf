/**
 * Lists folders on a disk thread with blocking calls, which are twenty times faster than awaited ones. What cannot be looked at becomes a
 * problem of its folder; nothing is thrown for it and nothing is left out in silence.
 *
 * Entries are looked at by the folder's plain path, which costs half as much as going through the held folder; that the path led to the held
 * folder is checked before and after. Contents are never read this way (read-spans.ts holds the folder), so a link swapped in and out between
 * the two checks could at most show wrong sizes and times, which the next look corrects.
 */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { Fault } from '../../domain/fault.ts';
import { displayName, textFromNameBytes, type SpacePath } from '../../domain/path-name.ts';
import { diskFault, packFault } from './disk-fault.ts';
import { columns, type PackedFolder, type PackedListings } from './disk-jobs.ts';
import { clampNs, kindOf } from './file-look.ts';
import { childPath, isStillAt, withFolder, type DiskPath, type FolderHandle } from './folder-handle.ts';
import { isTemporary } from './temporary-name.ts';

/** An answer ends after the folder that passes this many entries: a few hundred KiB, so that both sides stay busy. */
const entriesPerAnswer = 4000;

export const kinds = ['file', 'folder', 'symlink', 'other'] as const;
const lookOptions = { bigint: true, throwIfNoEntry: false } as const;

interface Growing {
  readonly names: string[];
  readonly numbers: number[];
  readonly bigs: bigint[];
}

/** Names of a folder. Text first; only when a name may not be UTF-8 is the folder read again as bytes. */
function namesIn(base: DiskPath): string[] {
  const names = readdirSync(base);
  if (!names.some((name) => name.includes('\u{fffd}'))) return names;
  return readdirSync(base, { encoding: 'buffer' }).map((bytes) => textFromNameBytes(bytes));
}

function listInto(folder: FolderHandle, path: SpacePath, rows: Growing): PackedFolder {
  const targets = new Map<number, string>();
  const problems: { path: SpacePath; fault: ReturnType<typeof packFault> }[] = [];
  const leftovers: string[] = [];
  const start = rows.names.length;
  const base = folder.plain ?? folder.base;
  for (const name of namesIn(folder.base)) {
    if (isTemporary(name)) {
      leftovers.push(name);
      continue;
    }
    const place = childPath(base, name);
    const whole = path === '' ? name : `${path}/${name}`;
    try {
      const stat = lstatSync(place, lookOptions);
      if (stat === undefined) {
        const words = `${displayName(whole)} went away while its folder was listed.`;
        problems.push({ path: whole, fault: packFault(new Fault('file-changing', 'now', words)) });
        continue;
      }
      const kind = kindOf(stat);
      if (kind === 'symlink') {
        targets.set(rows.names.length - start, textFromNameBytes(readlinkSync(place, { encoding: 'buffer' })));
      }
      rows.names.push(name);
      rows.numbers.push(kinds.indexOf(kind), Number(stat.size), Number(stat.mode) & 0o7777, Number(stat.nlink));
      rows.bigs.push(clampNs(stat.mtimeNs), clampNs(stat.ctimeNs), stat.dev, stat.ino);
    } catch (error) {
      problems.push({ path: whole, fault: packFault(diskFault(error, whole, 'listed')) });
    }
  }
  return { path, count: rows.names.length - start, targets, problems, leftovers };
}

function listOne(root: string, path: SpacePath, rows: Growing): PackedFolder {
  const start = rows.names.length;
  const drop = (fault: Fault): PackedFolder => {
    rows.names.length = start;
    rows.numbers.length = rows.bigs.length = start * columns;
    return { path, count: 0, targets: new Map(), problems: [{ path, fault: packFault(fault) }], leftovers: [] };
  };
  try {
    return withFolder(root, path, 'list', (folder) => {
      const listed = listInto(folder, path, rows);
      if (folder.plain === undefined || isStillAt(folder.fd, folder.plain)) return listed;
      return drop(new Fault('file-changing', 'now', `${displayName(path)} moved while it was listed.`));
    });
  } catch (error) {
    return drop(diskFault(error, path, 'listed'));
  }
}

export function listFolders(root: string, paths: readonly SpacePath[]): PackedListings {
  const rows: Growing = { names: [], numbers: [], bigs: [] };
  const folders: PackedFolder[] = [];
  for (const path of paths) {
    if (rows.names.length > entriesPerAnswer) break;
    folders.push(listOne(root, path, rows));
  }
  return {
    folders,
    names: rows.names.join('/'),
    numbers: Float64Array.from(rows.numbers),
    bigs: BigInt64Array.from(rows.bigs),
    rest: paths.slice(folders.length),
  };
}
