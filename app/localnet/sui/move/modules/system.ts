/** `walrus::system`: selling space, and the reads of capacity and epoch. */
import { accountCapacity, innerOf, payStorage } from './accounting.ts';
import { newStorage } from './storage.ts';
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { Runtime } from '../runtime.ts';
import type { CoinValue, RootValue, StorageValue, SystemInnerValue } from '../values.ts';

export function reserve(
  runtime: Runtime,
  inner: SystemInnerValue,
  amount: bigint,
  epochsAhead: number,
  payment: CoinValue,
): StorageValue {
  if (epochsAhead === 0 || epochsAhead > inner.future_accounting.length) {
    moveAbort(runtime.world.packages.walrusCall, 'system_state_inner::reserve_space', 'EInvalidEpochsAhead');
  }
  const { epoch } = inner.committee;
  return reserveForEpochs(runtime, inner, amount, [epoch, epoch + epochsAhead], payment);
}

function reserveForEpochs(
  runtime: Runtime,
  inner: SystemInnerValue,
  amount: bigint,
  [wantedStart, end]: readonly [number, number],
  payment: CoinValue,
): StorageValue {
  const walrus = runtime.world.packages.walrusCall;
  const path = 'system_state_inner::reserve_space_for_epochs';
  const { epoch } = inner.committee;
  const start = Math.max(wantedStart, epoch);
  if (end <= start || end - epoch > inner.future_accounting.length) moveAbort(walrus, path, 'EInvalidEpochsAhead');
  payStorage(runtime, inner, amount, start - epoch, end - epoch, payment);
  const unpaid = 'system_state_inner::reserve_space_without_payment';
  if (amount === 0n) moveAbort(walrus, unpaid, 'EInvalidResourceSize');
  accountCapacity(runtime, inner, start - epoch, end - epoch, amount, unpaid);
  return newStorage(runtime, start, end, amount);
}

export const systemFunctions: readonly FunctionDeclaration[] = [
  moveFunction<[RootValue, bigint, number, CoinValue]>(
    'walrus::system::reserve_space(&mut System, u64, u32, &mut Coin<WAL>): Storage',
    ({ runtime }, system, amount, epochsAhead, payment) => [
      reserve(runtime, innerOf(runtime, system), amount, epochsAhead, payment),
    ],
  ),
  moveFunction<[RootValue, bigint, number, number, CoinValue]>(
    'walrus::system::reserve_space_for_epochs(&mut System, u64, u32, u32, &mut Coin<WAL>): Storage',
    ({ runtime }, system, amount, start, end, payment) => [
      reserveForEpochs(runtime, innerOf(runtime, system), amount, [start, end], payment),
    ],
  ),
  moveFunction<[RootValue]>('walrus::system::epoch(&System): u32', ({ runtime }, system) => [
    innerOf(runtime, system).committee.epoch,
  ]),
  moveFunction<[RootValue]>('walrus::system::total_capacity_size(&System): u64', ({ runtime }, system) => [
    innerOf(runtime, system).total_capacity_size,
  ]),
  moveFunction<[RootValue]>('walrus::system::used_capacity_size(&System): u64', ({ runtime }, system) => [
    innerOf(runtime, system).used_capacity_size,
  ]),
  moveFunction<[RootValue]>('walrus::system::n_shards(&System): u16', ({ runtime }, system) => [
    innerOf(runtime, system).committee.n_shards,
  ]),
  moveFunction<[RootValue]>('walrus::system::version(&System): u64', (_, system) => [system.version]),
];
