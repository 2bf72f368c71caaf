/** `LedgerService`: objects, transactions, checkpoints (one per transaction here) and epochs. */
import { GrpcTypes } from '@mysten/sui/grpc';
import { applyMask, parseMask } from './mask.ts';
import type { Mask } from './mask.ts';
import { statusNumbers, statusOf } from './status.ts';
import { executedMessage, isDigest, objectMessage, timestamp } from './to-proto.ts';
import type { LedgerCore } from '../ledger/core.ts';
import { referenceGasPrice } from '../ledger/gas.ts';
import { Refusal, invalid } from '../ledger/refusal.ts';
import { walrusVersion } from '../move/modules/accounting.ts';
import { normalAddress } from '../move/types.ts';
import type { StakingInnerValue } from '../move/values.ts';
import { checkpointMessage } from './checkpoint.ts';

const objectDefault = ['object_id', 'version', 'digest'];
const transactionDefault = ['digest'];
/** As a full node: more ids are an error, clients send batches. */
const batchMax = 1_000;

export function getServiceInfo(core: LedgerCore): GrpcTypes.GetServiceInfoResponse {
  return {
    chainId: core.identity.ids.chainId,
    chain: 'localnet',
    epoch: BigInt(core.epoch()),
    checkpointHeight: BigInt(core.database.lastSequence()),
    timestamp: timestamp(core.clock.now()),
    lowestAvailableCheckpoint: 0n,
    lowestAvailableCheckpointObjects: 0n,
    server: 'floe-localnet',
  };
}

function findObject(core: LedgerCore, request: GrpcTypes.GetObjectRequest, mask: Mask | 'all'): GrpcTypes.Object {
  if (request.objectId === undefined) throw invalid('missing field: object_id');
  const id = normalAddress(request.objectId);
  const object = core.object(id);
  const wanted = request.version;
  if (!object || (wanted !== undefined && wanted !== object.version)) {
    throw new Refusal('NOT_FOUND', `Object ${id} not found${wanted === undefined ? '' : ` at version ${wanted}`}`);
  }
  return applyMask(GrpcTypes.Object, objectMessage(core, object), mask);
}

export function getObject(core: LedgerCore, request: GrpcTypes.GetObjectRequest): GrpcTypes.GetObjectResponse {
  return { object: findObject(core, request, parseMask(request.readMask?.paths, objectDefault)) };
}

export function batchGetObjects(
  core: LedgerCore,
  request: GrpcTypes.BatchGetObjectsRequest,
): GrpcTypes.BatchGetObjectsResponse {
  if (request.requests.length > batchMax) throw invalid(`number of batch requests exceeds the limit of ${batchMax}`);
  const mask = parseMask(request.readMask?.paths, objectDefault);
  return {
    objects: request.requests.map((one) => ({
      result: orStatus('object', () => findObject(core, one, mask)),
    })),
  };
}

/** One result of a batch: what was found, or why not; a defect still fails the whole call. */
function orStatus<Name extends 'object' | 'transaction', Found>(name: Name, find: () => Found) {
  try {
    return { oneofKind: name, [name]: find() } as { oneofKind: Name } & Record<Name, Found>;
  } catch (error) {
    const status = statusOf(error);
    if (status.code === statusNumbers.INTERNAL) throw error;
    return { oneofKind: 'error' as const, error: { ...status, details: [] } };
  }
}

function findTransaction(
  core: LedgerCore,
  digest: string | undefined,
  mask: Mask | 'all',
): GrpcTypes.ExecutedTransaction {
  if (digest === undefined || !isDigest(digest)) throw invalid('invalid digest');
  const executed = core.executed(digest);
  if (!executed) throw new Refusal('NOT_FOUND', `Transaction ${digest} not found`);
  return applyMask(GrpcTypes.ExecutedTransaction, executedMessage(core, executed), mask);
}

export function getTransaction(
  core: LedgerCore,
  request: GrpcTypes.GetTransactionRequest,
): GrpcTypes.GetTransactionResponse {
  const mask = parseMask(request.readMask?.paths, transactionDefault);
  return { transaction: findTransaction(core, request.digest, mask) };
}

export function batchGetTransactions(
  core: LedgerCore,
  request: GrpcTypes.BatchGetTransactionsRequest,
): GrpcTypes.BatchGetTransactionsResponse {
  if (request.digests.length > batchMax) throw invalid(`number of batch requests exceeds the limit of ${batchMax}`);
  const mask = parseMask(request.readMask?.paths, transactionDefault);
  return {
    transactions: request.digests.map((digest) => ({
      result: orStatus('transaction', () => findTransaction(core, digest, mask)),
    })),
  };
}

export function getCheckpoint(
  core: LedgerCore,
  request: GrpcTypes.GetCheckpointRequest,
): GrpcTypes.GetCheckpointResponse {
  const { checkpointId } = request;
  if (checkpointId.oneofKind === 'digest') throw new Refusal('UNIMPLEMENTED', 'checkpoints are found by number only');
  const last = core.database.lastSequence();
  const number = checkpointId.oneofKind === 'sequenceNumber' ? Number(checkpointId.sequenceNumber) : last;
  const row = core.database.transactionAt(number);
  if (!row) throw new Refusal('NOT_FOUND', `Checkpoint ${number} not found`);
  const mask = parseMask(request.readMask?.paths, ['sequence_number', 'digest']);
  return { checkpoint: applyMask(GrpcTypes.Checkpoint, checkpointMessage(core, core.withEvents(row)), mask) };
}

const protocolVersion = 100n;

export function getEpoch(core: LedgerCore, request: GrpcTypes.GetEpochRequest): GrpcTypes.GetEpochResponse {
  const { ids } = core.identity;
  const staking = core.fieldValue<StakingInnerValue>(ids.stakingObjectId, 'u64', walrusVersion);
  if (!staking) throw new Error('a ledger has a staking object');
  const epoch = BigInt(staking.epoch);
  if (request.epoch !== undefined && request.epoch !== epoch) {
    throw new Refusal('NOT_FOUND', `Epoch ${request.epoch} not found: only the current one is kept`);
  }
  const { value } = staking.epoch_state;
  const startMs = Number(typeof value === 'bigint' ? value : staking.first_epoch_start);
  const message: GrpcTypes.Epoch = {
    epoch,
    referenceGasPrice,
    start: timestamp(startMs),
    systemState: {
      version: 2n,
      epoch,
      protocolVersion,
      referenceGasPrice,
      epochStartTimestampMs: BigInt(startMs),
      safeMode: false,
      safeModeStorageRewards: 0n,
      safeModeComputationRewards: 0n,
      safeModeStorageRebates: 0n,
      safeModeNonRefundableStorageFee: 0n,
      parameters: {
        epochDurationMs: staking.epoch_duration,
        stakeSubsidyStartEpoch: 0n,
        minValidatorCount: 1n,
        maxValidatorCount: 1n,
        minValidatorJoiningStake: 0n,
        validatorLowStakeThreshold: 0n,
        validatorVeryLowStakeThreshold: 0n,
        validatorLowStakeGracePeriod: 0n,
      },
      storageFund: { totalObjectStorageRebates: 0n, nonRefundableBalance: BigInt(core.database.meta('feesMist')) },
      stakeSubsidy: {
        balance: 0n,
        distributionCounter: 0n,
        currentDistributionAmount: 0n,
        stakeSubsidyPeriodLength: 1n,
        stakeSubsidyDecreaseRate: 0,
      },
      validatorReportRecords: [],
    },
    protocolConfig: { protocolVersion, featureFlags: {}, attributes: {}, configs: {} },
  };
  return { epoch: applyMask(GrpcTypes.Epoch, message, parseMask(request.readMask?.paths, ['*'])) };
}
