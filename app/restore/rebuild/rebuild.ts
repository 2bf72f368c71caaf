/**
 * A space's catalog from the chain and the packs alone: every certified blob of the pool that opens with the space's key tells its own chunks; the
 * snapshot records among them, followed back from the head, tell the history. Blobs that do not open are another space's and are left alone.
 */
import { blobIdToBytes } from '../../domain/blob-id.ts';
import type { Dice } from '../../domain/clock.ts';
import { Fault } from '../../domain/fault.ts';
import type { NodeId, SnapshotId, SuiId } from '../../domain/ids.ts';
import { encodedBytes, redStuff } from '../../domain/redstuff.ts';
import type { ChunkPlace, Content, Head, Snapshot, TreeEntry } from '../../domain/space.ts';
import { listingFromBytes } from '../../formats/listing.ts';
import { parseIndex, parseTrailer, trailerBytes } from '../../formats/pack.ts';
import { snapshotFromBytes } from '../../formats/snapshot.ts';
import type { SpaceKeys } from '../../formats/space-keys.ts';
import type { Catalog, SpaceRow } from '../../ports/catalog.ts';
import type { Chain, PooledBlob } from '../../ports/chain.ts';
import type { Crypto } from '../../ports/crypto.ts';
import type { Log } from '../../ports/log.ts';
import type { BlobSource, ChunkReader } from '../content/content.ts';
import { diffTrees, type TreeSide } from './diff-trees.ts';

export interface RebuildInput {
  readonly row: SpaceRow;
  readonly keys: SpaceKeys;
  readonly shards: number;
  /** Pools of all devices that have a head of this space. */
  readonly pools: readonly SuiId[];
  readonly head: Head;
  readonly onPack: (packs: number, ofPacks: number) => void;
}

export interface RebuildPorts {
  readonly chain: Chain;
  readonly catalog: Catalog;
  readonly crypto: Crypto;
  readonly dice: Dice;
  readonly log: Log;
  readonly blobs: BlobSource;
  readonly reader: ChunkReader;
}

/** A folder's listing is bounded, so that a hostile one cannot fill the memory: a million names of 255 bytes fit. */
export const listingBytesMax = 512 * 1024 * 1024;

const indexesInFlight = 4;

export async function rebuild(
  input: RebuildInput,
  ports: RebuildPorts,
  signal: AbortSignal,
): Promise<{ readonly packs: number; readonly snapshots: number }> {
  const places = await importPacks(input, ports, signal);
  const history = await readHistory(input, places, ports, signal);
  let before: TreeSide = { content: { depth: 0, chunks: [] }, isEmpty: true };
  for (const snapshot of history) {
    await importOne(input.row, snapshot, before, ports, signal);
    before = { content: snapshot.record.root.content, isEmpty: false };
  }
  return { packs: places.packs, snapshots: history.length };
}

interface Places {
  readonly packs: number;
  readonly snapshots: ReadonlyMap<
    SnapshotId,
    { readonly place: ChunkPlace; readonly blob: PooledBlob; readonly pack: number }
  >;
}

async function importPacks(input: RebuildInput, ports: RebuildPorts, signal: AbortSignal): Promise<Places> {
  const blobs: { blob: PooledBlob; pool: SuiId }[] = [];
  for (const pool of input.pools) {
    for await (const page of ports.chain.pooledBlobs(pool, signal)) {
      blobs.push(...page.filter((blob) => blob.certifiedEpoch !== undefined).map((blob) => ({ blob, pool })));
    }
  }
  const snapshots = new Map<SnapshotId, { place: ChunkPlace; blob: PooledBlob; pack: number }>();
  let packs = 0;
  let seen = 0;
  for (let at = 0; at < blobs.length; at += indexesInFlight) {
    const some = blobs.slice(at, at + indexesInFlight);
    const indexes = await Promise.all(some.map(({ blob }) => readIndex(input, blob, ports, signal)));
    for (const [i, { blob, pool }] of some.entries()) {
      const chunks = indexes[i];
      input.onPack(++seen, blobs.length);
      if (chunks === undefined) continue;
      const bytes = blob.unencodedBytes;
      const encoded = encodedBytes(redStuff(input.shards), bytes);
      const row = {
        space: input.row.num,
        blobId: blob.blobId,
        object: blob.objectId,
        pool,
        bytes,
        encodedBytes: encoded,
        certifiedEpoch: blob.certifiedEpoch ?? 0,
        chunks,
      };
      const { num } = await ports.catalog.importPack(row);
      for (const place of chunks) if (place.kind === 'snapshot') snapshots.set(place.id, { place, blob, pack: num });
      packs++;
    }
  }
  return { packs, snapshots };
}

/** The places of a pack's chunks; undefined for a blob that is no pack of this space. */
async function readIndex(
  input: RebuildInput,
  blob: PooledBlob,
  ports: RebuildPorts,
  signal: AbortSignal,
): Promise<readonly ChunkPlace[] | undefined> {
  const size = blob.unencodedBytes;
  if (size < trailerBytes) return undefined;
  const [trailer = new Uint8Array()] = await ports.blobs.readRanges(
    blob.blobId,
    size,
    [{ start: size - trailerBytes, end: size }],
    signal,
  );
  const found = parseTrailer(ports.crypto, input.keys.index, input.row.id, trailer, size);
  if (found === undefined) {
    ports.log.write('info', 'rebuild.foreign-blob', { bytes: size, id: blobIdToBytes(blob.blobId)[0] ?? 0 });
    return undefined;
  }
  const [index = new Uint8Array()] = await ports.blobs.readRanges(
    blob.blobId,
    size,
    [{ start: found.start, end: found.start + found.bytes }],
    signal,
  );
  return parseIndex(ports.crypto, input.keys.index, input.row.id, index, found.start);
}

interface KnownSnapshot {
  readonly id: SnapshotId;
  readonly record: Snapshot;
  readonly place: ChunkPlace;
  readonly pack: number;
}

/** Snapshots from the first to the head. */
async function readHistory(
  input: RebuildInput,
  places: Places,
  ports: RebuildPorts,
  signal: AbortSignal,
): Promise<readonly KnownSnapshot[]> {
  const history: KnownSnapshot[] = [];
  const seen = new Set<SnapshotId>();
  for (let id: SnapshotId | undefined = input.head.snapshot; id !== undefined && !seen.has(id);) {
    seen.add(id);
    const found = places.snapshots.get(id);
    if (!found) {
      if (history.length === 0)
        throw new Fault(
          'blob-unavailable',
          'later',
          `The newest snapshot of '${input.row.name}' is in no certified pack.`,
        );
      ports.log.write('warning', 'rebuild.history-ends', { snapshots: history.length });
      break;
    }
    const record: Snapshot = snapshotFromBytes(
      await ports.reader.at(found.blob.blobId, found.blob.unencodedBytes, found.place, signal),
    );
    if (record.space !== input.row.id) throw new Fault('pack-foreign', 'never', 'A snapshot belongs to another space.');
    history.push({ id, record, place: found.place, pack: found.pack });
    id = record.parents[0];
  }
  return history.reverse();
}

async function importOne(
  row: SpaceRow,
  { id, record, place, pack }: KnownSnapshot,
  before: TreeSide,
  ports: RebuildPorts,
  signal: AbortSignal,
): Promise<void> {
  const list = async (content: Content): Promise<readonly TreeEntry[]> =>
    listingFromBytes(await ports.reader.bytes(content, listingBytesMax, signal));
  const numsOf = (nodes: readonly NodeId[]): Promise<readonly number[]> => ports.catalog.allotNodes(row.num, nodes);
  const { changes, folders } = await diffTrees(
    row.root,
    before,
    { content: record.root.content, isEmpty: false },
    list,
    numsOf,
  );
  const { sequence, parents, device, timeMs, files, bytes } = record;
  await ports.catalog.importSnapshot(
    {
      space: row.num,
      sequence,
      snapshot: id,
      parents,
      device,
      timeMs,
      files,
      bytes,
      root: record.root.content,
      place,
      lastPack: pack,
    },
    changes,
    [...folders, { num: row.root, content: record.root.content, bytes: record.root.bytes }],
  );
}
