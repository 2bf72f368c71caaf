/** Places what has no content: folders and symlinks. Folders are made closed to others and opened by `setFolder` once their children are in. */
import { closeSync, fchmodSync, fsyncSync, futimesSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { displayName, joinPath, pathNames, type PathName, type SpacePath } from '../../domain/path-name.ts';
import { Fault } from '../../domain/fault.ts';
import type { FileStat, Over, Placement } from '../../ports/disk.ts';
import { errnoOf } from './disk-fault.ts';
import { statOf, utimesValue } from './file-look.ts';
import { childPath, closeFolder, diskPath, openFolder, withFolder, type FolderHandle } from './folder-handle.ts';
import { placeOf, putInPlace, removeTemporary } from './place-files.ts';
import { temporaryName } from './temporary-name.ts';

const newFolderMode = 0o700;

/** True when the entry is a folder now, made or found. */
function makeIn(folder: FolderHandle, name: PathName): boolean {
  const place = childPath(folder.base, name);
  try {
    mkdirSync(place, newFolderMode);
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    return lstatSync(place).isDirectory();
  }
}

/** Makes the folder and what is missing above it; a folder that is there is left as it is. The root itself is made when asked for. */
export function makeFolders(root: string, path: SpacePath): void {
  if (path === '') {
    mkdirSync(diskPath(root), { recursive: true, mode: newFolderMode });
    closeFolder(openFolder(root, '', 'pass'));
    return;
  }
  let folder = openFolder(root, '', 'pass');
  let at: SpacePath = '';
  try {
    for (const name of pathNames(path)) {
      placeOf(joinPath(at, name));
      const whole = joinPath(at, name);
      if (!makeIn(folder, name)) {
        throw new Fault('already-exists', 'after-user', `${displayName(whole)} exists already and is no folder.`);
      }
      const next = openFolder(root, whole, 'pass');
      closeFolder(folder);
      folder = next;
      at = whole;
    }
  } finally {
    closeFolder(folder);
  }
}

/** The time first: a mode without write permission would not stop the owner, but a mode without read would. */
export function dressFolder(root: string, path: SpacePath, placement: Placement): void {
  const { fd } = openFolder(root, path, 'list');
  try {
    const time = utimesValue(placement.mtimeNs);
    futimesSync(fd, time, time);
    fchmodSync(fd, placement.mode & 0o7777);
  } finally {
    closeSync(fd);
  }
}

/** A symlink's text is placed as it is; where it points is nobody's business here. */
export function placeLink(root: string, path: SpacePath, target: string, over: Over, tag: string): FileStat {
  const { folder, name } = placeOf(path);
  return withFolder(root, folder, 'list', (handle) => {
    const temporary = temporaryName(tag);
    symlinkSync(diskPath(target), childPath(handle.base, temporary));
    try {
      putInPlace(handle, temporary, name, over);
    } catch (error) {
      removeTemporary(handle, temporary);
      throw error;
    }
    fsyncSync(handle.fd);
    return statOf(lstatSync(childPath(handle.base, name), { bigint: true }));
  });
}
