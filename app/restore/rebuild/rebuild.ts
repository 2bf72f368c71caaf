/**
 * A space's catalog from the chain and the packs alone: every certified blob of the pool that opens with the space's key tells its own chunks; the
 * snapshot records among them, followed back from the head, tell the history. What the catalog knows already is not read again.
 */
import type { NodeId, SnapshotId, SuiId } from '../../domain/ids.ts';
import { Fault } from '../../domain/fault.ts';
import type { ChunkPlace, Content, Head, Snapshot, TreeEntry } from '../../domain/space.ts';
import { listingFromBytes } from '../../formats/listing.ts';
import { snapshotFromBytes, snapshotToBytes } from '../../formats/snapshot.ts';
import type { SpaceRow } from '../../ports/catalog.ts';
import type { ChunkReader } from '../content/content.ts';
import { diffTrees, type TreeSide } from './diff-trees.ts';
import { keepSnapshot } from './kept-snapshots.ts';
import { importPacks, type ImportInput, type ImportPorts } from './import-packs.ts';

export { importPacks } from './import-packs.ts';
export { keepSnapshot, keptSnapshot } from './kept-snapshots.ts';

export interface RebuildInput extends ImportInput {
  /** Pools of all devices that have a head of this space. */
  readonly pools: readonly SuiId[];
  readonly head: Head;
  /** Ranges of sequences that were given up: what they held need not be there any more. */
  readonly thinned: readonly (readonly [from: number, to: number])[];
}

export interface RebuildPorts extends ImportPorts {
  readonly reader: ChunkReader;
}

/** A folder's listing is bounded, so that a hostile one cannot fill the memory: a million names of 255 bytes fit. */
export const listingBytesMax = 512 * 1024 * 1024;

export async function rebuild(
  input: RebuildInput,
  ports: RebuildPorts,
  signal: AbortSignal,
): Promise<{ readonly packs: number; readonly unreadable: number; readonly snapshots: number }> {
  const { row } = input;
  const { packs, unreadable } = await importPacks(input, input.pools, ports, signal);
  const history = await readHistory(input, ports, signal);
  const newest = (await ports.catalog.snapshots(row.num)).find((round) => round.sequence === row.sequence);
  let before: TreeSide = newest
    ? { content: newest.root, isEmpty: false }
    : { content: { depth: 0, chunks: [] }, isEmpty: true };
  const isThinned = ({ record: { sequence } }: KnownSnapshot): boolean =>
    sequence !== input.head.sequence && input.thinned.some(([from, to]) => from <= sequence && sequence <= to);
  for (const snapshot of history) {
    if (isThinned(snapshot)) continue;
    await importOne(row, snapshot, before, ports, signal);
    before = { content: snapshot.record.root.content, isEmpty: false };
  }
  return { packs, unreadable, snapshots: history.length };
}

interface KnownSnapshot {
  readonly id: SnapshotId;
  readonly record: Snapshot;
  readonly place: ChunkPlace;
  readonly pack: number;
}

/** Snapshots that the catalog does not hold, from the first to the head. */
async function readHistory(
  { row, head }: RebuildInput,
  ports: RebuildPorts,
  signal: AbortSignal,
): Promise<readonly KnownSnapshot[]> {
  const history: KnownSnapshot[] = [];
  const seen = new Set<SnapshotId>();
  for (let id: SnapshotId | undefined = head.snapshot; id !== undefined && !seen.has(id);) {
    seen.add(id);
    const [place] = await ports.catalog.chunkLocations([id]);
    if (place?.blobId === undefined) {
      if (history.length === 0)
        throw new Fault('blob-unavailable', 'later', `The newest snapshot of '${row.name}' is in no certified pack.`);
      ports.log.write('warning', 'rebuild.history-ends', { snapshots: history.length });
      break;
    }
    const record = snapshotFromBytes(await ports.reader.at(place.blobId, place.packBytes, place, signal));
    if (record.space !== row.id) throw new Fault('pack-foreign', 'never', 'A snapshot belongs to another space.');
    if (record.sequence <= row.sequence) break;
    history.push({ id, record, place, pack: place.pack });
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
