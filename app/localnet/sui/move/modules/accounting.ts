/**
 * The money and capacity of `walrus::system_state_inner`: a ring of epochs ahead, each with the capacity sold for it and the payments that
 * nodes will earn in it.
 */
import { checkedU64 } from './integers.ts';
import { takeFrom } from './coin.ts';
import { moveAbort } from '../failure.ts';
import type { Runtime } from '../runtime.ts';
import type { AccountingValue, CoinValue, RingValue, RootValue, SystemInnerValue } from '../values.ts';

/** `VERSION` of the imitated package; older packages on chain refuse to touch a newer state. */
export const walrusVersion = 4n;
const unitBytes = 1_048_576n;

export function innerOf(runtime: Runtime, system: RootValue): SystemInnerValue {
  if (system.version !== walrusVersion) moveAbort(runtime.world.packages.walrusCall, 'system::inner', 'EWrongVersion');
  return runtime.field<SystemInnerValue>(
    system.id,
    { type: runtime.world.type('u64'), value: walrusVersion },
    runtime.world.type('walrus::system_state_inner::SystemStateInnerV1'),
  );
}

const unitsOf = (size: bigint): bigint => (size + unitBytes - 1n) / unitBytes;

export function ringAt(runtime: Runtime, ring: RingValue, epochsAhead: number): AccountingValue {
  const slot = ring.ring_buffer[(epochsAhead + ring.current_index) % ring.length];
  if (epochsAhead >= ring.length || slot === undefined) {
    return moveAbort(runtime.world.packages.walrusCall, 'storage_accounting::ring_lookup_mut', 'ETooFarInFuture');
  }
  return slot;
}

/** Takes the storage price of `size` bytes for the epochs [start, end) from the coin, one slot at a time. */
export function payStorage(
  runtime: Runtime,
  inner: SystemInnerValue,
  size: bigint,
  start: number,
  end: number,
  payment: CoinValue,
): void {
  const walrus = runtime.world.packages.walrusCall;
  const due = inner.storage_price_per_unit_size * unitsOf(size);
  checkedU64(walrus, 'system_state_inner::process_storage_payments', due);
  for (let ahead = start; ahead < end; ahead++) {
    ringAt(runtime, inner.future_accounting, ahead).rewards_to_distribute += takeFrom(payment, due);
  }
}

export function payWrite(runtime: Runtime, inner: SystemInnerValue, encodedSize: bigint, payment: CoinValue): void {
  const due = inner.write_price_per_unit_size * unitsOf(encodedSize);
  checkedU64(runtime.world.packages.walrusCall, 'system_state_inner::write_price', due);
  ringAt(runtime, inner.future_accounting, 0).rewards_to_distribute += takeFrom(payment, due);
}

export function accountCapacity(
  runtime: Runtime,
  inner: SystemInnerValue,
  start: number,
  end: number,
  size: bigint,
  path: string,
): void {
  const walrus = runtime.world.packages.walrusCall;
  for (let ahead = start; ahead < end; ahead++) {
    const slot = ringAt(runtime, inner.future_accounting, ahead);
    slot.used_capacity = checkedU64(walrus, 'storage_accounting::increase_used_capacity', slot.used_capacity + size);
    if (ahead === 0) inner.used_capacity_size = slot.used_capacity;
    if (slot.used_capacity > inner.total_capacity_size) moveAbort(walrus, path, 'EStorageExceeded');
  }
}

/** Ends the current epoch's slot and opens one at the far end; the ended slot is the result. */
export function ringPop(ring: RingValue): AccountingValue {
  const ended = ring.ring_buffer[ring.current_index];
  if (!ended) throw new Error('the ring has a slot for the current epoch');
  ring.ring_buffer[ring.current_index] = {
    epoch: ended.epoch + ring.length,
    used_capacity: 0n,
    rewards_to_distribute: 0n,
  };
  ring.current_index = (ring.current_index + 1) % ring.length;
  return ended;
}
