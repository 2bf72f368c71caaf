/**
 * Folders opened so that no link below the root is ever followed, and held while names in them are used. Node has no openat(2); on Linux a held
 * folder is reached as /proc/self/fd/N, which the kernel resolves to that very folder whatever happens to its path meanwhile.
 *
 * A path is opened in one call and the kernel is asked where that led (readlink of /proc/self/fd/N); when the answer is not the asked path, or
 * the path is too long for one call, it is opened again name by name with O_NOFOLLOW. Elsewhere the real path is compared after opening, which
 * leaves a moment between the check and the use in which a link could still be put in the way.
 */
import { closeSync, constants, openSync, readlinkSync, realpathSync } from 'node:fs';
import { Buffer } from 'node:buffer';
import { Fault } from '../../domain/fault.ts';
import { nameBytesFromText, pathNames, type SpacePath } from '../../domain/path-name.ts';

/** A path as Node takes it: bytes where the text stands for bytes that are not UTF-8. */
export type DiskPath = string | Buffer;

export interface FolderHandle {
  readonly fd: number;
  /** Reaches this very folder (Linux), or its checked path (elsewhere). */
  readonly base: DiskPath;
  /** The absolute path it was opened by; undefined when that is too long for one call. */
  readonly plain: DiskPath | undefined;
}

/** 'pass' needs only the right to pass through the folder; 'list' is needed to list, sync or change the folder itself. */
export type FolderUse = 'pass' | 'list';

const isLinux = process.platform === 'linux';
/** O_PATH of Linux, the same on every machine that Node runs on; Node does not name it. */
const openPathOnly = 0o10000000;
/** Below PATH_MAX (4096 bytes on Linux), with room for a name of 255 bytes after it. */
const plainPathBytesMax = 3800;

export function diskPath(text: string): DiskPath {
  return text.isWellFormed() ? text : Buffer.from(nameBytesFromText(text));
}

/** The path of a name in a folder. */
export function childPath(folder: DiskPath, name: string): DiskPath {
  if (typeof folder === 'string' && name.isWellFormed()) return `${folder}/${name}`;
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), nameBytesFromText(name)]);
}

export function joinRoot(root: string, path: SpacePath): string {
  if (path === '') return root;
  return root.endsWith('/') ? `${root}${path}` : `${root}/${path}`;
}

function folderFlags(use: FolderUse): number {
  const access = use === 'pass' && isLinux ? openPathOnly : constants.O_RDONLY;
  return access | constants.O_DIRECTORY | constants.O_NOFOLLOW;
}

/** True when the open folder lies at exactly this path, so no link was followed on the way. */
export function isStillAt(fd: number, path: DiskPath): boolean {
  if (!isLinux) return Buffer.from(realpathSync.native(path, 'buffer')).equals(Buffer.from(path));
  try {
    return Buffer.from(readlinkSync(`/proc/self/fd/${fd}`, 'buffer')).equals(Buffer.from(path));
  } catch (error) {
    throw new Fault('disk-failed', 'after-user', 'Floe needs /proc to use folders safely, and it is not there.', error);
  }
}

function openRoot(root: string, use: FolderUse): FolderHandle {
  const path = diskPath(root);
  const fd = openSync(path, folderFlags(use));
  if (!isStillAt(fd, path)) {
    closeSync(fd);
    throw new Fault('disk-failed', 'after-user', 'The folder is reached through a link now; Floe does not follow it.');
  }
  return { fd, base: isLinux ? `/proc/self/fd/${fd}` : path, plain: path };
}

function openNameByName(root: string, path: SpacePath, use: FolderUse): FolderHandle {
  const names = pathNames(path);
  let folder = openRoot(root, names.length === 0 ? use : 'pass');
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    try {
      const fd = openSync(childPath(folder.base, name), folderFlags(isLast ? use : 'pass'));
      closeSync(folder.fd);
      folder = { fd, base: `/proc/self/fd/${fd}`, plain: undefined };
    } catch (error) {
      closeSync(folder.fd);
      throw error;
    }
  }
  return folder;
}

/** Opens a folder below the root. Throws the system's error; ENOTDIR when a link or a file stands on the way. */
export function openFolder(root: string, path: SpacePath, use: FolderUse): FolderHandle {
  if (path === '') return openRoot(root, use);
  pathNames(path);
  const whole = diskPath(joinRoot(root, path));
  if (Buffer.byteLength(whole) <= plainPathBytesMax) {
    const fd = openSync(whole, folderFlags(use));
    try {
      if (isStillAt(fd, whole)) return { fd, base: isLinux ? `/proc/self/fd/${fd}` : whole, plain: whole };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
  }
  if (!isLinux) throw new Fault('file-changing', 'now', 'A folder was replaced by a link while it was looked at.');
  return openNameByName(root, path, use);
}

export function closeFolder(folder: FolderHandle): void {
  closeSync(folder.fd);
}

/** Runs `use` with the folder open, and closes it whatever happens. */
export function withFolder<T>(root: string, path: SpacePath, use: FolderUse, work: (folder: FolderHandle) => T): T {
  const folder = openFolder(root, path, use);
  try {
    return work(folder);
  } finally {
    closeFolder(folder);
  }
}

/** The folder and the last name of a path that is not the root. */
export function splitPath(path: SpacePath): { readonly folder: SpacePath; readonly name: string } {
  const name = pathNames(path).at(-1);
  if (name === undefined) throw new Error('the root has no name');
  return { folder: path.slice(0, Math.max(0, path.length - name.length - 1)), name };
}
