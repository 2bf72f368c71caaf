/**
 * Reads spans of files into one buffer on a disk thread. A file is opened in its held folder without following a link; it is looked at before
 * the first and after the last byte. What cannot be read is that file's fault only. Access times are left alone where the system allows it.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { displayName, type SpacePath } from '../../domain/path-name.ts';
import { Fault } from '../../domain/fault.ts';
import type { FileSpan, ReadSpan } from '../../ports/disk.ts';
import { diskFault, errnoOf, packFault } from './disk-fault.ts';
import type { PackedRead } from './disk-jobs.ts';
import { isSameStat, statOf } from './file-look.ts';
import { childPath, closeFolder, openFolder, splitPath, type DiskPath, type FolderHandle } from './folder-handle.ts';

/** Bytes between two looks at the cancel flag. */
const stepBytes = 8 << 20;
const bigint = { bigint: true } as const;
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Opens for reading without touching the access time; only the owner may ask for that. */
function openQuietly(path: DiskPath): number {
  const quiet: unknown = constants.O_NOATIME;
  if (typeof quiet === 'number') {
    try {
      return openSync(path, readFlags | quiet);
    } catch (error) {
      if (errnoOf(error) !== 'EPERM') throw error;
    }
  }
  return openSync(path, readFlags);
}

function notAFile(path: SpacePath): Fault {
  return new Fault(
    'file-unreadable',
    'after-user',
    `${displayName(path)} is no regular file, so it has no content to read.`,
  );
}

function readOne(folder: FolderHandle, name: string, span: FileSpan, into: Uint8Array, cancel: Int32Array): ReadSpan {
  const place = childPath(folder.base, name);
  // Opening a device or pipe can do something; so look first. A swap after this look is caught by the look at the open file.
  if (!lstatSync(place).isFile()) throw notAFile(span.path);
  const fd = openQuietly(place);
  try {
    const first = fstatSync(fd, bigint);
    if (!first.isFile()) throw notAFile(span.path);
    const wanted = Math.max(0, Math.min(span.bytesMax, Number(first.size) - span.offset));
    let done = 0;
    while (done < wanted && Atomics.load(cancel, 0) === 0) {
      const count = readSync(fd, into, done, Math.min(stepBytes, wanted - done), span.offset + done);
      if (count === 0) break;
      done += count;
    }
    const before = statOf(first);
    const last = fstatSync(fd, bigint);
    // One object for both crosses to the other thread once.
    const after = isSameStat(first, last) ? before : statOf(last);
    return { start: into.byteOffset, bytes: done, before, after };
  } finally {
    closeSync(fd);
  }
}

export function readSpans(
  root: string,
  spans: readonly FileSpan[],
  cancel: Int32Array,
  room?: ArrayBufferLike,
): PackedRead {
  const capacity = spans.reduce((sum, span) => sum + span.bytesMax, 0);
  const isRoomy = room !== undefined && room.byteLength >= capacity;
  // Pages that are never written cost no memory, so the buffer may start at the most that could be read.
  const buffer = isRoomy ? room : new ArrayBuffer(capacity);
  const answers: PackedRead['spans'][number][] = [];
  let used = 0;
  let held: { readonly path: SpacePath; readonly handle: FolderHandle } | undefined;
  try {
    for (const span of spans) {
      try {
        const { folder, name } = splitPath(span.path);
        if (held?.path !== folder) {
          if (held !== undefined) closeFolder(held.handle);
          held = undefined;
          held = { path: folder, handle: openFolder(root, folder, 'pass') };
        }
        const answer = readOne(held.handle, name, span, new Uint8Array(buffer, used), cancel);
        used += answer.bytes;
        answers.push(answer);
      } catch (error) {
        answers.push(packFault(diskFault(error, span.path, 'read')));
      }
    }
  } finally {
    if (held !== undefined) closeFolder(held.handle);
  }
  const isShort = buffer instanceof ArrayBuffer && !isRoomy && used < capacity;
  return { buffer: isShort ? buffer.transfer(used) : buffer, spans: answers };
}
