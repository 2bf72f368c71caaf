/** Objects, effects, events and transactions of the ledger as messages of `sui.rpc.v2`. */
import { bcs } from '@mysten/sui/bcs';
import { GrpcTypes } from '@mysten/sui/grpc';
import { fromBase58, fromBase64 } from '@mysten/sui/utils';
import { executionError } from './execution-error.ts';
import { transactionMessage } from './transaction-message.ts';
import type { Executed, LedgerCore } from '../ledger/core.ts';
import type { EventRow } from '../ledger/database.ts';
import type { TransactionDetails } from '../ledger/effects.ts';
import { readEnvelope } from '../ledger/envelope.ts';
import { coinBalance } from '../ledger/inputs.ts';
import { objectBytes } from '../ledger/object.ts';
import type { Owner, StoredObject } from '../ledger/object.ts';
import { decodeWith } from '../move/runtime.ts';
import { suiAddress } from '../move/world.ts';
import type { Json } from '../move/world.ts';

export type Effects = Extract<(typeof bcs.TransactionEffects)['$inferType'], { $kind: 'V2' }>['V2'];
type OwnerBcs = (typeof bcs.Owner)['$inferType'];
type Value = NonNullable<GrpcTypes.Object['json']>;

export function timestamp(ms: number): { seconds: bigint; nanos: number } {
  const seconds = Math.floor(ms / 1_000);
  return { seconds: BigInt(seconds), nanos: Math.floor(ms - seconds * 1_000) * 1_000_000 };
}

function ownerMessage(owner: Owner): GrpcTypes.Owner {
  const { Owner_OwnerKind: kinds } = GrpcTypes;
  switch (owner.kind) {
    case 'address':
      return { kind: kinds.ADDRESS, address: owner.id };
    case 'object':
      return { kind: kinds.OBJECT, address: owner.id };
    case 'shared':
      return { kind: kinds.SHARED, version: owner.initialVersion };
    case 'immutable':
      return { kind: kinds.IMMUTABLE };
  }
}

function ownerOfBcs(owner: OwnerBcs): GrpcTypes.Owner {
  if (owner.$kind === 'AddressOwner') return ownerMessage({ kind: 'address', id: owner.AddressOwner });
  if (owner.$kind === 'ObjectOwner') return ownerMessage({ kind: 'object', id: owner.ObjectOwner });
  if (owner.$kind === 'Shared') {
    return ownerMessage({ kind: 'shared', initialVersion: BigInt(owner.Shared.initialSharedVersion) });
  }
  return ownerMessage({ kind: 'immutable' });
}

function valueMessage(json: Json): Value {
  if (json === null) return { kind: { oneofKind: 'nullValue', nullValue: 0 } };
  if (typeof json === 'boolean') return { kind: { oneofKind: 'boolValue', boolValue: json } };
  if (typeof json === 'number') return { kind: { oneofKind: 'numberValue', numberValue: json } };
  if (typeof json === 'string') return { kind: { oneofKind: 'stringValue', stringValue: json } };
  if (isList(json)) return { kind: { oneofKind: 'listValue', listValue: { values: json.map(valueMessage) } } };
  const fields = Object.fromEntries(Object.entries(json).map(([name, one]) => [name, valueMessage(one)]));
  return { kind: { oneofKind: 'structValue', structValue: { fields } } };
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

const coinPrefix = `${suiAddress}::coin::Coin<`;

export function objectMessage(core: LedgerCore, object: StoredObject): GrpcTypes.Object {
  const codec = core.world.codec(core.world.type(object.type));
  const json = valueMessage(codec.json(decodeWith(codec, object.contents) as never));
  return {
    bcs: { name: 'Object', value: objectBytes(object) },
    objectId: object.id,
    version: object.version,
    digest: object.digest,
    owner: ownerMessage(object.owner),
    objectType: object.type,
    hasPublicTransfer: object.publicTransfer,
    contents: { name: object.type, value: object.contents },
    previousTransaction: object.previousTransaction,
    storageRebate: object.storageRebate,
    json,
    ...(object.type.startsWith(coinPrefix) ? { balance: coinBalance(object.contents) } : {}),
  };
}

export function eventMessage(core: LedgerCore, event: Omit<EventRow, 'sequence'>): GrpcTypes.Event {
  const codec = core.world.codec(core.world.type(event.type));
  return {
    packageId: event.package,
    module: event.module,
    sender: event.sender,
    eventType: event.type,
    contents: { name: event.type, value: event.contents },
    json: valueMessage(codec.json(decodeWith(codec, event.contents) as never)),
    checkpoint: BigInt(event.checkpoint),
    transactionDigest: event.transaction,
    transactionIndex: 0n,
    eventIndex: event.eventIndex,
  };
}

function changeMessage(
  [objectId, change]: Effects['changedObjects'][number],
  version: bigint,
  details: TransactionDetails,
): GrpcTypes.ChangedObject {
  const { ChangedObject_InputObjectState: ins, ChangedObject_OutputObjectState: outs } = GrpcTypes;
  const { ChangedObject_IdOperation: operations } = GrpcTypes;
  const { inputState, outputState } = change;
  const type = details.types[objectId];
  return {
    objectId,
    ...(inputState.$kind === 'Exist'
      ? {
          inputState: ins.EXISTS,
          inputVersion: BigInt(inputState.Exist[0][0]),
          inputDigest: inputState.Exist[0][1],
          inputOwner: ownerOfBcs(inputState.Exist[1]),
        }
      : { inputState: ins.DOES_NOT_EXIST }),
    ...(outputState.$kind === 'ObjectWrite'
      ? {
          outputState: outs.OBJECT_WRITE,
          outputVersion: version,
          outputDigest: outputState.ObjectWrite[0],
          outputOwner: ownerOfBcs(outputState.ObjectWrite[1]),
        }
      : { outputState: outs.DOES_NOT_EXIST }),
    idOperation: { None: operations.NONE, Created: operations.CREATED, Deleted: operations.DELETED }[
      change.idOperation.$kind
    ],
    ...(type === undefined ? {} : { objectType: type }),
  };
}

export function effectsMessage(
  bytes: Uint8Array,
  digest: string,
  details: TransactionDetails,
): GrpcTypes.TransactionEffects {
  const effects = bcs.TransactionEffects.parse(bytes).V2;
  if (!effects) throw new Error('the ledger writes effects version 2');
  const version = BigInt(effects.lamportVersion);
  const changedObjects = effects.changedObjects.map((change) => changeMessage(change, version, details));
  const gasObject = effects.gasObjectIndex === null ? undefined : changedObjects[effects.gasObjectIndex];
  const { gasUsed, status } = effects;
  return {
    bcs: { name: 'TransactionEffects', value: bytes },
    digest,
    version: 2,
    status:
      status.$kind === 'Success'
        ? { success: true }
        : { success: false, error: executionError(status.Failure, details) },
    epoch: BigInt(effects.executedEpoch),
    gasUsed: {
      computationCost: BigInt(gasUsed.computationCost),
      storageCost: BigInt(gasUsed.storageCost),
      storageRebate: BigInt(gasUsed.storageRebate),
      nonRefundableStorageFee: BigInt(gasUsed.nonRefundableStorageFee),
    },
    transactionDigest: effects.transactionDigest,
    ...(gasObject ? { gasObject } : {}),
    ...(effects.eventsDigest === null ? {} : { eventsDigest: effects.eventsDigest }),
    dependencies: effects.dependencies,
    lamportVersion: version,
    changedObjects,
    unchangedConsensusObjects: effects.unchangedConsensusObjects.map(([objectId, kind]) => ({
      kind: GrpcTypes.UnchangedConsensusObject_UnchangedConsensusObjectKind.READ_ONLY_ROOT,
      objectId,
      ...(kind.$kind === 'ReadOnlyRoot' ? { version: BigInt(kind.ReadOnlyRoot[0]), digest: kind.ReadOnlyRoot[1] } : {}),
    })),
    unchangedLoadedRuntimeObjects: [],
  };
}

export function executedMessage(core: LedgerCore, { row, details, events }: Executed): GrpcTypes.ExecutedTransaction {
  const effects = effectsMessage(row.effects, row.effectsDigest, details);
  return {
    digest: row.digest,
    transaction: transactionMessage(readEnvelope(row.transaction)),
    signatures: row.signatures.split(' ').map((text) => ({
      bcs: { name: 'UserSignatureBytes', value: fromBase64(text) },
      signature: { oneofKind: undefined },
    })),
    effects,
    ...(events.length > 0
      ? {
          events: {
            ...(effects.eventsDigest === undefined ? {} : { digest: effects.eventsDigest }),
            events: events.map((event) => eventMessage(core, event)),
          },
        }
      : {}),
    checkpoint: BigInt(row.sequence),
    timestamp: timestamp(row.timestampMs),
    balanceChanges: details.balanceChanges.map((change) => ({ ...change })),
    transactionIndex: 0n,
  };
}

/** A digest of 32 bytes in base58, or a refusal by the caller. */
export function isDigest(text: string): boolean {
  try {
    return fromBase58(text).length === 32;
  } catch {
    return false;
  }
}
