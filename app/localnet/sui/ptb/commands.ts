/** The commands of a programmable transaction, one function each; they raise the execution errors that Sui raises. */
import type { bcs } from '@mysten/sui/bcs';
import { CommandUses, isCoin } from './slots.ts';
import type { Slots } from './slots.ts';
import { argumentFault, ExecutionFailure, plainFault } from '../move/failure.ts';
import type { MoveFunction } from '../move/function.ts';
import type { Library } from '../move/library.ts';
import { newCoin } from '../move/modules/coin.ts';
import { u64Max } from '../move/modules/integers.ts';
import type { Runtime, TypedValue } from '../move/runtime.ts';
import { sameType, substitute } from '../move/types.ts';
import type { MoveType } from '../move/types.ts';
import type { CoinValue } from '../move/values.ts';

export type Command = (typeof bcs.Command)['$inferType'];
type Of<Kind extends Command['$kind']> = Extract<Command, { $kind: Kind }>;

export interface Machine {
  readonly slots: Slots;
  readonly runtime: Runtime;
  readonly library: Library;
}

export function runCommand(machine: Machine, command: Command): readonly TypedValue[] {
  switch (command.$kind) {
    case 'MoveCall':
      return moveCall(machine, command.MoveCall);
    case 'TransferObjects':
      return transferObjects(machine, command.TransferObjects);
    case 'SplitCoins':
      return splitCoins(machine, command.SplitCoins);
    case 'MergeCoins':
      return mergeCoins(machine, command.MergeCoins);
    case 'MakeMoveVec':
      return makeMoveVector(machine, command.MakeMoveVec);
    case 'Publish':
    case 'Upgrade':
      throw plainFault(
        'FeatureNotYetSupported',
        `${command.$kind} is not imitated: this network runs no Move bytecode`,
      );
  }
}

function moveCall(machine: Machine, call: Of<'MoveCall'>['MoveCall']): readonly TypedValue[] {
  const { library, runtime, slots } = machine;
  const found = library.find(call.package, call.module, call.function);
  if (!found) throw plainFault('FunctionNotFound', `${call.module}::${call.function} is not imitated`);
  const types = typeArguments(machine, found, call.typeArguments);
  if (found.parameters.length !== call.arguments.length) throw plainFault('ArityMismatch');
  const uses = new CommandUses();
  const given = call.arguments.map((argument, position) => {
    const parameter = found.parameters[position];
    if (!parameter) throw plainFault('ArityMismatch');
    const use = ({ none: 'take', shared: 'borrow', mutable: 'borrow-mutably' } as const)[parameter.reference];
    return slots.use(argument, position, substitute(parameter.type, types), use, uses);
  });
  library.assertCurrent(call.package, found);
  runtime.caller = { package: call.package, module: call.module };
  const values = found.body({ runtime, types }, ...(given as never[]));
  return found.returns.map((type, index) => ({ type: substitute(type, types), value: values[index] }));
}

function typeArguments(machine: Machine, found: MoveFunction, texts: readonly string[]): readonly MoveType[] {
  const { world } = machine.runtime;
  if (found.typeParameters.length !== texts.length) throw plainFault('TypeArityMismatch');
  return texts.map((text, argument) => {
    const type = world.type(text);
    if (!world.knows(type)) throw new ExecutionFailure({ kind: 'typeArgument', argument, fault: 'TypeNotFound' });
    if (!found.typeParameters[argument]?.every((ability) => world.has(type, ability))) {
      throw new ExecutionFailure({ kind: 'typeArgument', argument, fault: 'ConstraintNotSatisfied' });
    }
    return type;
  });
}

function transferObjects(machine: Machine, command: Of<'TransferObjects'>['TransferObjects']): readonly TypedValue[] {
  const { runtime, slots } = machine;
  const { world } = runtime;
  const uses = new CommandUses();
  const position = command.objects.length;
  const objects = command.objects.map((argument, index) => {
    const object = slots.useAny(argument, index, 'take', uses);
    if (!world.has(object.type, 'key') || !world.has(object.type, 'store')) {
      throw argumentFault(index, 'InvalidTransferObject');
    }
    return object;
  });
  const to = slots.use(command.address, position, world.type('address'), 'take', uses);
  for (const { type, value } of objects) runtime.place(type, value, { kind: 'address', id: String(to) });
  return [];
}

/** A borrowed coin of whatever coin type. */
function coinOf(machine: Machine, argument: Of<'SplitCoins'>['SplitCoins']['coin'], uses: CommandUses): TypedValue {
  const coin = machine.slots.useAny(argument, 0, 'borrow-mutably', uses);
  if (!isCoin(machine.runtime.world, coin.type)) throw argumentFault(0, 'TypeMismatch');
  return coin;
}

function splitCoins(machine: Machine, command: Of<'SplitCoins'>['SplitCoins']): readonly TypedValue[] {
  const { runtime, slots } = machine;
  const uses = new CommandUses();
  const { type, value } = coinOf(machine, command.coin, uses);
  const coin = value as CoinValue;
  const u64 = runtime.world.type('u64');
  const amounts = command.amounts.map((argument, index) => slots.use(argument, index + 1, u64, 'take', uses) as bigint);
  return amounts.map((amount) => {
    if (coin.balance < amount) throw plainFault('InsufficientCoinBalance');
    coin.balance -= amount;
    return { type, value: newCoin(runtime, amount) };
  });
}

function mergeCoins(machine: Machine, command: Of<'MergeCoins'>['MergeCoins']): readonly TypedValue[] {
  const { runtime, slots } = machine;
  const uses = new CommandUses();
  const { type, value } = coinOf(machine, command.destination, uses);
  const into = value as CoinValue;
  const sources = command.sources.map(
    (argument, index) => slots.use(argument, index + 1, type, 'take', uses) as CoinValue,
  );
  for (const source of sources) {
    if (into.balance + source.balance > u64Max) throw plainFault('CoinBalanceOverflow');
    into.balance += source.balance;
    runtime.deleteId(source.id);
  }
  return [];
}

function makeMoveVector(machine: Machine, command: Of<'MakeMoveVec'>['MakeMoveVec']): readonly TypedValue[] {
  const { runtime, slots } = machine;
  const { world } = runtime;
  const uses = new CommandUses();
  const [first] = command.elements;
  const inferred = first === undefined ? undefined : slots.typeOf(first, 0);
  const of = command.type === null ? inferred : world.type(command.type);
  if (of === undefined) throw argumentFault(0, 'InvalidMakeMoveVecNonObjectArgument');
  if (!world.knows(of)) throw new ExecutionFailure({ kind: 'typeArgument', argument: 0, fault: 'TypeNotFound' });
  if (command.type === null && !world.has(of, 'key')) throw argumentFault(0, 'InvalidMakeMoveVecNonObjectArgument');
  const values = command.elements.map((argument, index) => slots.use(argument, index, of, 'take', uses));
  const bytes = sameType(of, world.type('u8'));
  return [{ type: { kind: 'vector', of }, value: bytes ? Uint8Array.from(values.map(Number)) : values }];
}
