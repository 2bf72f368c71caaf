/** Effects (version 2) and events of an executed transaction, as BCS with their digests, and the details that history keeps beside them. */
import { blake2b } from '@noble/hashes/blake2.js';
import { bcs } from '@mysten/sui/bcs';
import { toBase58 } from '@mysten/sui/utils';
import type { Execution, ObjectChange } from './execute.ts';
import { coinBalance } from './inputs.ts';
import { ownerBcs } from './object.ts';
import type { StoredObject } from './object.ts';
import type { ExecutionFailure, FailureDetail, MoveLocation } from '../move/failure.ts';
import type { EmittedEvent } from '../move/runtime.ts';
import { typeText } from '../move/types.ts';
import { suiAddress } from '../move/world.ts';

type EffectsInput = Extract<(typeof bcs.TransactionEffects)['$inferInput'], { V2: unknown }>['V2'];
type StatusInput = EffectsInput['status'];

interface BalanceChange {
  readonly address: string;
  readonly coinType: string;
  readonly amount: string;
}

/** What the RPC shows of a transaction and its effects do not hold. Kept as JSON. */
export interface TransactionDetails {
  readonly types: Readonly<Record<string, string>>;
  readonly balanceChanges: readonly BalanceChange[];
  /** Name of the abort constant, when the program aborted. */
  readonly abortConstant?: string;
  readonly note?: string;
}

const textBytes = new TextEncoder();

function digestOf(name: string, bytes: Uint8Array): string {
  const hash = blake2b.create({ dkLen: 32 });
  hash.update(textBytes.encode(`${name}::`));
  hash.update(bytes);
  return toBase58(hash.digest());
}

const Events = bcs.vector(
  bcs.struct('Event', {
    package_id: bcs.Address,
    transaction_module: bcs.string(),
    sender: bcs.Address,
    type: bcs.StructTag,
    contents: bcs.byteVector(),
  }),
);

function eventsBytes(events: readonly EmittedEvent[], sender: string): Uint8Array {
  return Events.serialize(
    events.map((event) => ({
      package_id: event.caller.package,
      transaction_module: event.caller.module,
      sender,
      type: bcs.StructTag.parse(bcs.TypeTag.serialize(typeText(event.type)).toBytes().subarray(1)),
      contents: event.contents,
    })),
  ).toBytes();
}

interface EffectsBytes {
  readonly bytes: Uint8Array;
  readonly digest: string;
}

export function effectsOf(execution: Execution, digest: string, epoch: number, sender: string): EffectsBytes {
  const { gas, changes } = execution;
  const gasIndex = changes.findIndex((change) => change.id === execution.gasObjectId);
  const events =
    execution.events.length > 0 ? digestOf('TransactionEvents', eventsBytes(execution.events, sender)) : null;
  const bytes = bcs.TransactionEffects.serialize({
    V2: {
      status: statusOf(execution.failure),
      executedEpoch: epoch,
      gasUsed: {
        computationCost: gas.computation,
        storageCost: gas.storage,
        storageRebate: gas.rebate,
        nonRefundableStorageFee: gas.nonRefundable,
      },
      transactionDigest: digest,
      gasObjectIndex: gasIndex,
      eventsDigest: events,
      dependencies: [...execution.dependencies],
      lamportVersion: execution.version,
      changedObjects: changes.map(changeOf),
      unchangedConsensusObjects: execution.reading.map((object) => [
        object.id,
        { ReadOnlyRoot: [object.version, object.digest] },
      ]),
      auxDataDigest: null,
    },
  }).toBytes();
  return { bytes, digest: digestOf('TransactionEffects', bytes) };
}

function changeOf({
  id,
  before,
  after,
  operation,
}: ObjectChange): EffectsInput['changedObjects'] extends Iterable<infer One> ? One : never {
  return [
    id,
    {
      inputState: before ? { Exist: [[before.version, before.digest], ownerBcs(before.owner)] } : { NotExist: true },
      outputState: after ? { ObjectWrite: [after.digest, ownerBcs(after.owner)] } : { NotExist: true },
      idOperation: { [operation]: true } as { None: true } | { Created: true } | { Deleted: true },
    },
  ];
}

function location(at: MoveLocation) {
  return { module: { address: at.address, name: at.module }, function: 0, instruction: 0, functionName: at.function };
}

function statusOf(failure: ExecutionFailure | undefined): StatusInput {
  if (!failure) return { Success: true };
  const command = failure.command === undefined ? null : BigInt(failure.command);
  return { Failure: { error: errorOf(failure.detail), command } } as StatusInput;
}

function errorOf(detail: FailureDetail): Readonly<Record<string, unknown>> {
  switch (detail.kind) {
    case 'abort':
      return { MoveAbort: [location(detail.at), detail.code] };
    case 'arithmetic':
      return { MovePrimitiveRuntimeError: location(detail.at) };
    case 'argument':
      return { CommandArgumentError: { argIdx: detail.argument, kind: argumentKind(detail) } };
    case 'typeArgument':
      return { TypeArgumentError: { argumentIdx: detail.argument, kind: { [detail.fault]: true } } };
    case 'unused':
      return { UnusedValueWithoutDrop: { resultIdx: detail.result, secondaryIdx: detail.subresult } };
    case 'tooBig':
      return { MoveObjectTooBig: { objectSize: BigInt(detail.size), maxObjectSize: BigInt(detail.sizeMax) } };
    case 'plain':
      return { [detail.fault]: true };
  }
}

function argumentKind(detail: Extract<FailureDetail, { kind: 'argument' }>): Readonly<Record<string, unknown>> {
  const { fault, index = 0, subindex = 0 } = detail;
  if (fault === 'IndexOutOfBounds') return { IndexOutOfBounds: { idx: index } };
  if (fault === 'InvalidResultArity') return { InvalidResultArity: { resultIdx: index } };
  if (fault === 'SecondaryIndexOutOfBounds') {
    return { SecondaryIndexOutOfBounds: { resultIdx: index, secondaryIdx: subindex } };
  }
  return { [fault]: true };
}

export function detailsOf(execution: Execution): TransactionDetails {
  const types: Record<string, string> = {};
  for (const { id, before, after } of execution.changes) {
    const type = (after ?? before)?.type;
    if (type !== undefined) types[id] = type;
  }
  const detail = execution.failure?.detail;
  return {
    types,
    balanceChanges: balanceChanges(execution.changes),
    ...(detail?.kind === 'abort' ? { abortConstant: detail.constant } : {}),
    ...(detail?.kind === 'plain' && detail.note !== undefined ? { note: detail.note } : {}),
  };
}

const coinPrefix = `${suiAddress}::coin::Coin<`;

function balanceChanges(changes: readonly ObjectChange[]): readonly BalanceChange[] {
  const sums = new Map<string, bigint>();
  const count = (object: StoredObject | undefined, sign: bigint): void => {
    if (!object?.type.startsWith(coinPrefix) || object.owner.kind !== 'address') return;
    const key = `${object.owner.id} ${object.type.slice(coinPrefix.length, -1)}`;
    sums.set(key, (sums.get(key) ?? 0n) + sign * coinBalance(object.contents));
  };
  for (const { before, after } of changes) {
    count(before, -1n);
    count(after, 1n);
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, amount]) => {
      const [address = '', coinType = ''] = key.split(' ');
      return amount === 0n ? [] : [{ address, coinType, amount: amount.toString() }];
    });
}
