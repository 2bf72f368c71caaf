/**
 * A transaction message of a client, perhaps half built, as the BCS it stands for: objects get their current references, shared ones their
 * first version and whether the commands change them. What is missing or stale is refused, never guessed.
 */
import { bcs } from '@mysten/sui/bcs';
import { GrpcTypes } from '@mysten/sui/grpc';
import { milliseconds } from './transaction-message.ts';
import type { LedgerCore } from '../ledger/core.ts';
import { Refusal, invalid } from '../ledger/refusal.ts';
import type { StoredObject } from '../ledger/object.ts';
import { normalAddress } from '../move/types.ts';

export type DataInput = Extract<(typeof bcs.TransactionData)['$inferInput'], { V1: unknown }>['V1'];
type ProgramInput = Extract<DataInput['kind'], { ProgrammableTransaction: unknown }>['ProgrammableTransaction'];
type Item<List> = List extends Iterable<infer One> ? One : never;
export type InputBcs = Item<ProgramInput['inputs']>;
export type CommandBcs = Item<ProgramInput['commands']>;
type ArgumentBcs = Extract<CommandBcs, { SplitCoins: unknown }>['SplitCoins']['coin'];

interface Resolved {
  readonly inputs: InputBcs[];
  readonly commands: CommandBcs[];
  /** Ids of all objects among the inputs; gas may not be paid with them. */
  readonly objectIds: ReadonlySet<string>;
}

function present<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw invalid(`missing field: ${name}`);
  return value;
}

export function resolveProgram(core: LedgerCore, transaction: GrpcTypes.Transaction): Resolved {
  const data = transaction.kind?.data;
  if (data?.oneofKind !== 'programmableTransaction') throw invalid('only programmable transactions can be resolved');
  const { inputs, commands } = data.programmableTransaction;
  const bcsCommands = commands.map(commandBcs);
  const changed = changedInputs(core, commands);
  const objectIds = new Set<string>();
  const resolved = inputs.map((input, index): InputBcs => {
    if (input.kind === GrpcTypes.Input_InputKind.PURE || (input.pure !== undefined && input.objectId === undefined)) {
      return { Pure: { bytes: present(input.pure, 'input.pure') } };
    }
    if (input.objectId === undefined) throw invalid(`input ${index} is of a kind that is not imitated here`);
    const id = normalAddress(input.objectId);
    objectIds.add(id);
    const object = core.object(id);
    if (!object) throw new Refusal('NOT_FOUND', `Object ${id} not found`);
    return objectInput(input, object, changed.has(index));
  });
  return { inputs: resolved, commands: bcsCommands, objectIds };
}

function objectInput(input: GrpcTypes.Input, object: StoredObject, changed: boolean): InputBcs {
  const { Input_InputKind: kinds } = GrpcTypes;
  if (object.owner.kind === 'object') throw invalid(`object ${object.id} is owned by an object and cannot be an input`);
  if (input.kind === kinds.RECEIVING) throw invalid('Receiving objects are not imitated here');
  if (object.owner.kind === 'shared') {
    const { initialVersion } = object.owner;
    if (input.version !== undefined && input.version !== initialVersion) {
      throw invalid(`provided version doesn't match: object ${object.id} is shared since version ${initialVersion}`);
    }
    const mutable = input.kind === kinds.SHARED && input.mutable !== undefined ? input.mutable : changed;
    return { Object: { SharedObject: { objectId: object.id, initialSharedVersion: initialVersion, mutable } } };
  }
  if (input.version !== undefined && input.version !== object.version) {
    throw invalid(
      `provided version doesn't match: object ${object.id} is at version ${object.version}, not ${input.version}`,
    );
  }
  if (input.digest !== undefined && input.digest !== object.digest) {
    throw invalid(`provided digest doesn't match: object ${object.id} has digest ${object.digest}`);
  }
  return {
    Object: { ImmOrOwnedObject: { objectId: object.id, version: object.version, digest: object.digest } },
  };
}

/** The inputs that some command takes by value or by mutable reference. */
function changedInputs(core: LedgerCore, commands: readonly GrpcTypes.Command[]): ReadonlySet<number> {
  const changed = new Set<number>();
  const add = (argument: GrpcTypes.Argument | undefined): void => {
    if (argument?.kind === GrpcTypes.Argument_ArgumentKind.INPUT && argument.input !== undefined)
      changed.add(argument.input);
  };
  for (const { command } of commands) {
    if (command.oneofKind === 'moveCall') {
      const { package: id = '', module = '', function: name = '', arguments: given } = command.moveCall;
      const found = core.library.find(normalAddress(id), module, name);
      given.forEach((argument, position) => {
        // Of an unknown function nothing is known; the call itself fails later with the right error.
        if (found?.parameters[position]?.reference !== 'shared') add(argument);
      });
    } else if (command.oneofKind === 'splitCoins') add(command.splitCoins.coin);
    else if (command.oneofKind === 'mergeCoins')
      [command.mergeCoins.coin, ...command.mergeCoins.coinsToMerge].forEach(add);
    else if (command.oneofKind === 'makeMoveVector') command.makeMoveVector.elements.forEach(add);
    else if (command.oneofKind === 'transferObjects') command.transferObjects.objects.forEach(add);
  }
  return changed;
}

function argumentBcs(argument: GrpcTypes.Argument | undefined): ArgumentBcs {
  const { Argument_ArgumentKind: kinds } = GrpcTypes;
  const { kind, input, result, subresult } = present(argument, 'argument');
  if (kind === kinds.GAS) return { GasCoin: true };
  if (kind === kinds.INPUT) return { Input: index(input, 'argument.input') };
  if (kind !== kinds.RESULT) throw invalid('unknown argument kind');
  const command = index(result, 'argument.result');
  return subresult === undefined
    ? { Result: command }
    : { NestedResult: [command, index(subresult, 'argument.subresult')] };
}

function index(value: number | undefined, name: string): number {
  if (value === undefined || value > 65_535) throw invalid(`invalid field: ${name}`);
  return value;
}

function commandBcs({ command }: GrpcTypes.Command): CommandBcs {
  switch (command.oneofKind) {
    case 'moveCall': {
      const { moveCall } = command;
      return {
        MoveCall: {
          package: normalAddress(present(moveCall.package, 'move_call.package')),
          module: present(moveCall.module, 'move_call.module'),
          function: present(moveCall.function, 'move_call.function'),
          typeArguments: moveCall.typeArguments,
          arguments: moveCall.arguments.map(argumentBcs),
        },
      };
    }
    case 'transferObjects': {
      const { objects, address } = command.transferObjects;
      return { TransferObjects: { objects: objects.map(argumentBcs), address: argumentBcs(address) } };
    }
    case 'splitCoins': {
      const { coin, amounts } = command.splitCoins;
      return { SplitCoins: { coin: argumentBcs(coin), amounts: amounts.map(argumentBcs) } };
    }
    case 'mergeCoins': {
      const { coin, coinsToMerge } = command.mergeCoins;
      return { MergeCoins: { destination: argumentBcs(coin), sources: coinsToMerge.map(argumentBcs) } };
    }
    case 'makeMoveVector': {
      const { elementType, elements } = command.makeMoveVector;
      return { MakeMoveVec: { type: elementType ?? null, elements: elements.map(argumentBcs) } };
    }
    case 'publish': {
      const { modules, dependencies } = command.publish;
      return { Publish: { modules, dependencies } };
    }
    case 'upgrade': {
      const { modules, dependencies, package: id, ticket } = command.upgrade;
      return {
        Upgrade: { modules, dependencies, package: present(id, 'upgrade.package'), ticket: argumentBcs(ticket) },
      };
    }
    default:
      throw invalid('unknown command');
  }
}

export function expirationBcs(given: GrpcTypes.TransactionExpiration | undefined): DataInput['expiration'] {
  const { TransactionExpiration_TransactionExpirationKind: kinds } = GrpcTypes;
  if (given === undefined || given.kind === undefined || given.kind === kinds.NONE) return { None: true };
  if (given.kind === kinds.EPOCH) return { Epoch: Number(present(given.epoch, 'expiration.epoch')) };
  if (given.kind !== kinds.VALID_DURING && given.kind !== kinds.VALIDITY) throw invalid('unknown expiration kind');
  const window = {
    minEpoch: given.minEpoch ?? null,
    maxEpoch: given.epoch ?? null,
    minTimestamp: milliseconds(given.minTimestamp),
    maxTimestamp: milliseconds(given.maxTimestamp),
    chain: present(given.chain, 'expiration.chain'),
    nonce: given.nonce ?? 0,
  };
  return given.kind === kinds.VALID_DURING
    ? { ValidDuring: window }
    : { Validity: { ...window, allowedProposers: null } };
}
