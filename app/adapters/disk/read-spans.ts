/**
 * Reads spans of files into one buffer on a disk thread. A file is opened in its held folder without following a link; it is looked at before
 * the first and after the last byte. What cannot be read is that file's fault only. Access times are left alone where the system allows it.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { displayName, nameBytesFromText, type SpacePath } from '../../domain/path-name.ts';
import { Fault } from '../../domain/fault.ts';
import type { FileSpan, FileStat, ReadSpan } from '../../ports/disk.ts';
import type { NativeLook, ReadFiles } from '../../../native-workers/codec/codec.ts';
import { diskFault, errnoOf, packFault } from './disk-fault.ts';
import type { PackedRead } from './disk-jobs.ts';
import { isSameStat, statOf } from './file-look.ts';
import { childPath, splitPath, withFolder, type DiskPath, type FolderHandle } from './folder-handle.ts';

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

/** Neighbours in a folder, which is held while they are read. */
interface Group {
  readonly folder: SpacePath;
  readonly files: { readonly span: FileSpan; readonly name: string; readonly at: number }[];
}

type Answer = PackedRead['spans'][number];

/** In the order of the spans; a path that is none is answered at once. */
function groupsOf(spans: readonly FileSpan[], answers: Answer[]): readonly Group[] {
  const groups: Group[] = [];
  for (const [at, span] of spans.entries()) {
    try {
      const { folder, name } = splitPath(span.path);
      const last = groups.at(-1);
      const group = last?.folder === folder ? last : { folder, files: [] };
      if (group !== last) groups.push(group);
      group.files.push({ span, name, at });
    } catch (error) {
      answers[at] = packFault(diskFault(error, span.path, 'read'));
    }
  }
  return groups;
}

const statFrom = ({ mode, ...rest }: NativeLook): FileStat => ({ kind: 'file', mode: mode & 0o7777, ...rest });

/** All files of a group that are read without trouble, in one call. Returns the bytes that they take. */
function readTogether(
  { files }: Group,
  handle: FolderHandle,
  into: Uint8Array,
  cancel: Int32Array,
  read: ReadFiles,
  answers: Answer[],
): number {
  const names = nameBytesFromText(files.map(({ name }) => `${name}\0`).join(''));
  const wanted = files.map(({ span }) => span);
  let used = 0;
  for (const [i, done] of read(handle.fd, names, wanted, into, cancel).entries()) {
    const file = files[i];
    if (done === undefined || file === undefined) continue;
    const before = statFrom(done.before);
    const after = done.after === done.before ? before : statFrom(done.after);
    answers[file.at] = { start: into.byteOffset + used, bytes: done.bytes, before, after };
    used += done.bytes;
  }
  return used;
}

/** `together`: many files in one call, where that is to be had. */
export function readSpans(
  root: string,
  spans: readonly FileSpan[],
  cancel: Int32Array,
  room?: ArrayBufferLike,
  together?: ReadFiles,
): PackedRead {
  const capacity = spans.reduce((sum, span) => sum + span.bytesMax, 0);
  const isRoomy = room !== undefined && room.byteLength >= capacity;
  // Pages that are never written cost no memory, so the buffer may start at the most that could be read.
  const buffer = isRoomy ? room : new ArrayBuffer(capacity);
  const answers: Answer[] = [];
  let used = 0;
  for (const group of groupsOf(spans, answers)) {
    const fail = (file: Group['files'][number], error: unknown): void => {
      answers[file.at] = packFault(diskFault(error, file.span.path, 'read'));
    };
    try {
      withFolder(root, group.folder, 'pass', (handle) => {
        if (together) used += readTogether(group, handle, new Uint8Array(buffer, used), cancel, together, answers);
        // One by one: what was not read together, with the reason why.
        for (const file of group.files.filter(({ at }) => answers[at] === undefined)) {
          try {
            const answer = readOne(handle, file.name, file.span, new Uint8Array(buffer, used), cancel);
            used += answer.bytes;
            answers[file.at] = answer;
          } catch (error) {
            fail(file, error);
          }
        }
      });
    } catch (error) {
      for (const file of group.files) if (answers[file.at] === undefined) fail(file, error);
    }
  }
  const isShort = buffer instanceof ArrayBuffer && !isRoomy && used < capacity;
  return { buffer: isShort ? buffer.transfer(used) : buffer, spans: answers };
}
