/**
 * A node gets what its shards hold: from the shard's owner of the epoch before, page by page, and what that one does not give, rebuilt from
 * symbols of everybody else. Every sliver passes the checks of an upload. Done again it asks only for what is still lacking.
 */
import { blobIdToBytes, pairOfShard, parseBlobId } from '../../domain/blob-id.ts';
import { compareBytes } from '../../domain/bytes.ts';
import type { Axis } from '../../../native-workers/rs2.ts';
import {
  encodeSignedMessage,
  encodeSliver,
  parseSyncedSlivers,
  syncShardMessage,
} from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import { putSliver } from './accept.ts';
import { toBase64 } from './base64.ts';
import {
  createMeter,
  fetchMetadata,
  heal,
  isTaken,
  peerBehind,
  requestOf,
  type HealReport,
  type Peer,
} from './heal.ts';
import { storedMetadata, type NodeState, type PeerNode } from './node-state.ts';
import { missingShards } from './shard-book.ts';

export interface TakeReport extends HealReport {
  /** Slivers that the old owners handed over. */
  readonly synced: number;
}

/** Slivers of one request; the answer is bounded in bytes by who gives it. */
const sliversAtOnce = 1_000;
const axes: readonly Axis[] = ['primary', 'secondary'];

export async function takeShards(
  state: NodeState,
  nodes: readonly PeerNode[],
  signal: AbortSignal,
): Promise<TakeReport> {
  const { epoch } = state.chain.committee();
  const missing = missingShards(state);
  const meter = createMeter();
  let synced = 0;
  if (missing.length > 0) {
    await takeMetadata(
      state,
      nodes.map((node) => peerBehind(node, state.clock, signal, meter)),
    );
    for (const shard of missing) {
      const before = state.chain.previousCommittee()?.members.find(({ shards }) => shards.includes(shard));
      const owner = nodes.find(({ nodeId }) => nodeId === before?.nodeId);
      if (owner === undefined) continue;
      const peer = peerBehind(owner, state.clock, signal, meter);
      for (const axis of axes) synced += await syncShard(state, peer, shard, axis);
    }
  }
  const healed = await heal(state, nodes, signal, missing);
  // The next change may have begun meanwhile, with other shards.
  if (healed.lacking === 0 && state.chain.committee().epoch === epoch) state.shardBook.mark(missing);
  return { ...healed, synced, bytes: healed.bytes + meter.bytes() };
}

async function takeMetadata(state: NodeState, peers: readonly Peer[]): Promise<void> {
  for (const id of state.registry.certifiedBlobs()) {
    const blobId = parseBlobId(id);
    if (storedMetadata(state, blobId) === undefined) await fetchMetadata(state, blobId, peers);
  }
}

/** One axis of one shard; how many slivers were new. */
async function syncShard(state: NodeState, peer: Peer, shard: number, axis: Axis): Promise<number> {
  const { shards, epoch } = state.chain.committee();
  let taken = 0;
  let start = firstLacking(state, shard, axis, new Uint8Array(32));
  while (start !== undefined) {
    const message = syncShardMessage({ epoch, shard, axis, startingBlobId: start, sliverCount: sliversAtOnce });
    const signature = await state.workbench.sign({ kind: 'sign', secretKey: state.keys.secretKey, message });
    const request = {
      ...requestOf('POST', '/v1/migrate/sync_shard', encodeSignedMessage(message, signature)),
      authorization: toBase64(state.keys.publicKeyShort),
    };
    const page = (await peer(request, parseSyncedSlivers)) ?? [];
    for (const sliver of page) {
      const blobId = parseBlobId(sliver.blobId);
      const pair = pairOfShard(shard, blobId, shards);
      if (sliver.axis !== axis || state.holdings.hasSliver(blobId, pair, axis)) continue;
      const put = requestOf('PUT', '', encodeSliver(sliver));
      if (await isTaken(putSliver(state, put, blobId, String(pair), axis))) taken++;
    }
    const last = page.at(-1)?.blobId;
    // An answer that does not lead on would be asked for again for ever.
    const isAhead = last !== undefined && compareBytes(last, start) >= 0;
    start = isAhead ? firstLacking(state, shard, axis, last, true) : undefined;
  }
  return taken;
}

/** The first certified blob from one on, or behind it, whose sliver is not here. */
function firstLacking(
  state: NodeState,
  shard: number,
  axis: Axis,
  from: Uint8Array,
  isBehind = false,
): Uint8Array | undefined {
  const { shards } = state.chain.committee();
  let first: Uint8Array | undefined;
  for (const text of state.registry.certifiedBlobs()) {
    const id = parseBlobId(text);
    const bytes = blobIdToBytes(id);
    const isAhead = compareBytes(bytes, from) >= (isBehind ? 1 : 0);
    if (!isAhead || (first !== undefined && compareBytes(bytes, first) >= 0)) continue;
    if (!state.holdings.hasSliver(text, pairOfShard(shard, id, shards), axis)) first = bytes;
  }
  return first;
}
