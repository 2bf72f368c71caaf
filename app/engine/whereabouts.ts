/**
 * Where one file's bytes are: the packs that hold its chunks, how far each of them is on its way, who signed for it, and whose rows hold the sealed
 * bytes themselves. From the catalog and the committee; what lies in lists of chunks is read only when it is certified.
 */
import { shardOfPair } from '../domain/blob-id.ts';
import type { Committee } from '../domain/committee.ts';
import { Fault } from '../domain/fault.ts';
import type { BlobId } from '../domain/blob-id.ts';
import type { SuiId } from '../domain/ids.ts';
import type { SpacePath } from '../domain/path-name.ts';
import { sliverDataBytes, sliverForm } from '../domain/sliver-form.ts';
import type { ChunkLocation, PackState } from '../ports/catalog.ts';
import { openChunkReader } from '../restore/content/content.ts';
import type { EngineCore } from './engine-core.ts';
import { findSpace } from './look.ts';

export interface PackPlace {
  readonly blobId: BlobId | undefined;
  readonly bytes: number;
  readonly state: PackState;
  /** Nodes whose signatures this device keeps. */
  readonly confirmed: readonly SuiId[];
}

export interface Whereabouts {
  readonly packs: readonly PackPlace[];
  readonly packsMore: number;
  /** Shards whose rows hold the file's own sealed bytes, in order, and the nodes that keep them. */
  readonly shards: readonly number[];
  readonly holders: readonly SuiId[];
  readonly ofNodes: number;
}

/** Packs looked at: a file in more of them is everywhere anyhow. */
const packsMax = 200;

export async function whereaboutsOf(
  core: EngineCore,
  name: string,
  path: SpacePath,
  signal: AbortSignal,
): Promise<Whereabouts> {
  const space = await findSpace(core.catalog, name);
  const pending = await core.catalog.pendingRound(space.num);
  const entry = await core.catalog.entryAtSequence(space.num, path, pending?.sequence ?? space.sequence);
  if (entry?.kind !== 'file') throw new Fault('not-found', 'never', `'${space.name}' has no such file now.`);
  const { committee, previousCommittee } = await core.chain.network(signal);
  const isThere = entry.since <= space.sequence;
  const reader = openChunkReader(core.open(space).keys, core);
  const ids = isThere ? await reader.flatten(entry.content, signal) : entry.content.chunks;
  const located = await core.catalog.chunkLocations([...new Set(ids)]);
  const byPack = new Map<number, ChunkLocation[]>();
  for (const place of located) {
    if (!place) continue;
    const places = byPack.get(place.pack);
    if (places) places.push(place);
    else byPack.set(place.pack, [place]);
  }
  const packs: PackPlace[] = [];
  const shards = new Set<number>();
  for (const [num, places] of [...byPack].slice(0, packsMax)) {
    const row = await core.catalog.pack(num);
    if (!row) continue;
    const confirmed = await confirmedBy(core, num, [committee, ...(previousCommittee ? [previousCommittee] : [])]);
    packs.push({ blobId: row.blobId, bytes: row.bytes, state: row.state, confirmed });
    if (row.blobId !== undefined)
      for (const shard of shardsOf(row.blobId, row.bytes, places, committee.shards)) shards.add(shard);
  }
  const holders = committee.members.filter((member) => member.shards.some((shard) => shards.has(shard)));
  return {
    packs,
    packsMore: Math.max(0, byPack.size - packsMax),
    shards: [...shards].toSorted((a, b) => a - b),
    holders: holders.map(({ nodeId }) => nodeId),
    ofNodes: committee.members.filter((member) => member.shards.length > 0).length,
  };
}

async function confirmedBy(
  { catalog }: EngineCore,
  pack: number,
  committees: readonly Committee[],
): Promise<readonly SuiId[]> {
  const nodes = new Set<SuiId>();
  for (const { epoch, member } of await catalog.confirmations(pack)) {
    const found = committees.find((each) => each.epoch === epoch)?.members.find(({ index }) => index === member);
    if (found) nodes.add(found.nodeId);
  }
  return [...nodes];
}

/** The systematic rows that the places lie in, as shards (walrus-protocol sections 1.2 and 1.4). */
function shardsOf(blobId: BlobId, blobBytes: number, places: readonly ChunkLocation[], shards: number): Set<number> {
  const rowBytes = sliverDataBytes(sliverForm(shards, blobBytes), 'primary');
  const found = new Set<number>();
  for (const { start, bytes } of places)
    for (let row = Math.floor(start / rowBytes); row * rowBytes < start + bytes; row++)
      found.add(shardOfPair(row, blobId, shards));
  return found;
}
