/**
 * Puts small files into place on a disk thread: each is written under a temporary name in its own folder, given its mode and time, optionally
 * synced, and only then renamed, so a reader or a kill sees the old state or the new one. 'never' links instead of renaming: the system itself
 * refuses when the name is taken, so there is no moment in which another program's file could be lost.
 */
import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, futimesSync, linkSync, openSync } from 'node:fs';
import { lstatSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { Fault } from '../../domain/fault.ts';
import { displayName, type SpacePath } from '../../domain/path-name.ts';
import type { FileStat, Over, Placement } from '../../ports/disk.ts';
import { diskFault, errnoOf, isMissing, packFault, type PlainFault } from './disk-fault.ts';
import type { PlaceJob } from './disk-jobs.ts';
import { statOf, utimesValue } from './file-look.ts';
import { demandLook } from './look-check.ts';
import { childPath, closeFolder, openFolder, splitPath, type DiskPath, type FolderHandle } from './folder-handle.ts';
import { isTemporary, temporaryName } from './temporary-name.ts';

export const temporaryFlags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Nobody else may read a file that is not yet in place with its own mode. */
export const temporaryMode = 0o600;

/** Folder and name of a place that may be written to. */
export function placeOf(path: SpacePath): { readonly folder: SpacePath; readonly name: string } {
  const split = splitPath(path);
  if (isTemporary(split.name)) {
    const words = `${displayName(path)} cannot be written: Floe uses such names for files that are being written.`;
    throw new Fault('name-unsafe', 'never', words);
  }
  return split;
}

/** Moves a finished temporary file to its name. The temporary name is gone afterwards when this returns. */
export function putInPlace(folder: FolderHandle, temporary: string, name: string, over: Over): void {
  const from = childPath(folder.base, temporary);
  const to = childPath(folder.base, name);
  if (over !== 'never') {
    if (over !== 'replace') demandLook(to, name, over);
    renameSync(from, to);
    return;
  }
  linkInPlace(from, to, name);
}

/** Gives a file another name that nothing has. */
export function linkInPlace(from: DiskPath, to: DiskPath, name: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errnoOf(error) ?? '')) throw error;
    // A disk without hard links (FAT, some shares): look, then rename. Another program could still slip in between the two.
    if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) {
      throw new Fault('already-exists', 'after-user', `${displayName(name)} exists already.`, error);
    }
    renameSync(from, to);
    return;
  }
  unlinkSync(from);
}

export function removeTemporary(folder: FolderHandle, temporary: string): void {
  try {
    unlinkSync(childPath(folder.base, temporary));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Makes names in the folder survive a power cut. A handle for passing through cannot be synced, so the folder is opened again. */
export function syncFolder(folder: FolderHandle): void {
  const fd = openSync(childPath(folder.base, '.'), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function dress(fd: number, placement: Placement): void {
  fchmodSync(fd, placement.mode & 0o7777);
  const time = utimesValue(placement.mtimeNs);
  futimesSync(fd, time, time);
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, at);
}

function placeOne(
  folder: FolderHandle,
  name: string,
  bytes: Uint8Array,
  placement: Placement,
  job: PlaceJob,
  over: Over,
): FileStat {
  const temporary = temporaryName(job.tag);
  const fd = openSync(childPath(folder.base, temporary), temporaryFlags, temporaryMode);
  try {
    writeAll(fd, bytes);
    dress(fd, placement);
    if (job.durable) fsyncSync(fd);
    putInPlace(folder, temporary, name, over);
    return statOf(fstatSync(fd, { bigint: true }));
  } catch (error) {
    removeTemporary(folder, temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Files of one folder that follow each other share its handle and its sync. */
export function placeFiles(job: PlaceJob): readonly (FileStat | PlainFault)[] {
  const answers: (FileStat | PlainFault)[] = [];
  let held: { readonly path: SpacePath; readonly handle: FolderHandle; readonly from: number } | undefined;
  const leave = (): void => {
    if (held === undefined) return;
    const { handle, from, path } = held;
    held = undefined;
    try {
      if (job.durable) syncFolder(handle);
    } catch (error) {
      // Names that are not safely on disk were not placed as asked, so each of them is told so.
      answers.fill(packFault(diskFault(error, path, 'written')), from);
    } finally {
      closeFolder(handle);
    }
  };
  for (const file of job.files) {
    try {
      const { folder, name } = placeOf(file.path);
      if (held?.path !== folder) {
        leave();
        held = { path: folder, handle: openFolder(job.root, folder, 'pass'), from: answers.length };
      }
      answers.push(
        placeOne(
          held.handle,
          name,
          new Uint8Array(job.buffer, file.start, file.bytes),
          file,
          job,
          file.over ?? job.over,
        ),
      );
    } catch (error) {
      answers.push(packFault(diskFault(error, file.path, 'written')));
    }
  }
  leave();
  return answers;
}
