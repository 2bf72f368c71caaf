/**
 * The `Disk` port over the real file system. Listing, reading and small placements run in disk threads with blocking calls; nothing is awaited
 * per file. No link below a root is followed, nothing is half visible, and what cannot be seen is told as a problem, never taken as absent.
 *
 * Kept exactly: name bytes, content, holes, permission bits, link texts, and modification times to the microsecond (`keptMtimeNs`).
 * Not kept: owners, access times, extended attributes, hard-link groups, and the modification time of links.
 */
import { lstatSync } from 'node:fs';
import { realpath, stat, statfs } from 'node:fs/promises';
import { textFromNameBytes, type SpacePath } from '../../domain/path-name.ts';
import { Fault } from '../../domain/fault.ts';
import type { Disk, DiskAct, FileSpan, FileStat, FolderListing, Over, ReadBatch, SmallFile } from '../../ports/disk.ts';
import { diskFault, isMissing, unpackFault } from './disk-fault.ts';
import type { PlaceJob } from './disk-jobs.ts';
import { natureOf } from './disk-nature.ts';
import { openDiskThreads, type DiskThreads } from './disk-threads.ts';
import { statOf } from './file-look.ts';
import { childPath, closeFolder, diskPath, openFolder, splitPath, withFolder } from './folder-handle.ts';
import { dressFolder, makeFolders, placeLink } from './place-entries.ts';
import { removeTemporary } from './place-files.ts';
import { placeFile } from './placed-file.ts';
import { isTaggedWith, makeTag } from './temporary-name.ts';
import { unpackListings, walkTree } from './walk.ts';

export { diskFault, isMissing } from './disk-fault.ts';
export { childPath, diskPath } from './folder-handle.ts';
export { isTemporary } from './temporary-name.ts';
export { makePath } from './make-path.ts';
export { keptMtimeNs } from './file-look.ts';

export interface OpenDisk extends Disk {
  close(): Promise<void>;
}

const keepAll = (): boolean => false;

/** Does `work`, with system errors as faults. */
function guarded<T>(path: string, doing: 'read' | 'listed' | 'written', work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskFault(error, path, doing);
  }
}

function lookAt(root: string, path: SpacePath): FileStat | undefined {
  // A missing root is never "nothing there": what lies below it is unknown.
  closeFolder(guarded('', 'listed', () => openFolder(root, '', 'pass')));
  if (path === '') return statOf(guarded('', 'listed', () => lstatSync(diskPath(root), { bigint: true })));
  const { folder, name } = splitPath(path);
  return guarded(path, 'listed', () => {
    try {
      return withFolder(root, folder, 'pass', (handle) =>
        statOf(lstatSync(childPath(handle.base, name), { bigint: true })),
      );
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });
}

async function readBatch(
  threads: DiskThreads,
  root: string,
  spans: readonly FileSpan[],
  signal: AbortSignal,
  room: ArrayBufferLike | undefined,
): Promise<ReadBatch> {
  signal.throwIfAborted();
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const onAbort = (): void => {
    Atomics.store(cancel, 0, 1);
  };
  signal.addEventListener('abort', onAbort);
  try {
    const read = await threads.run(
      { kind: 'read', root, spans, room, cancel },
      room instanceof ArrayBuffer ? [room] : [],
    );
    signal.throwIfAborted();
    return { buffer: read.buffer, spans: read.spans.map((span) => ('code' in span ? unpackFault(span) : span)) };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function placeBatch(
  threads: DiskThreads,
  files: readonly SmallFile[],
  rest: Pick<PlaceJob, 'root' | 'over' | 'durable' | 'tag'>,
): Promise<readonly (FileStat | Fault)[]> {
  // One buffer for all: a view would drag its whole buffer along when it is copied to the thread.
  const together = new Uint8Array(files.reduce((sum, file) => sum + file.bytes.length, 0));
  let start = 0;
  const packed = files.map(({ path, mode, mtimeNs, bytes, over }) => {
    together.set(bytes, start);
    const file = { path, mode, mtimeNs, start, bytes: bytes.length, ...(over === undefined ? {} : { over }) };
    start += bytes.length;
    return file;
  });
  const job: PlaceJob = { kind: 'place', files: packed, buffer: together.buffer, ...rest };
  const answers = await threads.run<'place'>(job, [together.buffer]);
  return answers.map((answer) => ('code' in answer ? unpackFault(answer) : answer));
}

async function actBatch(
  threads: DiskThreads,
  root: string,
  acts: readonly DiskAct[],
): Promise<readonly (FileStat | undefined | Fault)[]> {
  const answers = await threads.run<'act'>({ kind: 'act', root, acts });
  return answers.map((answer) => (answer !== undefined && 'code' in answer ? unpackFault(answer) : answer));
}

async function sweepTree(threads: DiskThreads, root: string, tag: string, signal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const listings of walkTree(threads, root, '', keepAll, signal)) {
    for (const { path, leftovers } of listings) {
      const stale = leftovers.filter((name) => !isTaggedWith(name, tag));
      if (stale.length === 0) continue;
      guarded(path, 'written', () =>
        withFolder(root, path, 'pass', (folder) => {
          for (const name of stale) removeTemporary(folder, name);
        }),
      );
      count += stale.length;
    }
  }
  return count;
}

async function listOne(threads: DiskThreads, root: string, path: SpacePath): Promise<FolderListing> {
  const [listing] = unpackListings(await threads.run({ kind: 'list', root, paths: [path] }), keepAll);
  if (listing === undefined) throw new Error('a disk thread answered without a listing');
  return listing;
}

async function realFolder(path: string): Promise<string> {
  try {
    const real = await realpath(diskPath(path), { encoding: 'buffer' });
    if ((await stat(real)).isDirectory()) return textFromNameBytes(real);
  } catch (error) {
    throw diskFault(error, path, 'listed');
  }
  throw new Fault('bad-input', 'after-user', 'That is no folder.');
}

/** `threads`: how many files are worked on at once; more than there are cores helps on a cold disk. */
export function openDisk(options: { readonly threads: number }): OpenDisk {
  const threads = openDiskThreads(options.threads);
  const tag = makeTag();
  return {
    nature: async (root) => guarded('', 'listed', () => natureOf(root)),
    walk: (root, from, isLeftOut, signal) => walkTree(threads, root, from, isLeftOut, signal),
    list: (root, path) => listOne(threads, root, path),
    look: async (root, path) => lookAt(root, path),
    read: (root, spans, signal, room) => readBatch(threads, root, spans, signal, room),
    makeFolder: async (root, path) => guarded(path, 'written', () => makeFolders(root, path)),
    setFolder: async (root, path, placement) => guarded(path, 'written', () => dressFolder(root, path, placement)),
    place: (root, path, over) => placeFile(root, path, over, tag),
    placeSmall: (root, files, over: Over, durable) => placeBatch(threads, files, { root, over, durable, tag }),
    placeSymlink: async (root, path, target, over) =>
      guarded(path, 'written', () => placeLink(root, path, target, over, tag)),
    act: (root, acts) => actBatch(threads, root, acts),
    async freeBytes(root) {
      const { bavail, bsize } = await statfs(diskPath(root)).catch((error: unknown) => {
        throw diskFault(error, root, 'listed');
      });
      return bavail * bsize;
    },
    resolveFolder: realFolder,
    sweep: (root, signal) => sweepTree(threads, root, tag, signal),
    close: () => threads.close(),
  };
}
