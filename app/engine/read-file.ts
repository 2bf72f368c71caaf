/**
 * One file of a space as of some moment, read from the network piece by piece in bounded memory: all of it or a stretch of its bytes. Every
 * piece is verified. A file whose pieces do not add up to its size ends in a fault and never in silence.
 */
import { Fault } from '../domain/fault.ts';
import type { ChunkId } from '../domain/ids.ts';
import type { Version } from '../domain/space.ts';
import { openChunkReader, type ChunkReader } from '../restore/content/content.ts';
import type { EngineCore } from './engine-core.ts';
import { findSpace } from './look.ts';
import { findMoment } from './moment.ts';

export interface FileAt {
  readonly space: string;
  readonly path: string;
  readonly at: string | undefined;
}

export interface OpenFile {
  readonly version: Version;
  /** When the snapshot was made, ms since 1970. */
  readonly timeMs: number;
  /** Bytes [start, end) in pieces of at most one chunk each. */
  read(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array>;
}

/** Plaintext in memory at once for each file that is being read, but for the last chunk. */
const windowBytes = 8 * 1024 * 1024;
/** Chunks looked up at once: a file of a terabyte has some hundred thousand. */
const chunksAtOnce = 4_000;

/** Fault 'not-found' when nothing is there, 'bad-input' when it is not a file. */
export async function openFileAt(core: EngineCore, { space, path, at }: FileAt): Promise<OpenFile> {
  const row = await findSpace(core.catalog, space);
  const { tree, sequence, timeMs } = await findMoment(core, row, at);
  const version = path === '' ? undefined : await tree.entryAtSequence(row.num, path, sequence);
  if (version === undefined) throw new Fault('not-found', 'never', `'${row.name}' had nothing at '${path}' then.`);
  if (version.kind === 'folder') throw new Fault('bad-input', 'after-user', `'${path}' was a folder then, not a file.`);
  const reader = openChunkReader(core.open(row).keys, core);
  return {
    version,
    timeMs,
    read: (start, end, signal) => readStretch(core, reader, version, { start, end }, signal),
  };
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

async function* readStretch(
  core: EngineCore,
  reader: ChunkReader,
  version: Version,
  { start, end }: Stretch,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (start >= end) return;
  const ids = await reader.flatten(version.content, signal);
  let at = 0;
  for (let first = 0; first < ids.length && at < end; first += chunksAtOnce) {
    const some = ids.slice(first, first + chunksAtOnce);
    const sizes = await sizesOf(core, some);
    const wanted: { readonly id: ChunkId; readonly start: number }[] = [];
    for (const [i, id] of some.entries()) {
      const bytes = sizes[i] ?? 0;
      if (at < end && at + bytes > start) wanted.push({ id, start: at });
      at += bytes;
    }
    reader.willRead(await reader.plan(wanted.map(({ id }) => id)));
    while (wanted.length > 0) {
      const until = (wanted[0]?.start ?? 0) + windowBytes;
      const beyond = wanted.findIndex((chunk) => chunk.start >= until);
      const group = wanted.splice(0, beyond === -1 ? wanted.length : beyond);
      const ids = group.map(({ id }) => id);
      const chunks = await reader.chunks(ids, signal);
      for (const { id, start: chunkStart } of group) {
        const chunk = chunks.get(id) ?? new Uint8Array();
        yield chunk.subarray(Math.max(0, start - chunkStart), Math.min(chunk.length, end - chunkStart));
      }
    }
  }
  if (at < end) throw new Fault('pack-damaged', 'never', 'A stored file is not as long as its listing says.');
}

/** Plaintext bytes of chunks, as their packs say; the pool checks it when a chunk is opened. */
async function sizesOf(core: EngineCore, ids: readonly ChunkId[]): Promise<readonly number[]> {
  return (await core.catalog.chunkLocations(ids)).map((place, i) => {
    if (place !== undefined) return place.plainBytes;
    const id = ids[i]?.slice(0, 8) ?? '?';
    throw new Fault('blob-unavailable', 'later', `A piece of this file (${id}) is in no pack that this device knows.`);
  });
}
