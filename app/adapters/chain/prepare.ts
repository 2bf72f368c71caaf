/**
 * Fixes a step to exact bytes: the full node resolves object versions and gas in one simulation, and what it filled in is checked before
 * anybody signs it. Nothing is spent here.
 */
import { SimulationError } from '@mysten/sui/client';
import type { Transaction } from '@mysten/sui/transactions';
import { TransactionDataBuilder } from '@mysten/sui/transactions';
import { Fault } from '../../domain/fault.ts';
import type { SuiId } from '../../domain/ids.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { ChainStep, Prepared } from '../../ports/chain.ts';
import { abortName, cancelled, faultFromCall, isRefusal, nodeWords, rpcErrorOf } from './chain-faults.ts';
import { moneyShort, readSui } from './coins.ts';
import { unlessAborted } from './guarded-fetch.ts';
import { gasMistMax, suiEpochsKept, suiEpochsValid } from './limits.ts';
import type { Remote } from './remote.ts';
import { planStep } from './steps.ts';
import type { WalrusState } from './walrus-state.ts';

export async function prepareStep(
  remote: Remote,
  walrus: WalrusState,
  step: ChainStep,
  sender: SuiId,
  signal: AbortSignal | undefined,
): Promise<Prepared> {
  if (signal?.aborted === true) throw cancelled(signal);
  const [{ suiEpoch }, sui, plan] = await Promise.all([
    remote.service(signal),
    readSui(remote, sender, signal),
    planStep(remote, walrus, step, sender, signal),
  ]);
  const { transaction, frost, mist, writeFrost } = plan;
  transaction.setSender(sender);
  // After this epoch the bytes can never run: an unanswered transaction is not a threat for ever. Gas from an address balance needs a
  // narrower validity of its own kind, which only the node can choose.
  const epochsValid = step.kind === 'extend-later' ? suiEpochsKept : suiEpochsValid;
  if (sui.inCoins === sui.all) transaction.setExpiration({ Epoch: String(suiEpoch + epochsValid) });
  else if (step.kind === 'extend-later')
    throw new Fault('chain-refused', 'after-user', 'A transaction for later needs its gas in coins.');
  const asked = transaction.getData();
  let bytes: Uint8Array;
  try {
    bytes = await unlessAborted(transaction.build({ client: remote.client }), signal);
  } catch (error) {
    throw faultFromBuild(error, mist, sui.all, signal);
  }
  const budget = checkResolved(asked, bytes, sender);
  return {
    transaction: bytes,
    digest: TransactionDataBuilder.getDigestFromBytes(bytes),
    cost: { frost, mist: mist + budget, writeFrost },
  };
}

type Data = ReturnType<Transaction['getData']>;
type Input = Data['inputs'][number];

/**
 * The node may fill in versions, gas price, budget and payment, and nothing else: commands never come from it, and each input must be the
 * object or value that was asked for. Returns the gas budget.
 */
export function checkResolved(asked: Data, bytes: Uint8Array, sender: SuiId): bigint {
  const built = TransactionDataBuilder.fromBytes(bytes).snapshot();
  const budget = BigInt(built.gasData.budget ?? 0);
  const isOwn =
    built.sender !== null &&
    built.sender !== undefined &&
    parseSuiId(built.sender) === sender &&
    parseSuiId(built.gasData.owner ?? sender) === sender;
  const isSame =
    built.inputs.length === asked.inputs.length &&
    built.commands.length === asked.commands.length &&
    asked.inputs.every((input, i) => isResolved(input, built.inputs[i]));
  if (!isOwn || !isSame) {
    throw new Fault(
      'network-mismatch',
      'after-user',
      'The Sui node changed a transaction that it was asked to complete.',
    );
  }
  if (budget > gasMistMax) {
    throw new Fault('chain-refused', 'later', 'The Sui node asks for far more gas than any step of Floe can cost.');
  }
  return budget;
}

function isResolved(asked: Input, built: Input | undefined): boolean {
  if (asked.$kind === 'Pure') return built?.$kind === 'Pure' && built.Pure.bytes === asked.Pure.bytes;
  if (built?.$kind !== 'Object') return false;
  if (asked.$kind === 'UnresolvedObject') return objectIdOf(built) === parseSuiId(asked.UnresolvedObject.objectId);
  return asked.$kind === 'Object' && objectIdOf(built) === objectIdOf(asked);
}

function objectIdOf({ Object: held }: Extract<Input, { $kind: 'Object' }>): SuiId {
  switch (held.$kind) {
    case 'ImmOrOwnedObject':
      return parseSuiId(held.ImmOrOwnedObject.objectId);
    case 'SharedObject':
      return parseSuiId(held.SharedObject.objectId);
    case 'Receiving':
      return parseSuiId(held.Receiving.objectId);
    default:
      throw new Error('an object input of a kind that does not exist');
  }
}

/** A gas selection that failed says so in words only; the second form is what validators say. */
const isGasTrouble = (text: string): boolean =>
  /sufficient gas|insufficient sui|insufficient\s?_?gas|gas ?balance|insufficient\s?_?coin\s?_?balance/i.test(text);

export const isStaleTrouble = (text: string): boolean =>
  /provided version|version .*(match|unavailable)|unavailable for consumption|needs to be rebuilt|object digest|referenced object|already locked|reserved for another|double.?used|equivocat/i.test(
    text,
  );

function faultFromBuild(error: unknown, mist: bigint, there: bigint, signal: AbortSignal | undefined): Fault {
  if (signal?.aborted === true) return cancelled(signal, error);
  const text = rpcErrorOf(error)?.message ?? (error instanceof Error ? error.message : '');
  const execution = error instanceof SimulationError ? error.executionError : undefined;
  if (execution?.$kind === 'MoveAbort') return faultFromAbort(execution.MoveAbort, error);
  if ((execution !== undefined || isRefusal(error)) && isGasTrouble(text)) {
    const named = /budget (\d+)/.exec(text)?.[1];
    const need = mist + BigInt(named ?? 0);
    // A node that names no budget leaves only one thing certain: more than there is.
    return moneyShort(need > there ? need : there + 1n, there, 'SUI');
  }
  if (execution !== undefined) {
    return new Fault('chain-refused', 'never', `The chain refuses this: ${nodeWords(execution.message)}.`, error);
  }
  if (isRefusal(error) && isStaleTrouble(text)) {
    return new Fault('chain-stale', 'now', 'Something that this uses changed on chain at the same moment.', error);
  }
  return faultFromCall(error, signal);
}

type MoveAbort = Extract<NonNullable<SimulationError['executionError']>, { $kind: 'MoveAbort' }>['MoveAbort'];

function faultFromAbort(abort: MoveAbort, error: unknown): Fault {
  const { module, functionName } = abort.location ?? {};
  const code = /^\d+$/.test(abort.abortCode) ? BigInt(abort.abortCode) : 0n;
  const name = abortName({ constantName: abort.cleverError?.constantName, code, module, functionName });
  if ((module === 'balance' || module === 'coin') && (name === 'ENotEnough' || name === 'ENonZero')) {
    return new Fault('price-changed', 'now', `The price of storage changed at this moment (${name}).`, error);
  }
  if (module === 'messages' && name === 'EIncorrectEpoch') {
    return new Fault(
      'chain-stale',
      'now',
      'The epoch changed after the nodes had confirmed. They are asked again.',
      error,
    );
  }
  return new Fault('chain-refused', 'never', `The chain refuses this: ${name}.`, error);
}
