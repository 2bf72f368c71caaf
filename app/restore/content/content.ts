/**
 * Chunk ids to plaintext: finds the packs, reads neighbouring chunks in one range, opens them on the pool (tag and keyed hash are checked
 * there). Asks for no more than a window of bytes at a time.
 */
import type { BlobId } from '../../domain/blob-id.ts';
import { concatBytes, releaseBuffer } from '../../domain/bytes.ts';
import { Fault } from '../../domain/fault.ts';
import { parseChunkId, type ChunkId } from '../../domain/ids.ts';
import { restoreWindowBytes } from '../../domain/limits.ts';
import type { ChunkPlace, Content } from '../../domain/space.ts';
import { chunkListFromBytes, contentDepthMax } from '../../formats/listing.ts';
import type { SpaceKeys } from '../../formats/space-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Pool, Urgency } from '../../ports/pool.ts';
import { openPlaceReader, type Located } from './place-reader.ts';

export interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Reads ranges of a stored blob; every byte is verified against the blob id. */
export interface BlobSource {
  /** The bytes are lent for as long as `use` takes; shared memory among them is somebody else's after that. */
  withRanges<T>(
    blob: BlobId,
    blobBytes: number,
    ranges: readonly ByteRange[],
    signal: AbortSignal,
    use: (parts: readonly Uint8Array[]) => Promise<T>,
  ): Promise<T>;
  /** The bytes as the caller's own. */
  readRanges(
    blob: BlobId,
    blobBytes: number,
    ranges: readonly ByteRange[],
    signal: AbortSignal,
  ): Promise<readonly Uint8Array[]>;
  /** So many bytes of the blob will be asked for soon, in one range after another. Only a hint. */
  willRead(blob: BlobId, bytes: number): void;
}

/** What reading many chunks will take. */
export interface ReadingPlan {
  /** When each chunk is best read: in this order, packs are read one after another, each from its start to its end. */
  readonly turns: ReadonlyMap<ChunkId, number>;
  /** Bytes of sealed chunks by the pack they lie in. */
  readonly packs: ReadonlyMap<BlobId, number>;
}

export interface ContentPorts {
  readonly blobs: BlobSource;
  readonly catalog: Catalog;
  readonly pool: Pool;
}

export interface ChunkReader {
  /** Where chunks lie that will be read soon. Chunks in no certified pack have no turn: reading them will say so. */
  plan(ids: readonly ChunkId[]): Promise<ReadingPlan>;
  /** The plan is followed now: lets packs be fetched as a whole where that is less. */
  willRead(plan: ReadingPlan): void;
  /** Plaintext of each id. Duplicates cost nothing. The caller keeps the sum within a window (`restoreWindowBytes`). */
  chunks(ids: readonly ChunkId[], signal: AbortSignal): Promise<ReadonlyMap<ChunkId, Uint8Array>>;
  /** The chunks of the content itself, below any lists. */
  flatten(content: Content, signal: AbortSignal): Promise<readonly ChunkId[]>;
  /** Whole content in memory: for listings, links and previews. */
  bytes(content: Content, bytesMax: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Several contents in one go, in order; the caller keeps their sum small. */
  many(contents: readonly Content[], bytesMax: number, signal: AbortSignal): Promise<readonly Uint8Array[]>;
  /** A chunk whose place is known without the catalog. */
  at(blob: BlobId, blobBytes: number, place: ChunkPlace, signal: AbortSignal): Promise<Uint8Array>;
  /** Bytes fetched from packs so far. */
  readonly fetchedBytes: number;
}

/** Ranges closer than this are read as one: a gap costs less than another request. */
const gapBytes = 128 * 1024;

/** Ids in one question to the catalog, whose thread others are waiting for as well. */
const idsAtOnce = 5_000;

export function openChunkReader(keys: SpaceKeys, ports: ContentPorts, urgency: Urgency = 'interactive'): ChunkReader {
  let fetchedBytes = 0;

  async function readPack(
    blob: BlobId,
    blobBytes: number,
    places: readonly ChunkPlace[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<ChunkId, Uint8Array>> {
    const groups = neighbours(places);
    const ranges = groups.map((group) => ({
      start: group[0]?.start ?? 0,
      end: Math.max(...group.map((place) => place.start + place.bytes)),
    }));
    const opened = await ports.blobs.withRanges(blob, blobBytes, ranges, signal, (read) =>
      Promise.all(
        groups.map((group, i) => openGroup(group, ranges[i]?.start ?? 0, read[i] ?? new Uint8Array(), signal)),
      ),
    );
    return new Map(opened.flat());
  }

  /** Opens chunks that lie in `bytes`, which begin at `start` of their pack. */
  async function openGroup(
    group: readonly ChunkPlace[],
    start: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<readonly (readonly [ChunkId, Uint8Array])[]> {
    fetchedBytes += bytes.length;
    // Shared memory is opened where it lies; what cannot be shared is moved, so it is copied first.
    const isShared = bytes.buffer instanceof SharedArrayBuffer;
    const buffer = isShared ? bytes.buffer : new Uint8Array(bytes).buffer;
    const offset = isShared ? bytes.byteOffset : 0;
    const chunks = group.map((place) => ({
      id: place.id,
      start: offset + place.start - start,
      bytes: place.bytes,
      plainBytes: place.plainBytes,
    }));
    const task = { buffer, chunks, sealKey: keys.seal, idKey: keys.chunkId };
    const { buffer: spent, plain, chunks: found } = await ports.pool.open(task, { urgency, signal });
    if (spent instanceof ArrayBuffer) releaseBuffer(spent);
    return found.map((chunk) => [parseChunkId(chunk.id), new Uint8Array(plain, chunk.start, chunk.bytes)] as const);
  }

  const chunks = openPlaceReader(ports.catalog, readPack);

  async function plan(ids: readonly ChunkId[]): Promise<ReadingPlan> {
    const found: Located[] = [];
    const wanted = [...new Set(ids)];
    for (let at = 0; at < wanted.length; at += idsAtOnce) {
      for (const place of await ports.catalog.chunkLocations(wanted.slice(at, at + idsAtOnce))) {
        if (place?.blobId !== undefined) found.push({ ...place, blobId: place.blobId });
      }
    }
    found.sort((a, b) => a.pack - b.pack || a.start - b.start);
    const packs = new Map<BlobId, number>();
    for (const { blobId, bytes } of found) packs.set(blobId, (packs.get(blobId) ?? 0) + bytes);
    return { turns: new Map(found.map(({ id }, turn) => [id, turn])), packs };
  }

  /** Chunks put together in order, window by window. */
  async function joined(ids: readonly ChunkId[], bytesMax: number, signal: AbortSignal): Promise<Uint8Array> {
    return together(ids, await chunks(ids, signal), bytesMax);
  }

  async function flatten(content: Content, signal: AbortSignal): Promise<readonly ChunkId[]> {
    if (content.depth > contentDepthMax) throw new Fault('pack-damaged', 'never', 'A stored file is nested too deep.');
    let ids = content.chunks;
    for (let depth = content.depth; depth > 0; depth--)
      ids = chunkListFromBytes(await joined(ids, restoreWindowBytes, signal));
    return ids;
  }

  return {
    plan,
    willRead({ packs }) {
      for (const [blob, bytes] of packs) ports.blobs.willRead(blob, bytes);
    },
    chunks,
    flatten,
    async bytes(content, bytesMax, signal) {
      return joined(await flatten(content, signal), bytesMax, signal);
    },
    async many(contents, bytesMax, signal) {
      const lists = await Promise.all(contents.map((content) => flatten(content, signal)));
      const found = await chunks(lists.flat(), signal);
      return lists.map((ids) => together(ids, found, bytesMax));
    },
    async at(blob, blobBytes, place, signal) {
      const found = await readPack(blob, blobBytes, [place], signal);
      return found.get(place.id) ?? new Uint8Array();
    },
    get fetchedBytes() {
      return fetchedBytes;
    },
  };
}

function together(ids: readonly ChunkId[], found: ReadonlyMap<ChunkId, Uint8Array>, bytesMax: number): Uint8Array {
  const parts = ids.map((id) => found.get(id) ?? new Uint8Array());
  if (parts.reduce((sum, part) => sum + part.length, 0) > bytesMax)
    throw new Fault('pack-damaged', 'never', 'A stored listing is larger than it says.');
  return concatBytes(...parts);
}

/** Places in order, cut where the gap is too wide. */
function neighbours<T extends ChunkPlace>(places: readonly T[]): readonly (readonly T[])[] {
  const sorted = [...places].sort((a, b) => a.start - b.start);
  const groups: T[][] = [];
  let end = 0;
  for (const place of sorted) {
    const group = groups.at(-1);
    if (group && place.start - end <= gapBytes) group.push(place);
    else groups.push([place]);
    end = Math.max(end, place.start + place.bytes);
  }
  return groups;
}
