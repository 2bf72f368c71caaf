/** `0x2::bag` over real dynamic fields, and `0x2::transfer` for objects anybody may move. */
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { CallContext, FunctionDeclaration } from '../function.ts';
import { idOf } from '../runtime.ts';
import type { BagValue } from '../values.ts';
import { suiAddress } from '../world.ts';
import type { MoveType } from '../types.ts';

function typeArgument(call: CallContext, index: number): MoveType {
  const type = call.types[index];
  if (!type) throw new Error('the executor checks the number of type arguments');
  return type;
}

export const frameworkFunctions: readonly FunctionDeclaration[] = [
  moveFunction('sui::bag::new(): Bag', ({ runtime }) => [{ id: runtime.freshId(), size: 0n } satisfies BagValue]),
  moveFunction<[BagValue, unknown, unknown]>(
    'sui::bag::add<T0: copy + drop + store, T1: store>(&mut Bag, T0, T1)',
    (call, bag, key, value) => {
      const type = typeArgument(call, 1);
      call.runtime.addField(bag.id, { type: typeArgument(call, 0), value: key }, { type, value });
      bag.size += 1n;
      return [];
    },
  ),
  moveFunction<[BagValue, unknown]>(
    'sui::bag::remove<T0: copy + drop + store, T1: store>(&mut Bag, T0): T1',
    (call, bag, key) => {
      const value = call.runtime.removeField(
        bag.id,
        { type: typeArgument(call, 0), value: key },
        typeArgument(call, 1),
      );
      bag.size -= 1n;
      return [value];
    },
  ),
  moveFunction<[BagValue, unknown]>('sui::bag::contains<T0: copy + drop + store>(&Bag, T0): bool', (call, bag, key) => [
    call.runtime.hasField(bag.id, typeArgument(call, 0), key),
  ]),
  moveFunction<[BagValue]>('sui::bag::length(&Bag): u64', (_, bag) => [bag.size]),
  moveFunction<[BagValue]>('sui::bag::is_empty(&Bag): bool', (_, bag) => [bag.size === 0n]),
  moveFunction<[BagValue]>('sui::bag::destroy_empty(Bag)', ({ runtime }, bag) => {
    if (bag.size !== 0n) moveAbort(suiAddress, 'bag::destroy_empty', 'EBagNotEmpty');
    runtime.deleteId(bag.id);
    return [];
  }),
  moveFunction<[unknown, string]>(
    'sui::transfer::public_transfer<T0: key + store>(T0, address)',
    (call, object, to) => {
      call.runtime.place(typeArgument(call, 0), object, { kind: 'address', id: to });
      return [];
    },
  ),
  moveFunction<[unknown]>('sui::transfer::public_share_object<T0: key + store>(T0)', (call, object) => {
    shareNew(call, typeArgument(call, 0), object);
    return [];
  }),
  moveFunction<[unknown]>('sui::transfer::public_freeze_object<T0: key + store>(T0)', (call, object) => {
    call.runtime.place(typeArgument(call, 0), object, { kind: 'immutable' });
    return [];
  }),
];

/** Shares an object made in this same transaction; Sui refuses to share one that had an owner before. */
export function shareNew({ runtime }: CallContext, type: MoveType, object: unknown): void {
  if (!runtime.created.has(idOf(object))) {
    moveAbort(suiAddress, 'transfer::share_object', 'ESharedNonNewObject');
  }
  // Version 0 stands for the version this transaction gives; the executor writes it.
  runtime.place(type, object, { kind: 'shared', initialVersion: 0n });
}
