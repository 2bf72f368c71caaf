/** Checkpoints as far as they exist here: each executed transaction is one, with its sequence number. They carry no validator signatures. */
import type { GrpcTypes } from '@mysten/sui/grpc';
import { executedMessage, timestamp } from './to-proto.ts';
import type { Executed, LedgerCore } from '../ledger/core.ts';

export function checkpointMessage(core: LedgerCore, executed: Executed): GrpcTypes.Checkpoint {
  const { row } = executed;
  return {
    sequenceNumber: BigInt(row.sequence),
    // The digest of the one transaction in it stands for the checkpoint's own.
    digest: row.digest,
    summary: {
      sequenceNumber: BigInt(row.sequence),
      epoch: BigInt(row.epoch),
      timestamp: timestamp(row.timestampMs),
      totalNetworkTransactions: BigInt(row.sequence),
      commitments: [],
      versionSpecificData: new Uint8Array(),
    },
    transactions: [executedMessage(core, executed)],
  };
}
