/**
 * Lists folders on a disk thread with blocking calls, which are twenty times faster than awaited ones. What cannot be looked at becomes a
 * problem of its folder; nothing is thrown for it and nothing is left out in silence.
 *
 * Entries are looked at by the folder's plain path, which costs half as much as going through the held folder; that the path led to the held
 * folder is checked before and after. Contents are never read this way (read-spans.ts holds the folder), so a link swapped in and out between
 * the two checks could at most show wrong sizes and times, which the next look corrects.
 */
import { hash } from 'node:crypto';
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { Fault } from '../../domain/fault.ts';
import { displayName, textFromNameBytes, type SpacePath } from '../../domain/path-name.ts';
import { diskFault, packFault } from './disk-fault.ts';
import type { PackedFolder, PackedListings } from './disk-jobs.ts';
import { kindOf } from './file-look.ts';
import { childPath, isStillAt, withFolder, type DiskPath, type FolderHandle } from './folder-handle.ts';
import { RowWriter } from './packed-rows.ts';
import { isTemporary } from './temporary-name.ts';

/** An answer ends after the folder that passes this many bytes of rows, some thousands of entries, so that both sides stay busy. */
const answerBytes = 256 * 1024;
/** 16 bytes as hex: that a changed folder looks like the old one by chance does not happen. */
const fingerprintDigits = 32;

const lookOptions = { bigint: true, throwIfNoEntry: false } as const;

/** Names of a folder. Text first; only when a name may not be UTF-8 is the folder read again as bytes. */
function namesIn(base: DiskPath): string[] {
  const names = readdirSync(base);
  if (!names.some((name) => name.includes('\u{fffd}'))) return names;
  return readdirSync(base, { encoding: 'buffer' }).map((bytes) => textFromNameBytes(bytes));
}

function listInto(folder: FolderHandle, path: SpacePath, rows: RowWriter): PackedFolder {
  const targets = new Map<number, string>();
  const problems: { path: SpacePath; fault: ReturnType<typeof packFault> }[] = [];
  const leftovers: string[] = [];
  const folders: string[] = [];
  const start = rows.end;
  let row = 0;
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
      if (kind === 'symlink') targets.set(row, textFromNameBytes(readlinkSync(place, { encoding: 'buffer' })));
      if (kind === 'folder') folders.push(name);
      rows.add(name, stat);
      row++;
    } catch (error) {
      problems.push({ path: whole, fault: packFault(diskFault(error, whole, 'listed')) });
    }
  }
  const digest = problems.length > 0 ? undefined : hash('sha256', rows.bytesFrom(start), 'hex');
  const fingerprint = digest?.slice(0, fingerprintDigits);
  return { path, start, end: rows.end, count: row, folders, fingerprint, targets, problems, leftovers };
}

function listOne(root: string, path: SpacePath, rows: RowWriter): PackedFolder {
  const start = rows.end;
  const drop = (fault: Fault): PackedFolder => {
    rows.cut(start);
    const problems = [{ path, fault: packFault(fault) }];
    const nothing = {
      count: 0,
      folders: [],
      fingerprint: undefined,
      targets: new Map<number, string>(),
      leftovers: [],
    };
    return { path, start, end: start, problems, ...nothing };
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

export function listFolders(root: string, paths: readonly SpacePath[], rows: RowWriter): PackedListings {
  // What an answer left that was not finished.
  rows.cut(0);
  const folders: PackedFolder[] = [];
  for (const path of paths) {
    if (rows.end > answerBytes) break;
    folders.push(listOne(root, path, rows));
  }
  return { folders, rows: rows.take(), rest: paths.slice(folders.length) };
}
