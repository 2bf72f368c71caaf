/**
 * Puts small files into place on a disk thread: each is written under a temporary name in its own folder, given its mode and time, optionally
 * synced, and only then renamed, so a reader or a kill sees the old state or the new one. 'never' links instead of renaming: the system itself
 * refuses when the name is taken, so there is no moment in which another program's file could be lost.
 */
import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, ftruncateSync, futimesSync, linkSync } from 'node:fs';
import { lstatSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { Fault } from '../../domain/fault.ts';
import { displayName, type SpacePath } from '../../domain/path-name.ts';
import type { FileStat, Over, Placement } from '../../ports/disk.ts';
import { diskFault, errnoOf, isMissing, packFault, type PlainFault } from './disk-fault.ts';
import type { PackedSmallFile, PlaceJob } from './disk-jobs.ts';
import { statOf, utimesValue } from './file-look.ts';
import { filledRuns } from './filled-runs.ts';
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
  for (const { start, end } of filledRuns(bytes, 0))
    for (let at = start; at < end;) at += writeSync(fd, bytes, at, end - at, at);
  // What ends in a hole has its length all the same.
  ftruncateSync(fd, bytes.length);
}

/** A file that is written and not yet in place. */
interface Begun {
  readonly index: number;
  readonly file: PackedSmallFile;
  readonly folder: FolderHandle;
  readonly name: string;
  readonly temporary: string;
  readonly fd: number;
}

/**
 * Files that are open at once. All of a group are written before the first is synced: that one sync makes the system write the others as well, so theirs
 * cost next to nothing.
 */
const groupMax = 64;

class Group {
  readonly answers: (FileStat | PlainFault)[];
  readonly #job: PlaceJob;
  readonly #begun: Begun[] = [];
  readonly #folders = new Map<SpacePath, FolderHandle>();

  constructor(job: PlaceJob, files: readonly PackedSmallFile[]) {
    this.#job = job;
    this.answers = [];
    for (const [index, file] of files.entries()) this.#guarded(index, file.path, () => this.#begin(index, file));
  }

  #guarded(index: number, path: SpacePath, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.answers[index] = packFault(diskFault(error, path, 'written'));
    }
  }

  #begin(index: number, file: PackedSmallFile): void {
    const { folder: path, name } = placeOf(file.path);
    const folder = this.#folders.get(path) ?? openFolder(this.#job.root, path, 'pass');
    this.#folders.set(path, folder);
    const temporary = temporaryName(this.#job.tag);
    const fd = openSync(childPath(folder.base, temporary), temporaryFlags, temporaryMode);
    this.#begun.push({ index, file, folder, name, temporary, fd });
    writeAll(fd, new Uint8Array(this.#job.buffer, file.start, file.bytes));
    dress(fd, file);
  }

  /** Syncs and renames what was written; what failed leaves nothing behind. */
  finish(): void {
    const { durable, over } = this.#job;
    const isFine = ({ index }: Begun): boolean => this.answers[index] === undefined;
    if (durable)
      for (const one of this.#begun.filter(isFine)) this.#guarded(one.index, one.file.path, () => fsyncSync(one.fd));
    for (const one of this.#begun.filter(isFine)) {
      this.#guarded(one.index, one.file.path, () => {
        putInPlace(one.folder, one.temporary, one.name, one.file.over ?? over);
        this.answers[one.index] = statOf(fstatSync(one.fd, { bigint: true }));
      });
    }
    for (const [path, folder] of durable ? this.#folders : []) this.#syncFolder(path, folder);
  }

  /** Names that are not safely on disk were not placed as asked, so each of them is told so. */
  #syncFolder(path: SpacePath, folder: FolderHandle): void {
    try {
      syncFolder(folder);
    } catch (error) {
      const fault = packFault(diskFault(error, path, 'written'));
      for (const one of this.#begun) if (one.folder === folder) this.answers[one.index] = fault;
    }
  }

  close(): void {
    for (const { folder, temporary, fd } of this.#begun) {
      closeSync(fd);
      removeTemporary(folder, temporary);
    }
    for (const folder of this.#folders.values()) closeFolder(folder);
  }
}

export function placeFiles(job: PlaceJob): readonly (FileStat | PlainFault)[] {
  const answers: (FileStat | PlainFault)[] = [];
  for (let at = 0; at < job.files.length; at += groupMax) {
    const group = new Group(job, job.files.slice(at, at + groupMax));
    try {
      group.finish();
    } finally {
      group.close();
    }
    answers.push(...group.answers);
  }
  return answers;
}
