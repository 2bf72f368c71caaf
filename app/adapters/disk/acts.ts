/**
 * Moves, removals and dressings on a disk thread, each with its condition looked at immediately before. Names never take the place of something else:
 * files are linked to their new name, which the system refuses when it is taken. The folders that changed are synced at the end.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { Fault, unreachable } from '../../domain/fault.ts';
import { displayName, type SpacePath } from '../../domain/path-name.ts';
import type { DiskAct, FileStat } from '../../ports/disk.ts';
import { diskFault, errnoOf, isMissing, packFault, type PlainFault } from './disk-fault.ts';
import type { ActJob } from './disk-jobs.ts';
import { statOf } from './file-look.ts';
import { childPath, closeFolder, openFolder, withFolder, type FolderHandle } from './folder-handle.ts';
import { demandLook } from './look-check.ts';
import { dress, linkInPlace, placeOf, syncFolder } from './place-files.ts';

type ActOf<K extends DiskAct['kind']> = Extract<DiskAct, { kind: K }>;

function move(root: string, { from, to, look }: ActOf<'move'>, touched: Set<SpacePath>): FileStat {
  const source = placeOf(from);
  const target = placeOf(to);
  return withFolder(root, source.folder, 'pass', (old) =>
    withFolder(root, target.folder, 'pass', (fresh) => {
      const path = childPath(old.base, source.name);
      const place = childPath(fresh.base, target.name);
      if (look !== undefined) {
        demandLook(path, source.name, look);
        linkInPlace(path, place, target.name);
      } else {
        // A folder has no links; the system itself refuses to put it over one that is not empty.
        if (!lstatSync(path).isDirectory()) throw changing(from);
        if (lstatSync(place, { throwIfNoEntry: false }) !== undefined)
          throw new Fault('already-exists', 'later', `${displayName(to)} exists already.`);
        renameSync(path, place);
      }
      touched.add(source.folder).add(target.folder);
      return statOf(lstatSync(place, { bigint: true }));
    }),
  );
}

const changing = (path: SpacePath): Fault =>
  new Fault('file-changing', 'later', `${displayName(path)} was changed here in the meantime.`);

/** Runs `work` in the folder of a place; what is gone already needs nothing. */
function unlessGone(
  root: string,
  path: SpacePath,
  touched: Set<SpacePath>,
  work: (place: ReturnType<typeof childPath>) => void,
): undefined {
  const { folder, name } = placeOf(path);
  try {
    withFolder(root, folder, 'pass', (handle) => work(childPath(handle.base, name)));
    touched.add(folder);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return undefined;
}

function makeFolder(root: string, { path, mode }: ActOf<'make-folder'>, touched: Set<SpacePath>): FileStat {
  const { folder, name } = placeOf(path);
  return withFolder(root, folder, 'pass', (handle) => {
    const place = childPath(handle.base, name);
    try {
      mkdirSync(place);
      chmodSync(place, mode & 0o7777);
      touched.add(folder);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    const stat = statOf(lstatSync(place, { bigint: true }));
    if (stat.kind !== 'folder') throw new Fault('already-exists', 'later', `${displayName(path)} is no folder here.`);
    return stat;
  });
}

function dressOne(handle: FolderHandle, name: string, { look, placement }: ActOf<'dress'>): FileStat {
  const path = childPath(handle.base, name);
  if (look !== undefined) demandLook(path, name, look);
  const kind = look === undefined ? constants.O_DIRECTORY : 0;
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | kind);
  try {
    const before = statOf(fstatSync(fd, { bigint: true }));
    dress(fd, look === undefined ? { ...placement, mtimeNs: before.mtimeNs } : placement);
    return statOf(fstatSync(fd, { bigint: true }));
  } finally {
    closeSync(fd);
  }
}

function actOne(root: string, act: DiskAct, touched: Set<SpacePath>): FileStat | undefined {
  switch (act.kind) {
    case 'move':
      return move(root, act, touched);
    case 'remove':
      return unlessGone(root, act.path, touched, (place) => {
        demandLook(place, act.path, act.look);
        unlinkSync(place);
      });
    case 'remove-folder':
      return unlessGone(root, act.path, touched, (place) => rmdirSync(place));
    case 'make-folder':
      return makeFolder(root, act, touched);
    case 'dress': {
      const { folder, name } = placeOf(act.path);
      return withFolder(root, folder, 'pass', (handle) => dressOne(handle, name, act));
    }
    default:
      return unreachable(act);
  }
}

export function actAll({ root, acts }: ActJob): readonly (FileStat | undefined | PlainFault)[] {
  const touched = new Set<SpacePath>();
  const answers = acts.map((act) => {
    try {
      return actOne(root, act, touched);
    } catch (error) {
      return packFault(diskFault(error, act.kind === 'move' ? act.from : act.path, 'written'));
    }
  });
  for (const path of touched) {
    try {
      const folder = openFolder(root, path, 'pass');
      try {
        syncFolder(folder);
      } finally {
        closeFolder(folder);
      }
    } catch (error) {
      // A folder that moved or went in a later act of the batch is synced where it is now, by the system, in its own time.
      if (!isMissing(error)) throw error;
    }
  }
  return answers;
}
