/**
 * The objects a transaction names, checked against the ledger: they exist, at the version and digest the sender saw, owned by the sender, or
 * shared since the version given. The sentences follow Sui's own, because clients show them.
 */
import { gasBudgetMaxMist, gasBudgetMinMist, referenceGasPrice } from './gas.ts';
import { gasObjectsMax } from './envelope.ts';
import type { CallArgument, Envelope } from './envelope.ts';
import type { ObjectSource, StoredObject } from './object.ts';
import { Refusal, invalid } from './refusal.ts';
import type { Library } from '../move/library.ts';
import { decodeWith } from '../move/runtime.ts';
import { TypeTextError } from '../move/types.ts';
import type { World } from '../move/world.ts';
import type { Input, ObjectInput } from '../ptb/slots.ts';
import { fromBase64 } from '@mysten/sui/utils';

interface Reference {
  readonly objectId: string;
  readonly version: string | bigint;
  readonly digest: string;
}

export interface CheckedInputs {
  readonly inputs: readonly Input[];
  /** Objects the transaction may change: owned ones and shared ones taken mutably. */
  readonly changing: readonly StoredObject[];
  /** Shared objects it only reads. */
  readonly reading: readonly StoredObject[];
  readonly immutable: readonly StoredObject[];
  readonly gas: readonly StoredObject[];
}

export function checkGasData(gas: Envelope['gas']): void {
  const price = BigInt(gas.price);
  const budget = BigInt(gas.budget);
  if (price < referenceGasPrice) {
    throw invalid(`Gas price ${price} under reference gas price (RGP) ${referenceGasPrice}`);
  }
  if (price >= 100_000_000_000n) throw invalid(`Gas price ${price} exceeds the maximum`);
  if (budget > gasBudgetMaxMist) throw invalid(`Gas budget: ${budget} is higher than max: ${gasBudgetMaxMist}`);
  const least = gasBudgetMinMist(price);
  if (budget < least) throw invalid(`Gas budget: ${budget} is lower than min: ${least}`);
}

/** The coins that pay, each there and the owner's, together at least the budget. */
export function checkGasPayment(source: ObjectSource, world: World, gas: Envelope['gas']): readonly StoredObject[] {
  if (gas.payment.length === 0)
    throw invalid('Gas payment is empty: payment from address balances is not imitated here');
  if (gas.payment.length > gasObjectsMax) {
    throw invalid(`Size limit exceeded: maximum number of gas payment objects is ${gasObjectsMax}`);
  }
  const suiCoin = world.text('Coin<SUI>');
  const coins = gas.payment.map((reference) => {
    const coin = ownedObject(source, reference, gas.owner);
    if (coin.type !== suiCoin) throw invalid(`Invalid gas object: ${coin.id} is not a SUI coin`);
    return coin;
  });
  const total = coins.reduce((sum, coin) => sum + coinBalance(coin.contents), 0n);
  if (total < BigInt(gas.budget)) {
    throw invalid(`Balance of gas object ${total} is lower than the needed amount: ${gas.budget}`);
  }
  return coins;
}

export function checkInputs(
  source: ObjectSource,
  world: World,
  sender: string | undefined,
  given: readonly CallArgument[],
  gas: readonly StoredObject[],
): CheckedInputs {
  const seen = new Set(gas.map((coin) => coin.id));
  if (seen.size !== gas.length) throw invalid('Mutable object appears more than once in the gas payment');
  const checked = { changing: [] as StoredObject[], reading: [] as StoredObject[], immutable: [] as StoredObject[] };
  const inputs = given.map((argument): Input => {
    if (argument.$kind === 'Pure') return { kind: 'pure', bytes: fromBase64(argument.Pure.bytes) };
    if (argument.$kind !== 'Object') throw invalid('This kind of input is not imitated here');
    const { object, mutable } = resolve(source, sender, argument.Object);
    if (seen.has(object.id)) {
      throw invalid(`Mutable object ${object.id} cannot appear more than one in one transaction`);
    }
    seen.add(object.id);
    const list = mutable ? 'changing' : object.owner.kind === 'shared' ? 'reading' : 'immutable';
    checked[list].push(object);
    return { kind: 'object', object: objectInput(world, object, mutable) };
  });
  return { inputs, gas, ...checked };
}

export function objectInput(world: World, object: StoredObject, mutable: boolean): ObjectInput {
  const type = world.type(object.type);
  const value = decodeWith(world.codec(type), object.contents);
  return { id: object.id, type, value, owner: object.owner, mutable };
}

function resolve(
  source: ObjectSource,
  sender: string | undefined,
  argument: Extract<CallArgument, { $kind: 'Object' }>['Object'],
): { object: StoredObject; mutable: boolean } {
  if (argument.$kind === 'ImmOrOwnedObject') {
    const object = ownedObject(source, argument.ImmOrOwnedObject, sender);
    return { object, mutable: object.owner.kind === 'address' };
  }
  if (argument.$kind !== 'SharedObject') throw invalid('Receiving objects are not imitated here');
  const { objectId, initialSharedVersion, mutable } = argument.SharedObject;
  const object = existing(source, objectId);
  if (object.owner.kind !== 'shared') throw invalid(`Object ${objectId} is not shared, but is used as a shared object`);
  if (object.owner.initialVersion !== BigInt(initialSharedVersion)) {
    throw invalid(
      `The shared object ${objectId} starts at version ${object.owner.initialVersion}, not ${initialSharedVersion}`,
    );
  }
  return { object, mutable };
}

function existing(source: ObjectSource, id: string): StoredObject {
  const object = source.object(id);
  if (!object) throw new Refusal('NOT_FOUND', `Could not find the referenced object ${id}`);
  return object;
}

function ownedObject(source: ObjectSource, reference: Reference, owner: string | undefined): StoredObject {
  const object = existing(source, reference.objectId);
  if (object.owner.kind === 'shared') {
    throw invalid(`Object ${object.id} is shared, but is used as an owned object`);
  }
  if (object.owner.kind === 'object') {
    throw invalid(`Objects owned by objects cannot be inputs: ${object.id} is owned by ${object.owner.id}`);
  }
  if (object.version !== BigInt(reference.version)) {
    throw invalid(
      `Transaction needs to be rebuilt because object ${object.id} version 0x${BigInt(reference.version).toString(16)} ` +
        `is unavailable for consumption, current version: 0x${object.version.toString(16)}`,
    );
  }
  if (object.digest !== reference.digest)
    throw invalid(`Invalid object digest for ${object.id}: expected ${object.digest}`);
  if (object.owner.kind === 'address' && owner !== undefined && object.owner.id !== owner) {
    throw invalid(
      `Transaction was not signed by the correct sender: Object ${object.id} is owned by account address ` +
        `${object.owner.id}, but given owner/signer address is ${owner}`,
    );
  }
  return object;
}

/** Packages and types that the commands name must be there before anything runs. */
export function checkCommands(library: Library, world: World, commands: Envelope['commands']): void {
  for (const command of commands) {
    if (command.$kind === 'MoveCall') {
      const { package: id, typeArguments } = command.MoveCall;
      if (!library.hasPackage(id)) throw invalid(`Dependent package not found on-chain: ${id}`);
      for (const type of typeArguments) checkType(world, type);
    } else if (command.$kind === 'MakeMoveVec' && command.MakeMoveVec.type !== null) {
      checkType(world, command.MakeMoveVec.type);
    }
  }
}

function checkType(world: World, text: string): void {
  try {
    world.type(text);
  } catch (cause) {
    if (cause instanceof TypeTextError) throw invalid(`Invalid type argument: ${cause.message}`, cause);
    throw cause;
  }
}

/** The balance in the bytes of a coin: id, then u64. */
export function coinBalance(contents: Uint8Array): bigint {
  return new DataView(contents.buffer, contents.byteOffset, contents.byteLength).getBigUint64(32, true);
}
