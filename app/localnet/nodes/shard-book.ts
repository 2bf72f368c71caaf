/**
 * Which shards a node must keep, which it serves, and which it still has to get (walrus-protocol section 5.6). A node keeps and confirms for the
 * shards of the current committee; while shards move it goes on serving those of the committee before, and when the change is done it
 * forgets them. A shard is ready when every certified blob's slivers of it were there once.
 */
import { pairOfShard, parseBlobId } from '../../domain/blob-id.ts';
import type { NodeDatabase } from './node-database.ts';
import { ownShards, servedShards, type NodeState } from './node-state.ts';

export interface ShardBook {
  /** Ready shards. */
  all(): readonly number[];
  mark(shards: readonly number[]): void;
  drop(shards: readonly number[]): void;
}

export function openShardBook(database: NodeDatabase): ShardBook {
  const all = database.prepare<[], { shard: number }>('SELECT shard FROM shards ORDER BY shard');
  const mark = database.prepare('INSERT OR IGNORE INTO shards (shard) VALUES (?)');
  const drop = database.prepare('DELETE FROM shards WHERE shard = ?');
  return {
    all: () => all.all().map(({ shard }) => shard),
    mark: (shards) => database.transaction(() => shards.forEach((shard) => mark.run(shard)))(),
    drop: (shards) => database.transaction(() => shards.forEach((shard) => drop.run(shard)))(),
  };
}

/** Own shards of which something may still be lacking. */
export function missingShards(state: NodeState): readonly number[] {
  const ready = new Set(state.shardBook.all());
  return ownShards(state).filter((shard) => !ready.has(shard));
}

/** With nothing certified there is nothing to get. */
export function markWhereEmpty(state: NodeState): void {
  if (state.registry.certifiedBlobs().length === 0) state.shardBook.mark(ownShards(state));
}

/** Forgets the slivers of shards that are no longer served. */
export function releaseShards(state: NodeState): void {
  const served = new Set(servedShards(state));
  const before = state.chain.previousCommittee()?.members.find(({ nodeId }) => nodeId === state.nodeId)?.shards ?? [];
  const gone = [...new Set([...state.shardBook.all(), ...before])].filter((shard) => !served.has(shard));
  if (gone.length === 0) return;
  const { shards } = state.chain.committee();
  for (const blobId of state.holdings.blobIds()) {
    const id = parseBlobId(blobId);
    state.holdings.dropPairs(
      blobId,
      gone.map((shard) => pairOfShard(shard, id, shards)),
    );
  }
  state.shardBook.drop(gone);
}
