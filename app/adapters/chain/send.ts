/**
 * Submitting fixed bytes, and what became of them. A fault tells apart what certainly did not run from what may have: after
 * 'network-unreachable' the caller asks `readOutcome`; 'chain-stale' means that these bytes will never run.
 */
import { GrpcTypes } from '@mysten/sui/grpc';
import { TransactionDataBuilder } from '@mysten/sui/transactions';
import { normalizeStructTag } from '@mysten/sui/utils';
import { Fault } from '../../domain/fault.ts';
import type { SuiId } from '../../domain/ids.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { Outcome } from '../../ports/chain.ts';
import { bagType } from './bags.ts';
import { abortName, isCode, isRefusal, nodeWords, rpcErrorOf } from './chain-faults.ts';
import { suiType } from './coins.ts';
import { unknownShape } from './layouts.ts';
import { lookMsMax, lookMsMin, visibleMsMax } from './limits.ts';
import { isStaleTrouble } from './prepare.ts';
import type { Remote } from './remote.ts';
import { isType, typeOf } from './remote.ts';
import type { WalrusState } from './walrus-state.ts';

type Executed = GrpcTypes.ExecutedTransaction;
type Changed = GrpcTypes.ChangedObject;

export async function sendBytes(
  remote: Remote,
  walrus: WalrusState,
  transaction: Uint8Array,
  signature: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  await remote.checked(signal);
  const digest = TransactionDataBuilder.getDigestFromBytes(transaction);
  try {
    const { response } = await remote.ask(
      () =>
        remote.client.transactionExecutionService.executeTransaction(
          {
            transaction: { bcs: { value: transaction } },
            signatures: [{ bcs: { value: signature }, signature: { oneofKind: undefined } }],
            readMask: { paths: ['digest', 'effects.status'] },
          },
          signal ? { abort: signal } : {},
        ),
      signal,
    );
    if (response.transaction?.digest !== digest) throw unknownShape('the transaction it ran');
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // A node may check versions before it looks whether it ran these very bytes long ago.
    const known = await readOutcome(remote, walrus, digest, signal);
    if (known !== undefined) return known;
    throw faultFromRefusal(error);
  }
  return await waitForOutcome(remote, walrus, digest, signal);
}

function faultFromRefusal(error: unknown): Fault {
  const text = rpcErrorOf(error)?.message ?? '';
  if (isStaleTrouble(text) || isCode(error, 'FAILED_PRECONDITION') || /expired/i.test(text)) {
    return new Fault(
      'chain-stale',
      'never',
      `What this transaction uses has changed on chain since it was made: ${nodeWords(text)}.`,
      error,
    );
  }
  if (/insufficient|gas/i.test(text)) {
    return new Fault('money-short', 'after-user', `There is not enough SUI for gas: ${nodeWords(text)}.`, error);
  }
  return new Fault('chain-refused', 'never', `The Sui node refuses this transaction: ${nodeWords(text)}.`, error);
}

/** Looks until the node shows the transaction to readers too; it was executed, only not everywhere yet. */
async function waitForOutcome(
  remote: Remote,
  walrus: WalrusState,
  digest: string,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const untilMs = remote.clock.steady() + visibleMsMax;
  for (let waitMs = lookMsMin; ; waitMs = Math.min(2 * waitMs, lookMsMax)) {
    const outcome = await readOutcome(remote, walrus, digest, signal);
    if (outcome !== undefined) return outcome;
    if (remote.clock.steady() + waitMs > untilMs) {
      throw new Fault('network-unreachable', 'later', 'The Sui node took a transaction and does not show it yet.');
    }
    await remote.ask(() => remote.clock.sleep(waitMs, signal), signal);
  }
}

export async function readOutcome(
  remote: Remote,
  walrus: WalrusState,
  digest: string,
  signal: AbortSignal | undefined,
): Promise<Outcome | undefined> {
  const walType = await walrus.walType(signal);
  let transaction: Executed | undefined;
  try {
    const { response } = await remote.ask(
      () =>
        remote.client.ledgerService.getTransaction(
          { digest, readMask: { paths: ['digest', 'transaction.sender', 'effects', 'balance_changes'] } },
          signal ? { abort: signal } : {},
        ),
      signal,
    );
    transaction = response.transaction;
  } catch (error) {
    if (isCode(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
  if (transaction === undefined) return undefined;
  return outcomeFrom(transaction, digest, walType);
}

function outcomeFrom(transaction: Executed, digest: string, walType: string): Outcome {
  const { effects, transaction: data } = transaction;
  const what = `the transaction ${digest}`;
  if (transaction.digest !== digest || effects?.status?.success === undefined || data?.sender === undefined) {
    throw unknownShape(what);
  }
  const sender = parseSuiId(data.sender);
  const created = effects.changedObjects.filter(
    (change) => change.idOperation === GrpcTypes.ChangedObject_IdOperation.CREATED,
  );
  const isSuccess = effects.status.success;
  const { computationCost, storageCost, storageRebate } = effects.gasUsed ?? {};
  const [computationMist, depositMist, rebateMist] = [computationCost ?? 0n, storageCost ?? 0n, storageRebate ?? 0n];
  return {
    digest,
    isSuccess,
    failure: isSuccess ? undefined : failureWord(effects.status.error),
    gasMist: computationMist + depositMist - rebateMist,
    computationMist,
    depositMist,
    rebateMist,
    mist: -gained(transaction, sender, normalizeStructTag(suiType), what),
    frost: -gained(transaction, sender, walType, what),
    createdPool: createdOf(created, ['storage_pool', 'StoragePool'], sender),
    createdBag: createdOf(created, ['bag', 'Bag'], sender),
    registeredBlob: createdOf(created, ['storage_pool', 'PooledBlob'], undefined),
  };
}

/** The one created object of a type; with an owner, only when that address has it. */
function createdOf(
  created: readonly Changed[],
  [module, name]: readonly [string, string],
  owner: SuiId | undefined,
): SuiId | undefined {
  for (const { objectId, objectType, outputOwner } of created) {
    if (objectId === undefined || objectType === undefined || !objectType.includes('::')) continue;
    const type = typeOf(objectType, `the object ${objectId}`);
    if (!isType(type, module, name)) continue;
    if (module === 'bag' && normalizeStructTag(type) !== bagType) continue;
    const isOwned =
      outputOwner?.kind === GrpcTypes.Owner_OwnerKind.ADDRESS && parseSuiId(outputOwner.address ?? '') === owner;
    if (owner === undefined || isOwned) return parseSuiId(objectId);
  }
  return undefined;
}

/** What an address got of a coin; below zero when it gave. */
function gained({ balanceChanges }: Executed, sender: SuiId, wanted: string, what: string): bigint {
  let gained = 0n;
  for (const { address, coinType, amount } of balanceChanges) {
    if (address === undefined || coinType === undefined || parseSuiId(address) !== sender) continue;
    if (normalizeStructTag(typeOf(coinType, what)) !== wanted) continue;
    if (amount === undefined || !/^-?\d+$/.test(amount)) throw unknownShape(what);
    gained += BigInt(amount);
  }
  return gained;
}

function failureWord(error: GrpcTypes.ExecutionError | undefined): string {
  if (error?.errorDetails?.oneofKind === 'abort') {
    const { abort } = error.errorDetails;
    return abortName({
      constantName: abort.cleverError?.constantName,
      code: abort.abortCode ?? 0n,
      module: abort.location?.module,
      functionName: abort.location?.functionName,
    });
  }
  const kind = error?.kind === undefined ? undefined : GrpcTypes.ExecutionError_ExecutionErrorKind[error.kind];
  return nodeWords(kind ?? error?.description ?? 'unknown');
}
