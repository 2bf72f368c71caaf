/** `walrus::storage_resource`: reserved space that can be cut and joined, by size or by epochs. */
import { checkedU32, checkedU64 } from './integers.ts';
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { Runtime } from '../runtime.ts';
import type { StorageValue } from '../values.ts';

export function newStorage(runtime: Runtime, start: number, end: number, size: bigint): StorageValue {
  if (start >= end) {
    moveAbort(runtime.world.packages.walrusCall, 'storage_resource::create_storage', 'EInvalidEpochRange');
  }
  return { id: runtime.freshId(), start_epoch: start, end_epoch: end, storage_size: size };
}

export function extendEnd(runtime: Runtime, storage: StorageValue, epochs: number): void {
  const walrus = runtime.world.packages.walrusCall;
  storage.end_epoch = checkedU32(walrus, 'storage_resource::extend_end_epoch', storage.end_epoch + epochs);
}

export function increaseSize(runtime: Runtime, storage: StorageValue, size: bigint): void {
  const walrus = runtime.world.packages.walrusCall;
  storage.storage_size = checkedU64(walrus, 'storage_resource::increase_size', storage.storage_size + size);
}

export function splitBySize(runtime: Runtime, storage: StorageValue, keep: bigint): StorageValue {
  if (storage.storage_size < keep) {
    moveAbort(runtime.world.packages.walrusCall, 'storage_resource::split_by_size', 'EIncompatibleAmount');
  }
  const rest = storage.storage_size - keep;
  storage.storage_size = keep;
  return { ...storage, id: runtime.freshId(), storage_size: rest };
}

function splitByEpoch(runtime: Runtime, storage: StorageValue, epoch: number): StorageValue {
  if (!(epoch > storage.start_epoch && epoch < storage.end_epoch)) {
    moveAbort(runtime.world.packages.walrusCall, 'storage_resource::split_by_epoch', 'EInvalidEpoch');
  }
  const second = { ...storage, id: runtime.freshId(), start_epoch: epoch };
  storage.end_epoch = epoch;
  return second;
}

export function fusePeriods(runtime: Runtime, first: StorageValue, second: StorageValue): void {
  const walrus = runtime.world.packages.walrusCall;
  runtime.deleteId(second.id);
  if (first.storage_size !== second.storage_size) {
    moveAbort(walrus, 'storage_resource::fuse_periods', 'EIncompatibleAmount');
  }
  if (first.end_epoch === second.start_epoch) {
    first.end_epoch = second.end_epoch;
    return;
  }
  if (first.start_epoch !== second.end_epoch) {
    moveAbort(walrus, 'storage_resource::fuse_periods', 'EIncompatibleEpochs');
  }
  first.start_epoch = second.start_epoch;
}

function fuseAmount(runtime: Runtime, first: StorageValue, second: StorageValue): void {
  runtime.deleteId(second.id);
  if (first.start_epoch !== second.start_epoch || first.end_epoch !== second.end_epoch) {
    moveAbort(runtime.world.packages.walrusCall, 'storage_resource::fuse_amount', 'EIncompatibleEpochs');
  }
  increaseSize(runtime, first, second.storage_size);
}

export const storageFunctions: readonly FunctionDeclaration[] = [
  moveFunction<[StorageValue]>('walrus::storage_resource::start_epoch(&Storage): u32', (_, s) => [s.start_epoch]),
  moveFunction<[StorageValue]>('walrus::storage_resource::end_epoch(&Storage): u32', (_, s) => [s.end_epoch]),
  moveFunction<[StorageValue]>('walrus::storage_resource::size(&Storage): u64', (_, s) => [s.storage_size]),
  moveFunction<[StorageValue, number]>(
    'walrus::storage_resource::split_by_epoch(&mut Storage, u32): Storage',
    ({ runtime }, storage, epoch) => [splitByEpoch(runtime, storage, epoch)],
  ),
  moveFunction<[StorageValue, bigint]>(
    'walrus::storage_resource::split_by_size(&mut Storage, u64): Storage',
    ({ runtime }, storage, size) => [splitBySize(runtime, storage, size)],
  ),
  moveFunction<[StorageValue, StorageValue]>(
    'walrus::storage_resource::fuse_periods(&mut Storage, Storage)',
    ({ runtime }, first, second) => {
      fusePeriods(runtime, first, second);
      return [];
    },
  ),
  moveFunction<[StorageValue, StorageValue]>(
    'walrus::storage_resource::fuse_amount(&mut Storage, Storage)',
    ({ runtime }, first, second) => {
      fuseAmount(runtime, first, second);
      return [];
    },
  ),
  moveFunction<[StorageValue, StorageValue]>(
    'walrus::storage_resource::fuse(&mut Storage, Storage)',
    ({ runtime }, first, second) => {
      const join = first.start_epoch === second.start_epoch ? fuseAmount : fusePeriods;
      join(runtime, first, second);
      return [];
    },
  ),
  moveFunction<[StorageValue]>('walrus::storage_resource::destroy(Storage)', ({ runtime }, storage) => {
    runtime.deleteId(storage.id);
    return [];
  }),
];
