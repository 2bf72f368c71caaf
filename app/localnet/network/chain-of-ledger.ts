/** The ledger's events as the storage nodes read them: only what changes what a node must keep. */
import { blobIdFromU256 } from '../../domain/blob-id.ts';
import type { Chain, Committee, WalrusEvent as NodeEvent } from '../nodes/nodes.ts';
import type { Ledger, WalrusEvent } from '../sui/sui.ts';

/** The committee is read from the ledger once per epoch, because nodes ask for it with every request. */
export function chainOfLedger(ledger: Ledger): Chain {
  interface Committees {
    readonly current: Committee;
    readonly previous: Committee | undefined;
    readonly isChanging: boolean;
  }
  let known: Committees | undefined;
  const committees = (): Committees =>
    (known ??= {
      current: ledger.committee(),
      previous: ledger.previousCommittee(),
      isChanging: ledger.isChanging(),
    });
  /** There is nothing after this event; undefined when that is not known. Nodes ask with every request. */
  let newest: number | undefined;
  // Before any node hears of an event, so that none sees the committee of the epoch before; it lives as long as the ledger.
  ledger.onEvent((events) => {
    newest = undefined;
    if (events.some(({ type }) => type === 'EpochChangeStart' || type === 'EpochChangeDone')) known = undefined;
  });
  return {
    committee: () => committees().current,
    previousCommittee: () => committees().previous,
    isChanging: () => committees().isChanging,
    eventsAfter(sequence, limit) {
      if (newest !== undefined && sequence >= newest) return [];
      const events = ledger.eventsAfter(sequence, limit).map((event) => ({
        sequence: event.sequence,
        txDigest: event.txDigest,
        eventSeq: String(event.eventSequence),
        event: nodeEvent(event),
      }));
      if (events.length === 0) newest = sequence;
      return events;
    },
  };
}

function nodeEvent(event: WalrusEvent): NodeEvent {
  switch (event.type) {
    case 'BlobRegistered': {
      const { blob_id, object_id: objectId, deletable, end_epoch: endEpoch } = event.fields;
      return { kind: 'registered', blobId: blobIdFromU256(blob_id), objectId, deletable, term: { endEpoch } };
    }
    case 'PooledBlobRegistered': {
      const { blob_id, object_id: objectId, deletable, storage_pool_id: poolId } = event.fields;
      return { kind: 'registered', blobId: blobIdFromU256(blob_id), objectId, deletable, term: { poolId } };
    }
    case 'BlobCertified': {
      const { epoch, blob_id, object_id: objectId, end_epoch: endEpoch, is_extension: isExtension } = event.fields;
      return { kind: 'certified', epoch, blobId: blobIdFromU256(blob_id), objectId, isExtension, term: { endEpoch } };
    }
    case 'PooledBlobCertified': {
      const { epoch, blob_id, object_id: objectId, storage_pool_id: poolId } = event.fields;
      return {
        kind: 'certified',
        epoch,
        blobId: blobIdFromU256(blob_id),
        objectId,
        isExtension: false,
        term: { poolId },
      };
    }
    case 'BlobDeleted':
    case 'PooledBlobDeleted':
      return { kind: 'deleted', blobId: blobIdFromU256(event.fields.blob_id), objectId: event.fields.object_id };
    case 'InvalidBlobID':
      return { kind: 'invalid', blobId: blobIdFromU256(event.fields.blob_id) };
    case 'EpochChangeStart':
      return { kind: 'epoch', epoch: event.fields.epoch };
    case 'StoragePoolCreated':
      return { kind: 'pool', poolId: event.fields.storage_pool_id, endEpoch: event.fields.end_epoch };
    case 'StoragePoolExtended':
      return { kind: 'pool', poolId: event.fields.storage_pool_id, endEpoch: event.fields.new_end_epoch };
    case 'EpochChangeDone':
      return { kind: 'epoch-done' };
    case 'EpochParametersSelected':
    case 'ShardsReceived':
    case 'PricesUpdated':
      return { kind: 'other' };
  }
}
