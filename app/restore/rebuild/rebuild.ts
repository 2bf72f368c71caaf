/**
 * A space's catalog from the chain and the packs alone: every certified blob of the pool that opens with the space's key tells its own chunks; the
 * snapshot records among them, followed back from the head, tell the history. What the catalog knows already is not read again.
 */
import type { DeviceId, NodeId, SnapshotId } from '../../domain/ids.ts';
import { Fault } from '../../domain/fault.ts';
import type { ChunkPlace, Content, Head, Snapshot, TreeEntry } from '../../domain/space.ts';
import { listingFromBytes } from '../../formats/listing.ts';
import { snapshotFromBytes, snapshotToBytes } from '../../formats/snapshot.ts';
import type { SpaceKeys } from '../../formats/space-keys.ts';
import type { SpaceRow } from '../../ports/catalog.ts';
import type { ChunkReader } from '../content/content.ts';
import { diffTrees, type TreeSide } from './diff-trees.ts';
import { keepSnapshot } from './kept-snapshots.ts';
import { ownTrouble, type ImportPorts } from './import-packs.ts';

export { sameContent } from './diff-trees.ts';
export { importPacks, ownTrouble } from './import-packs.ts';
export { keepSnapshot, keptSnapshot } from './kept-snapshots.ts';

export interface RebuildInput {
  readonly row: SpaceRow;
  readonly keys: SpaceKeys;
  /** The newest snapshot that the catalog is to hold. */
  readonly head: Pick<Head, 'snapshot' | 'sequence'>;
  /** Ranges of sequences that the head's device gave up: what they held need not be there any more. */
  readonly thinned: Ranges;
  /** The device whose own snapshots are all of the line, as they were in its catalog: this one; on an empty home the head's. And what it gave up. */
  readonly own: { readonly device: DeviceId; readonly thinned: Ranges };
}

type Ranges = readonly (readonly [from: number, to: number])[];

export interface RebuildPorts extends ImportPorts {
  readonly reader: ChunkReader;
}

/** A folder's listing is bounded, so that a hostile one cannot fill the memory: a million names of 255 bytes fit. */
export const listingBytesMax = 512 * 1024 * 1024;

/** What could not be read of the past is left out; the newest snapshot is not among it. The packs of all devices are known before. */
export async function rebuild(
  input: RebuildInput,
  ports: RebuildPorts,
  signal: AbortSignal,
): Promise<{ readonly snapshots: number }> {
  const { row } = input;
  const history = await readHistory(input, ports, signal);
  const newest = (await ports.catalog.snapshots(row.num)).find((round) => round.sequence === row.sequence);
  let before: TreeSide = newest
    ? { content: newest.root, isEmpty: false }
    : { content: { depth: 0, chunks: [] }, isEmpty: true };
  let snapshots = 0;
  for (const snapshot of history) {
    if (isThinned(input, snapshot)) continue;
    try {
      await importOne(row, snapshot, before, ports, signal);
      snapshots++;
      before = { content: snapshot.record.root.content, isEmpty: false };
    } catch (error) {
      // It stays to be read as a side snapshot, which says what is wrong with it.
      if (snapshot.id === input.head.snapshot || ownTrouble(error) === undefined) throw error;
      ports.log.write('warning', 'rebuild.snapshot-left-out', { sequence: snapshot.record.sequence });
    }
  }
  return { snapshots };
}

function isThinned({ head, thinned, own }: RebuildInput, { record }: KnownSnapshot): boolean {
  const { sequence, device } = record;
  const ranges = device === own.device ? own.thinned : thinned;
  return sequence !== head.sequence && ranges.some(([from, to]) => from <= sequence && sequence <= to);
}

interface KnownSnapshot {
  readonly id: SnapshotId;
  readonly record: Snapshot;
  readonly place: ChunkPlace;
  readonly pack: number;
}

/** A snapshot's record; undefined when it lies in no certified pack. */
async function readRecord(
  id: SnapshotId,
  { row }: RebuildInput,
  ports: RebuildPorts,
  signal: AbortSignal,
): Promise<KnownSnapshot | undefined> {
  const [place] = await ports.catalog.chunkLocations([id]);
  if (place?.blobId === undefined) return undefined;
  const record = snapshotFromBytes(await ports.reader.at(place.blobId, place.packBytes, place, signal));
  if (record.space !== row.id) throw new Fault('pack-foreign', 'never', 'A snapshot belongs to another space.');
  return { id, record, place, pack: place.pack };
}

/** The same, when not being able to read it ends the history there and nothing else. */
async function readRecordIfAny(...asked: Parameters<typeof readRecord>): ReturnType<typeof readRecord> {
  try {
    return await readRecord(...asked);
  } catch (error) {
    if (ownTrouble(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * Snapshots of the line that the catalog does not hold, from the first to the head: what the head follows, and what the own device made that the head
 * contains, although a merge of somebody else may stand between.
 */
async function readHistory(
  input: RebuildInput,
  ports: RebuildPorts,
  signal: AbortSignal,
): Promise<readonly KnownSnapshot[]> {
  const { row, head, own } = input;
  const newest = await readRecord(head.snapshot, input, ports, signal);
  if (newest === undefined)
    throw new Fault('blob-unavailable', 'later', `The newest snapshot of '${row.name}' is in no certified pack.`);
  const line = new Map<number, KnownSnapshot>();
  const seen = new Set<SnapshotId>();
  for (let at: KnownSnapshot | undefined = newest; at !== undefined && at.record.sequence > row.sequence;) {
    line.set(at.record.sequence, at);
    seen.add(at.id);
    const [parent]: readonly SnapshotId[] = at.record.parents;
    if (parent === undefined || seen.has(parent)) break;
    at = await readRecordIfAny(parent, input, ports, signal);
    if (at === undefined) ports.log.write('warning', 'rebuild.history-ends', { snapshots: line.size });
  }
  const contained = newest.record.vector.get(own.device) ?? 0;
  for (const id of await ports.catalog.strangeSnapshots(row.num, snapshotsMax)) {
    if (seen.has(id)) continue;
    const one = await readRecordIfAny(id, input, ports, signal);
    if (one?.record.device !== own.device || one.record.sequence > contained) continue;
    if (one.record.sequence > row.sequence && one.record.sequence < newest.record.sequence)
      line.set(one.record.sequence, one);
  }
  return [...line.values()].toSorted((a, b) => a.record.sequence - b.record.sequence);
}

/** Snapshot records that are looked at for those of the own device. */
const snapshotsMax = 100_000;

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
  await keepSnapshot(ports.catalog, id, snapshotToBytes(record));
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
    record,
  );
}
