/** What the parts of one storage node share, and the checks that every one of them starts with. */
import { pairOfShard, parseBlobId, shardOfPair, type BlobId } from '../../domain/blob-id.ts';
import type { Clock } from '../../domain/clock.ts';
import { Fault } from '../../domain/fault.ts';
import { redStuff, symbolBytes, type RedStuff } from '../../domain/redstuff.ts';
import type { Axis } from '../../../native-workers/rs2.ts';
import { parseMetadata, type MetadataBody } from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import type { Chain, Committee } from './chain.ts';
import { Refusal } from './exchange.ts';
import type { Holdings, SliverFiles } from './holdings.ts';
import type { NodeKeys } from './node-keys.ts';
import type { PendingCache } from './pending-cache.ts';
import type { Registry } from './registry.ts';
import type { Workbench } from './workbench.ts';

export interface NodeState {
  readonly nodeId: string;
  readonly keys: NodeKeys;
  readonly chain: Chain;
  readonly clock: Clock;
  readonly workbench: Workbench;
  readonly registry: Registry;
  readonly holdings: Holdings;
  readonly files: SliverFiles;
  readonly pending: PendingCache;
  /** Parsed metadata of blobs in use. */
  readonly known: Map<string, MetadataBody>;
  /** Signatures made or being made, by epoch and message. */
  readonly signatures: Map<string, Promise<Uint8Array>>;
  /** Buffered blobs on their way to disk. */
  readonly flushes: Map<string, Promise<void>>;
  /** Told after every batch of events. */
  readonly followers: Set<() => void>;
}

/** Parsed metadata kept: uploads in flight at once, with room to spare; at 1,000 shards one takes 64 KB. */
const knownMax = 128;

/** The metadata of a blob that is stored, parsed. */
export function storedMetadata({ known, holdings }: NodeState, blobId: BlobId): MetadataBody | undefined {
  const cached = known.get(blobId);
  if (cached !== undefined) return cached;
  const body = holdings.metadata(blobId);
  if (body === undefined) return undefined;
  const metadata = parseMetadata(body);
  for (const oldest of known.keys()) {
    if (known.size < knownMax) break;
    known.delete(oldest);
  }
  known.set(blobId, metadata);
  return metadata;
}

export function shardsOf(committee: Committee, nodeId: string): readonly number[] {
  return committee.members.find((member) => member.nodeId === nodeId)?.shards ?? [];
}

/** Pairs whose shards this node owns. */
export function ownPairs({ chain, nodeId }: NodeState, blobId: BlobId): readonly number[] {
  const committee = chain.committee();
  return shardsOf(committee, nodeId).map((shard) => pairOfShard(shard, blobId, committee.shards));
}

export function codeOf({ chain }: NodeState): RedStuff {
  return redStuff(chain.committee().shards);
}

/** A sliver's place: refuses pairs beyond the network and shards of others. */
export function ownedPair(state: NodeState, blobId: BlobId, pairText: string): number {
  const committee = state.chain.committee();
  const pair = Number(pairText);
  if (!/^\d{1,5}$/.test(pairText) || pair >= committee.shards) {
    throw new Refusal(
      'INDEX_OUT_OF_RANGE',
      `the requested sliver index is out of range: requires 0 <= index (${pairText.slice(0, 8)}) < ${committee.shards}`,
    );
  }
  const shard = shardOfPair(pair, blobId, committee.shards);
  if (!shardsOf(committee, state.nodeId).includes(shard)) {
    throw new Refusal('SHARD_NOT_ASSIGNED', `shard ${shard} is not assigned to this node in epoch ${committee.epoch}`);
  }
  return pair;
}

/** Sliver index of a pair on an axis, and back: the secondary of pair k has index n - 1 - k. */
export function sliverIndexOf(pair: number, axis: Axis, shards: number): number {
  return axis === 'primary' ? pair : shards - 1 - pair;
}

/** Bytes of a sliver's data on an axis. */
export function sliverDataBytes(code: RedStuff, axis: Axis, unencodedBytes: number): number {
  return symbolBytes(code, unencodedBytes) * (axis === 'primary' ? code.columns : code.rows);
}

/** The digest of a sliver in the metadata. */
export function sliverHashOf({ hashes }: MetadataBody, pair: number, axis: Axis): Uint8Array {
  const at = pair * 64 + (axis === 'primary' ? 0 : 32);
  return hashes.subarray(at, at + 32);
}

/** A blob id out of a path; undefined when it is none. */
export function blobIdInPath(text: string): BlobId | undefined {
  try {
    return text.length === 43 ? parseBlobId(text) : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
