/**
 * Files to chunks: reads contents in shared buffers, cuts and names the chunks on the pool, and hands those that are not stored yet to the sink.
 * A file that changes while it is read gives no content, only a problem: torn content is never kept. Buffers in flight are bounded.
 */
import {
  batchBytesMax,
  batchFilesMax,
  batchesInFlightMax,
  changingTriesMax,
  spanBytesMax,
} from '../../domain/limits.ts';
import { Fault } from '../../domain/fault.ts';
import { parseChunkId, type ChunkId } from '../../domain/ids.ts';
import type { SpacePath } from '../../domain/path-name.ts';
import type { ChunkKind } from '../../domain/space.ts';
import type { Disk, FileStat, ReadSpan } from '../../ports/disk.ts';
import type { FoundChunk } from '../../ports/pool.ts';

/** Cuts a moved buffer into chunks and sees that those not stored yet get stored. */
export interface ChunkSink {
  /** A buffer to read so many bytes into; it comes back by `take`. */
  room(bytes: number): ArrayBufferLike;
  /** `runs` as in the pool's chunk task. The promise resolves when the chunks are named and the new ones are handed on. */
  take(
    buffer: ArrayBufferLike,
    runs: readonly { start: number; bytes: number; isLast: boolean }[],
    kind: ChunkKind,
  ): Promise<readonly (readonly FoundChunk[])[]>;
}

export interface FileToChunk {
  readonly path: SpacePath;
  readonly stat: FileStat;
}

export interface ChunkedFile<T extends FileToChunk> {
  readonly file: T;
  readonly result: { readonly chunks: readonly ChunkId[]; readonly stat: FileStat } | Fault;
}

function isSteady(before: FileStat, after: FileStat): boolean {
  return (
    before.bytes === after.bytes &&
    before.mtimeNs === after.mtimeNs &&
    before.ctimeNs === after.ctimeNs &&
    before.inode === after.inode
  );
}

const changing = (): Fault =>
  new Fault('file-changing', 'later', 'The file kept changing while it was read. It is tried again in the next pass.');

/** Files in the order in which they are to be read, some at a time. */
export type FileGroups<T> = Iterable<readonly T[]> | AsyncIterable<readonly T[]>;

/** Groups of files that share a buffer; a file above a batch stands alone. */
async function* batches<T extends FileToChunk>(groups: FileGroups<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for await (const group of groups)
    for (const file of group) {
      const isLarge = file.stat.bytes > batchBytesMax;
      if (batch.length > 0 && (isLarge || bytes + file.stat.bytes > batchBytesMax || batch.length >= batchFilesMax)) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(file);
      bytes += file.stat.bytes;
    }
  if (batch.length > 0) yield batch;
}

/** Yields each file once, in batches, nearly in order. */
export async function* chunkFiles<T extends FileToChunk>(
  files: FileGroups<T>,
  ports: { readonly disk: Disk; readonly root: string; readonly sink: ChunkSink },
  signal: AbortSignal,
): AsyncGenerator<readonly ChunkedFile<T>[]> {
  const running: Promise<readonly ChunkedFile<T>[]>[] = [];
  try {
    for await (const batch of batches(files)) {
      signal.throwIfAborted();
      running.push(chunkBatch(batch, ports, signal));
      if (running.length >= batchesInFlightMax) yield await (running.shift() ?? []);
    }
    while (running.length > 0) yield await (running.shift() ?? []);
  } finally {
    await Promise.allSettled(running);
  }
}

type Ports = Parameters<typeof chunkFiles>[1];

async function chunkBatch<T extends FileToChunk>(
  batch: readonly T[],
  ports: Ports,
  signal: AbortSignal,
): Promise<readonly ChunkedFile<T>[]> {
  const [first] = batch;
  if (batch.length === 1 && first && first.stat.bytes > batchBytesMax)
    return [{ file: first, result: await retried(() => chunkLarge(first, ports, signal)) }];
  // One byte more than expected, to notice a file that grew.
  const spans = batch.map(({ path, stat }) => ({ path, offset: 0, bytesMax: stat.bytes + 1 }));
  const room = ports.sink.room(spans.reduce((sum, span) => sum + span.bytesMax, 0));
  const { buffer, spans: read } = await ports.disk.read(ports.root, spans, signal, room);
  const whole = batch.map((file, i) => wholeSpan(file, read[i]));
  const good = whole.filter((span): span is ReadSpan => !(span instanceof Fault));
  const runs = await ports.sink.take(
    buffer,
    good.map(({ start, bytes }) => ({ start, bytes, isLast: true })),
    'file',
  );
  const chunked = new Map(good.map((span, i) => [span, runs[i] ?? []]));
  return Promise.all(
    batch.map(async (file, i) => {
      const span = whole[i] ?? changing();
      if (!(span instanceof Fault))
        return {
          file,
          result: { chunks: (chunked.get(span) ?? []).map((chunk) => parseChunkId(chunk.id)), stat: span.after },
        };
      const result = span.code === 'file-changing' ? await retried(() => chunkLarge(file, ports, signal)) : span;
      return { file, result };
    }),
  );
}

/** The span of a file that was read whole and did not change meanwhile. */
function wholeSpan(file: FileToChunk, span: ReadSpan | Fault | undefined): ReadSpan | Fault {
  if (span === undefined || span instanceof Fault) return span ?? changing();
  return isSteady(span.before, span.after) && span.bytes === span.after.bytes && span.bytes <= file.stat.bytes
    ? span
    : changing();
}

async function retried<R>(attempt: () => Promise<R | Fault>): Promise<R | Fault> {
  let result: R | Fault = changing();
  for (let tries = 0; tries < changingTriesMax; tries++) {
    result = await attempt();
    if (!(result instanceof Fault && result.code === 'file-changing')) break;
  }
  return result;
}

/** A file of any size, span by span; a span starts where the last whole chunk of the one before ended. */
async function chunkLarge(
  file: FileToChunk,
  ports: Ports,
  signal: AbortSignal,
): Promise<ChunkedFile<FileToChunk>['result']> {
  const chunks: ChunkId[] = [];
  let first: FileStat | undefined;
  for (let offset = 0; ;) {
    signal.throwIfAborted();
    const { buffer, spans } = await ports.disk.read(
      ports.root,
      [{ path: file.path, offset, bytesMax: spanBytesMax }],
      signal,
      ports.sink.room(spanBytesMax),
    );
    const [span] = spans;
    if (span === undefined || span instanceof Fault) return span ?? changing();
    first ??= span.before;
    if (!isSteady(first, span.after)) return changing();
    const isLast = offset + span.bytes === span.after.bytes;
    if (!isLast && span.bytes < spanBytesMax) return changing();
    const [found = []] = await ports.sink.take(buffer, [{ start: span.start, bytes: span.bytes, isLast }], 'file');
    chunks.push(...found.map((chunk) => parseChunkId(chunk.id)));
    if (isLast) return { chunks, stat: span.after };
    offset += found.reduce((sum, chunk) => sum + chunk.bytes, 0);
  }
}
