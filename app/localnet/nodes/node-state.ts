/** What the parts of one storage node share, and the checks that every one of them starts with. */
import { pairOfShard, parseBlobId, shardOfPair, type BlobId } from '../../domain/blob-id.ts';
import type { Clock } from '../../domain/clock.ts';
import { Fault } from '../../domain/fault.ts';
import { redStuff, symbolBytes, type RedStuff } from '../../domain/redstuff.ts';
import type { Axis } from '../../../native-workers/rs2.ts';
import { parseMetadata, type MetadataBody } from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import type { Chain, Committee } from './chain.ts';
import { Refusal, type NodeDoor } from './exchange.ts';
import type { Holdings, SliverFiles } from './holdings.ts';
import type { NodeKeys } from './node-keys.ts';
import type { PendingCache } from './pending-cache.ts';
import type { Registry } from './registry.ts';
import type { ShardBook } from './shard-book.ts';
import type { Workbench } from './workbench.ts';

/** Another node, as it answers at the moment. */
export interface PeerNode extends NodeDoor {
  readonly nodeId: string;
}

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
  readonly shardBook: ShardBook;
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

/** Shards that this node must keep. */
export function ownShards({ chain, nodeId }: NodeState): readonly number[] {
  return shardsOf(chain.committee(), nodeId);
}

/** Shards that this node answers for: its own, and while shards move those of the epoch before. */
export function servedShards(state: NodeState): readonly number[] {
  const { chain, nodeId } = state;
  const previous = chain.isChanging() ? chain.previousCommittee() : undefined;
  return [...new Set([...ownShards(state), ...(previous === undefined ? [] : shardsOf(previous, nodeId))])];
}

/** Pairs whose shards this node answers for. */
export function servedPairs(state: NodeState, blobId: BlobId): readonly number[] {
  const { shards } = state.chain.committee();
  return servedShards(state).map((shard) => pairOfShard(shard, blobId, shards));
}

export function codeOf({ chain }: NodeState): RedStuff {
  return redStuff(chain.committee().shards);
}

/** A sliver's place: refuses pairs beyond the network and shards of others. To read, shards on their way to others are still here. */
export function ownedPair(state: NodeState, blobId: BlobId, pairText: string, act: 'read' | 'write'): number {
  const committee = state.chain.committee();
  const pair = Number(pairText);
  if (!/^\d{1,5}$/.test(pairText) || pair >= committee.shards) {
    throw new Refusal(
      'INDEX_OUT_OF_RANGE',
      `the requested sliver index is out of range: requires 0 <= index (${pairText.slice(0, 8)}) < ${committee.shards}`,
    );
  }
  const shard = shardOfPair(pair, blobId, committee.shards);
  const held = act === 'read' ? servedShards(state) : ownShards(state);
  if (!held.includes(shard)) {
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
