/**
 * Handing a shard over (endpoint 14, walrus-protocol sections 3.3 and 3.5): the new owner asks the old one with a message that it signed, and
 * gets the certified slivers of one axis from a blob id on, ascending. Nobody else gets them this way, and none for another epoch.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { blobIdToBytes, pairOfShard, parseBlobId } from '../../domain/blob-id.ts';
import { compareBytes, sameBytes } from '../../domain/bytes.ts';
import {
  encodeSyncedSlivers,
  parseSignedMessage,
  parseSyncShardMessage,
  type SyncShardRequest,
} from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import { bodyOf } from './accept.ts';
import { fromBase64 } from './base64.ts';
import type { CommitteeMember } from './chain.ts';
import { bytesReply, Refusal, type NodeReply, type NodeRequest } from './exchange.ts';
import { servedShards, type NodeState } from './node-state.ts';

/** Slivers that may be asked for at once, as real nodes limit it. */
const sliversMax = 100_000;
/** An answer stops after the sliver that passes this; the asker goes on behind it. */
const answerBytesMax = 8 * 1024 * 1024;

export async function postSyncShard(state: NodeState, request: NodeRequest): Promise<NodeReply> {
  const { message, signature } = bodyOf(request, parseSignedMessage);
  const wanted = bodyOf({ ...request, body: message }, parseSyncShardMessage);
  const asker = askerOf(state, request.authorization, wanted.shard);
  if (asker === undefined) throw new Refusal('REQUEST_UNAUTHORIZED', 'the client is not authorized to sync this shard');
  const task = { kind: 'verify', publicKey: asker.publicKey, message, signature } as const;
  if (!(await state.workbench.verify(task))) {
    throw new Refusal('MESSAGE_VERIFICATION_FAILED', 'the signature of the request does not verify');
  }
  const { epoch } = state.chain.committee();
  if (wanted.epoch !== epoch) {
    throw new Refusal('INVALID_EPOCH', `invalid epoch: requested ${wanted.epoch}, the server is in ${epoch}`);
  }
  if (wanted.sliverCount > sliversMax) {
    throw new Refusal('SLIVER_COUNT_EXCEEDS_LIMIT', `at most ${sliversMax} slivers may be requested`);
  }
  if (!servedShards(state).includes(wanted.shard)) {
    throw new Refusal('SHARD_NOT_ASSIGNED', `shard ${wanted.shard} is not assigned to this node in epoch ${epoch}`);
  }
  return bytesReply(encodeSyncedSlivers(wanted.axis, await sliversOf(state, wanted)));
}

/** The member whose key the header has, if the shard is its in the current committee. */
function askerOf(state: NodeState, header: string | undefined, shard: number): CommitteeMember | undefined {
  const key = fromBase64(header ?? '');
  const owner = state.chain.committee().members.find(({ shards }) => shards.includes(shard));
  if (owner === undefined || key === undefined) return undefined;
  const short = bls12_381.G1.Point.fromBytes(owner.publicKey).toBytes(true);
  return sameBytes(short, key) ? owner : undefined;
}

async function sliversOf(state: NodeState, { shard, axis, startingBlobId, sliverCount }: SyncShardRequest) {
  const { shards } = state.chain.committee();
  const blobs = state.registry
    .certifiedBlobs()
    .map((text) => ({ text, blobId: blobIdToBytes(parseBlobId(text)) }))
    .filter(({ blobId }) => compareBytes(blobId, startingBlobId) >= 0)
    .sort((a, b) => compareBytes(a.blobId, b.blobId));
  const found: { readonly blobId: Uint8Array; readonly body: Uint8Array }[] = [];
  let bytes = 0;
  for (const { text, blobId } of blobs) {
    if (found.length >= sliverCount || bytes > answerBytesMax) break;
    const body = await state.holdings.sliver(text, pairOfShard(shard, parseBlobId(text), shards), axis);
    if (body === undefined) continue;
    found.push({ blobId, body });
    bytes += body.length;
  }
  return found;
}
