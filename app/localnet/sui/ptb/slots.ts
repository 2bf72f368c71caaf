/**
 * The values of a running programmable transaction, each in the slot it came from: the gas coin, an input, a result. Taking a value
 * empties its slot; using an empty slot, or one value twice in ways that exclude each other, is refused as Sui refuses it.
 */
import { bcs } from '@mysten/sui/bcs';
import { BcsError } from '../move/bytes.ts';
import { ExecutionFailure, argumentFault } from '../move/failure.ts';
import type { ArgumentFault } from '../move/failure.ts';
import { decodeWith } from '../move/runtime.ts';
import type { TypedValue } from '../move/runtime.ts';
import { sameType, typeText } from '../move/types.ts';
import type { MoveType } from '../move/types.ts';
import type { World } from '../move/world.ts';
import type { Owner } from '../ledger/object.ts';

export type Argument = (typeof bcs.Argument)['$inferType'];

/** An object input: its value, where it came from, and whether the transaction may change it. */
export interface ObjectInput extends TypedValue {
  readonly id: string;
  readonly owner: Owner;
  readonly mutable: boolean;
}

export type Input =
  { readonly kind: 'pure'; readonly bytes: Uint8Array } | { readonly kind: 'object'; readonly object: ObjectInput };

interface Slot {
  value: TypedValue | undefined;
  readonly input?: ObjectInput;
  readonly gas?: boolean;
}

type Use = 'take' | 'borrow' | 'borrow-mutably';

/** What one command did with each slot so far, to refuse aliases within it. */
export class CommandUses {
  readonly #uses = new Map<Slot, Use>();

  add(slot: Slot, use: Use, position: number): void {
    const before = this.#uses.get(slot);
    if (before !== undefined && !(before === 'borrow' && use === 'borrow')) {
      throw argumentFault(position, 'InvalidValueUsage');
    }
    this.#uses.set(slot, use);
  }
}

export class Slots {
  readonly #world: World;
  readonly #pure = new Map<number, Uint8Array>();
  readonly #inputs: (Slot | undefined)[];
  readonly #gas: Slot;
  readonly #results: Slot[][] = [];

  constructor(world: World, inputs: readonly Input[], gas: ObjectInput | undefined) {
    this.#world = world;
    this.#inputs = inputs.map((input, index) => {
      if (input.kind === 'object') return { value: input.object, input: input.object };
      this.#pure.set(index, input.bytes);
      return undefined;
    });
    this.#gas = { value: gas, gas: true, ...(gas ? { input: gas } : {}) };
  }

  addResults(values: readonly TypedValue[]): void {
    this.#results.push(values.map((value) => ({ value })));
  }

  /** A value of a known type; bytes of the transaction are read as that type. */
  use(argument: Argument, position: number, type: MoveType, use: Use, uses: CommandUses): unknown {
    if (argument.$kind === 'Input' && this.#pure.has(argument.Input)) {
      return this.#readPure(argument.Input, position, type);
    }
    const slot = this.#slot(argument, position);
    if (slot.value && !sameType(slot.value.type, type)) throw argumentFault(position, 'TypeMismatch');
    return this.#useSlot(slot, position, use, uses).value;
  }

  /** An object or result of whatever type it has. */
  useAny(argument: Argument, position: number, use: Use, uses: CommandUses): TypedValue {
    if (argument.$kind === 'Input' && this.#pure.has(argument.Input)) {
      throw argumentFault(position, 'InvalidUsageOfPureArg');
    }
    return this.#useSlot(this.#slot(argument, position), position, use, uses, true);
  }

  /** The type an argument has by itself; bytes have none. */
  typeOf(argument: Argument, position: number): MoveType | undefined {
    if (argument.$kind === 'Input' && this.#pure.has(argument.Input)) return undefined;
    return this.#slot(argument, position).value?.type;
  }

  #useSlot(slot: Slot, position: number, use: Use, uses: CommandUses, gasMayMove = false): TypedValue {
    const { value } = slot;
    if (value === undefined) throw argumentFault(position, 'InvalidValueUsage');
    const copies = use === 'take' && this.#world.has(value.type, 'copy');
    uses.add(slot, copies ? 'borrow' : use, position);
    if (use === 'borrow' || copies) return value;
    if (slot.input && !slot.input.mutable) {
      throw argumentFault(position, use === 'take' ? 'InvalidObjectByValue' : 'InvalidObjectByMutRef');
    }
    if (use === 'take') {
      if (slot.gas && !gasMayMove) throw argumentFault(position, 'InvalidGasCoinUsage');
      slot.value = undefined;
    }
    return value;
  }

  #slot(argument: Argument, position: number): Slot {
    switch (argument.$kind) {
      case 'GasCoin':
        return this.#gas;
      case 'Input': {
        const slot = this.#inputs[argument.Input];
        if (!slot) throw indexFault(position, 'IndexOutOfBounds', argument.Input);
        return slot;
      }
      case 'Result': {
        const results = this.#resultsOf(argument.Result, position);
        const [only] = results;
        if (results.length !== 1 || !only) throw indexFault(position, 'InvalidResultArity', argument.Result);
        return only;
      }
      case 'NestedResult': {
        const [command, index] = argument.NestedResult;
        const slot = this.#resultsOf(command, position)[index];
        if (!slot) throw indexFault(position, 'SecondaryIndexOutOfBounds', command, index);
        return slot;
      }
    }
  }

  #resultsOf(command: number, position: number): Slot[] {
    const results = this.#results[command];
    if (!results) throw indexFault(position, 'IndexOutOfBounds', command);
    return results;
  }

  #readPure(index: number, position: number, type: MoveType): unknown {
    if (!this.#world.isPure(type)) throw argumentFault(position, 'TypeMismatch');
    try {
      return decodeWith(this.#world.codec(type), this.#pure.get(index) ?? new Uint8Array());
    } catch (error) {
      if (error instanceof BcsError) throw argumentFault(position, 'InvalidBCSBytes');
      throw error;
    }
  }

  /** Object inputs (and the gas coin) that no command took. */
  remainingInputs(): readonly ObjectInput[] {
    const slots = [...this.#inputs, this.#gas].filter((slot) => slot?.value !== undefined);
    return slots.flatMap((slot) => (slot?.input ? [slot.input] : []));
  }

  /** After the last command: every result must have been used, or be of a type that may be dropped. */
  assertNothingLost(): void {
    this.#results.forEach((results, result) => {
      results.forEach(({ value }, subresult) => {
        if (value && !this.#world.has(value.type, 'drop')) {
          throw new ExecutionFailure({ kind: 'unused', result, subresult });
        }
      });
    });
  }
}

function indexFault(argument: number, fault: ArgumentFault, index: number, subindex?: number): ExecutionFailure {
  return new ExecutionFailure({
    kind: 'argument',
    argument,
    fault,
    index,
    ...(subindex === undefined ? {} : { subindex }),
  });
}

/** Whether a type is `0x2::coin::Coin<T>`. */
export function isCoin(world: World, type: MoveType): boolean {
  return typeText(type).startsWith(coinPrefix(world));
}

const coinPrefix = (world: World): string => `${world.text('sui::coin::X').slice(0, -1)}Coin<`;
