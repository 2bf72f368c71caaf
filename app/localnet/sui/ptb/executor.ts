/**
 * Runs the commands of a programmable transaction and says what became of every object: written (with its new owner), deleted, or wrapped
 * inside another. It writes nothing itself; a failure throws and leaves nothing behind.
 */
import { Slots } from './slots.ts';
import type { Input, ObjectInput } from './slots.ts';
import { runCommand } from './commands.ts';
import type { Command, Machine } from './commands.ts';
import { ExecutionFailure, plainFault } from '../move/failure.ts';
import type { Library } from '../move/library.ts';
import { encodeWith } from '../move/runtime.ts';
import type { EmittedEvent, Runtime, TypedValue } from '../move/runtime.ts';
import { sameBytes } from '../../../domain/bytes.ts';
import { typeText } from '../move/types.ts';
import type { MoveType } from '../move/types.ts';
import type { Owner, StoredObject } from '../ledger/object.ts';

export interface Program {
  readonly inputs: readonly Input[];
  readonly commands: readonly Command[];
  /** The coin that pays, less the budget; transactions that pay otherwise have none. */
  readonly gas: ObjectInput | undefined;
}

export interface Written {
  readonly id: string;
  readonly type: string;
  readonly contents: Uint8Array;
  readonly owner: Owner;
  readonly publicTransfer: boolean;
}

export interface Outcome {
  readonly written: ReadonlyMap<string, Written>;
  /** Existing objects that are gone or hidden: dynamic fields and their objects, by what the ledger holds of them. */
  readonly vanished: ReadonlyMap<string, StoredObject>;
  /** Existing dynamic fields and their objects that are written again, as the ledger holds them now. */
  readonly replaced: ReadonlyMap<string, StoredObject>;
  readonly created: ReadonlySet<string>;
  readonly deleted: ReadonlySet<string>;
  readonly events: readonly EmittedEvent[];
}

/** Largest object of Sui (max_move_object_size). */
const objectBytesMax = 256_000;

export function runProgram(program: Program, runtime: Runtime, library: Library): Outcome {
  const machine: Machine = { slots: new Slots(runtime.world, program.inputs, program.gas), runtime, library };
  program.commands.forEach((command, index) => {
    try {
      machine.slots.addResults(runCommand(machine, command));
    } catch (error) {
      if (error instanceof ExecutionFailure) error.command = index;
      throw error;
    }
  });
  machine.slots.assertNothingLost();
  const written = new Map<string, Written>();
  const write = (id: string, { type, value }: TypedValue, owner: Owner): void => {
    written.set(id, writtenObject(runtime, id, type, value, owner));
  };
  for (const input of machine.slots.remainingInputs()) {
    if (input.mutable) write(input.id, input, input.owner);
  }
  for (const [id, { owner, ...object }] of runtime.placed) write(id, object, owner);
  assertSharedStayShared(program, written, runtime);
  const replaced = new Map<string, StoredObject>();
  for (const [id, child] of runtime.children) {
    if (!child) continue;
    const made = writtenObject(runtime, id, child.type, child.value, { kind: 'object', id: child.parent });
    const { stored } = child;
    const same =
      stored?.owner.kind === 'object' && stored.owner.id === child.parent && sameBytes(stored.contents, made.contents);
    if (same) continue;
    written.set(id, made);
    if (stored) replaced.set(id, stored);
  }
  const { created, deleted, events, removed } = runtime;
  return { written, vanished: removed, replaced, created, deleted, events };
}

function writtenObject(runtime: Runtime, id: string, type: MoveType, value: unknown, owner: Owner): Written {
  const contents = encodeWith(runtime.world.codec(type), value);
  if (contents.length > objectBytesMax) {
    throw new ExecutionFailure({ kind: 'tooBig', size: contents.length, sizeMax: objectBytesMax });
  }
  const publicTransfer = runtime.world.has(type, 'key') && runtime.world.has(type, 'store');
  return { id, type: typeText(type), contents, owner, publicTransfer };
}

/** A shared object that was taken by value may only be deleted. */
function assertSharedStayShared(program: Program, written: ReadonlyMap<string, Written>, runtime: Runtime): void {
  for (const input of program.inputs) {
    if (input.kind !== 'object' || input.object.owner.kind !== 'shared' || !input.object.mutable) continue;
    const { id } = input.object;
    const stays = written.get(id)?.owner.kind === 'shared';
    if (!stays && !runtime.deleted.has(id)) throw plainFault('SharedObjectOperationNotAllowed');
  }
}
