/** The reading side of a node: metadata and slivers of registered blobs, and what is known of a blob's state. */
import { blobIdToBytes, type BlobId } from '../../domain/blob-id.ts';
import { toBase64 } from './base64.ts';
import { concatBytes } from '../../domain/bytes.ts';
import type { Axis } from '../../../native-workers/rs2.ts';
import { bytesReply, Refusal, successReply, type NodeReply } from './exchange.ts';
import { ownedPair, ownShards, servedShards, type NodeState } from './node-state.ts';
import { missingShards } from './shard-book.ts';

export function getMetadata({ registry, holdings }: NodeState, blobId: BlobId): NodeReply {
  const body = registry.isRegistered(blobId) ? holdings.metadata(blobId) : undefined;
  if (body === undefined) throw new Refusal('METADATA_NOT_FOUND', 'the requested metadata is unavailable');
  return bytesReply(concatBytes(blobIdToBytes(blobId), body));
}

export function getMetadataStatus({ registry, holdings }: NodeState, blobId: BlobId): NodeReply {
  const isStored = registry.isRegistered(blobId) && holdings.metadata(blobId) !== undefined;
  return successReply(isStored ? 'stored' : 'nonexistent');
}

export async function getSliver(state: NodeState, blobId: BlobId, pairText: string, axis: Axis): Promise<NodeReply> {
  const pair = ownedPair(state, blobId, pairText, 'read');
  const body = state.registry.isRegistered(blobId) ? await state.holdings.sliver(blobId, pair, axis) : undefined;
  if (body === undefined) throw new Refusal('SLIVER_NOT_FOUND', 'the requested sliver is unavailable');
  return bytesReply(body);
}

export function getSliverStatus(state: NodeState, blobId: BlobId, pairText: string, axis: Axis): NodeReply {
  const pair = ownedPair(state, blobId, pairText, 'read');
  if (state.registry.isRegistered(blobId) && state.holdings.hasSliver(blobId, pair, axis))
    return successReply('stored');
  const isBuffered = state.pending.get(blobId)?.slivers.has(`${pair}/${axis}`) === true;
  return successReply(isBuffered ? 'buffered' : 'nonexistent');
}

/** BlobStatus. The order of keys is part of the answer: clients compare statuses of several nodes as text. */
export function getBlobStatus({ registry }: NodeState, blobId: BlobId): NodeReply {
  const invalid = registry.invalidBy(blobId);
  if (invalid) return successReply({ invalid: { event: { txDigest: invalid.txDigest, eventSeq: invalid.eventSeq } } });
  const objects = registry.liveObjects(blobId);
  const deletable = objects.filter((object) => object.deletable === 1);
  const deletableCounts = {
    count_deletable_total: deletable.length,
    count_deletable_certified: deletable.filter((object) => object.certified_epoch !== null).length,
  };
  const certifiedEpochs = objects.flatMap(({ certified_epoch }) => (certified_epoch === null ? [] : [certified_epoch]));
  const initialCertifiedEpoch = certifiedEpochs.length === 0 ? null : Math.min(...certifiedEpochs);
  const permanent = objects.filter((object) => object.deletable === 0);
  const longest = permanent.find((object) => object.certified_epoch !== null) ?? permanent[0];
  if (longest) {
    return successReply({
      permanent: {
        endEpoch: longest.end,
        isCertified: longest.certified_epoch !== null,
        statusEvent: { txDigest: longest.tx_digest, eventSeq: longest.event_seq },
        deletableCounts,
        initialCertifiedEpoch,
      },
    });
  }
  if (deletable.length > 0) return successReply({ deletable: { initialCertifiedEpoch, deletableCounts } });
  return successReply('nonexistent');
}

/** Health, as an operator's monitor reads it. */
export function getHealth(state: NodeState, startedMs: number, isDetailed: boolean): NodeReply {
  const upMs = Math.max(0, state.clock.steady() - startedMs);
  const owned = ownShards(state);
  const missing = new Set(missingShards(state));
  const isMoving = state.chain.isChanging();
  const cursor = state.registry.cursor();
  const behind = isMoving ? 'inTransfer' : 'inRecovery';
  return successReply({
    uptime: { secs: Math.floor(upMs / 1000), nanos: Math.floor((upMs % 1000) * 1_000_000) },
    epoch: state.chain.committee().epoch,
    publicKey: toBase64(state.keys.publicKeyShort),
    nodeStatus: 'Active',
    eventProgress: { persisted: cursor, pending: 0, highestFinishedEventIndex: cursor },
    shardSummary: {
      owned: owned.length,
      ownedShardStatus: {
        unknown: 0,
        ready: owned.length - missing.size,
        inTransfer: isMoving ? missing.size : 0,
        inRecovery: isMoving ? 0 : missing.size,
      },
      readOnly: servedShards(state).length - owned.length,
    },
    ...(isDetailed
      ? {
          shardDetail: {
            owned: owned.map((shard) => ({ shard, status: missing.has(shard) ? behind : 'ready' })),
            other: [],
          },
        }
      : {}),
  });
}
