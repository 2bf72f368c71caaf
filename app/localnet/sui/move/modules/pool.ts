/** Storage pools: the functions of `walrus::system` and `walrus::storage_pool` on a pool, checks in the order of the Move source. */
import { accountCapacity, innerOf, payStorage, payWrite } from './accounting.ts';
import { pooledAttributes } from './attributes.ts';
import { blobMessage, verifyCertificate } from './certificate.ts';
import { deriveBlobId, encodedSize } from './encoding.ts';
import { checkedU32, checkedU64 } from './integers.ts';
import { extendEnd, increaseSize, splitBySize } from './storage.ts';
import { reserve } from './system.ts';
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { Runtime, TypedValue } from '../runtime.ts';
import type {
  CoinValue,
  PoolInnerValue,
  PoolValue,
  PooledBlobValue,
  RootValue,
  StorageValue,
  SystemInnerValue,
} from '../values.ts';

const poolVersion = 1n;

function abort(runtime: Runtime, path: string, constant: string): never {
  return moveAbort(runtime.world.packages.walrusCall, path, constant);
}

const versionKey = (runtime: Runtime): TypedValue => ({ type: runtime.world.type('u64'), value: poolVersion });
const innerType = (runtime: Runtime) => runtime.world.type('walrus::storage_pool::StoragePoolInnerV1');
const pooledType = (runtime: Runtime) => runtime.world.type('walrus::storage_pool::PooledBlob');
const blobKey = (runtime: Runtime, blobId: bigint): TypedValue => ({ type: runtime.world.type('u256'), value: blobId });

export function poolInner(runtime: Runtime, pool: PoolValue): PoolInnerValue {
  return runtime.field<PoolInnerValue>(pool.id, versionKey(runtime), innerType(runtime));
}

export function pooledBlob(runtime: Runtime, pool: PoolValue, blobId: bigint): PooledBlobValue {
  const { blobs } = poolInner(runtime, pool);
  return runtime.objectField<PooledBlobValue>(blobs.id, blobKey(runtime, blobId), pooledType(runtime));
}

function create(runtime: Runtime, system: SystemInnerValue, storage: StorageValue): PoolValue {
  const path = 'system_state_inner::create_storage_pool_with_storage';
  const { epoch } = system.committee;
  if (storage.storage_size === 0n) abort(runtime, path, 'EInvalidResourceSize');
  if (storage.start_epoch > epoch || storage.end_epoch <= epoch) abort(runtime, path, 'EInvalidEpochsAhead');
  const pool: PoolValue = { id: runtime.freshId(), version: poolVersion };
  const inner: PoolInnerValue = {
    storage,
    used_encoded_bytes: 0n,
    blob_count: 0n,
    blobs: { id: runtime.freshId(), size: 0n },
  };
  runtime.addField(pool.id, versionKey(runtime), { type: innerType(runtime), value: inner });
  runtime.emit('StoragePoolCreated', {
    epoch,
    storage_pool_id: pool.id,
    reserved_encoded_capacity_bytes: storage.storage_size,
    start_epoch: storage.start_epoch,
    end_epoch: storage.end_epoch,
  });
  return pool;
}

function assertNotEnded(runtime: Runtime, system: SystemInnerValue, inner: PoolInnerValue, name: string): void {
  if (inner.storage.end_epoch <= system.committee.epoch) {
    abort(runtime, `system_state_inner::${name}`, 'EInvalidEpochsAhead');
  }
}

function register(
  runtime: Runtime,
  system: SystemInnerValue,
  pool: PoolValue,
  [blobId, root, size, encodingType, deletable]: readonly [bigint, bigint, bigint, number, boolean],
): bigint {
  const path = 'system_state_inner::register_pooled_blob';
  const { epoch, n_shards: shards } = system.committee;
  const inner = poolInner(runtime, pool);
  if (epoch < inner.storage.start_epoch || epoch >= inner.storage.end_epoch) {
    abort(runtime, path, 'EInvalidEpochsAhead');
  }
  if (deriveBlobId(root, encodingType, size) !== blobId) {
    abort(runtime, 'storage_pool::new_pooled_blob', 'EInvalidBlobId');
  }
  const blob: PooledBlobValue = {
    id: runtime.freshId(),
    registered_epoch: epoch,
    blob_id: blobId,
    unencoded_size: size,
    encoding_type: encodingType,
    certified_epoch: null,
    storage_pool_id: pool.id,
    deletable,
  };
  runtime.emit('PooledBlobRegistered', {
    epoch,
    blob_id: blobId,
    unencoded_size: size,
    encoding_type: encodingType,
    deletable,
    object_id: blob.id,
    storage_pool_id: pool.id,
  });
  const encoded = encodedSize(runtime, size, encodingType, shards);
  inner.blob_count += 1n;
  inner.used_encoded_bytes += encoded;
  if (inner.used_encoded_bytes > inner.storage.storage_size) {
    abort(runtime, 'storage_pool::add_blob', 'EInsufficientCapacity');
  }
  runtime.addObjectField(inner.blobs.id, blobKey(runtime, blobId), { type: pooledType(runtime), value: blob });
  inner.blobs.size += 1n;
  return encoded;
}

function certify(
  runtime: Runtime,
  system: SystemInnerValue,
  pool: PoolValue,
  blobId: bigint,
  certificate: readonly [Uint8Array, Uint8Array, Uint8Array],
): void {
  const path = 'storage_pool::certify';
  const message = blobMessage(runtime, verifyCertificate(runtime, system.committee, certificate, 'quorum'));
  const { epoch } = system.committee;
  const blob = pooledBlob(runtime, pool, blobId);
  if (blob.blob_id !== message.blobId) abort(runtime, path, 'EInvalidBlobId');
  if (epoch >= poolInner(runtime, pool).storage.end_epoch) abort(runtime, path, 'EResourceBounds');
  if (blob.certified_epoch !== null) abort(runtime, path, 'EAlreadyCertified');
  blob.certified_epoch = epoch;
  if (blob.deletable !== (message.objectId !== undefined)) abort(runtime, path, 'EInvalidBlobPersistenceType');
  if (blob.deletable && message.objectId !== blob.id) abort(runtime, path, 'EInvalidBlobObject');
  runtime.emit('PooledBlobCertified', {
    epoch,
    blob_id: blob.blob_id,
    deletable: blob.deletable,
    object_id: blob.id,
    storage_pool_id: pool.id,
  });
}

/** Takes a blob out of its pool and gives its capacity back; the blob's object and attributes go. */
function remove(runtime: Runtime, system: SystemInnerValue, pool: PoolValue, blobId: bigint): PooledBlobValue {
  const path = 'storage_pool::remove_blob';
  const inner = poolInner(runtime, pool);
  const { unencoded_size: size, encoding_type: encodingType } = pooledBlob(runtime, pool, blobId);
  const encoded = encodedSize(runtime, size, encodingType, system.committee.n_shards);
  if (inner.used_encoded_bytes < encoded) abort(runtime, path, 'EInvalidBlobSize');
  inner.used_encoded_bytes -= encoded;
  if (inner.blob_count < 1n) abort(runtime, path, 'EInvalidBlobCount');
  inner.blob_count -= 1n;
  inner.blobs.size -= 1n;
  const key = blobKey(runtime, blobId);
  const blob = runtime.removeObjectField<PooledBlobValue>(inner.blobs.id, key, pooledType(runtime));
  pooledAttributes.drop(runtime, blob.id);
  runtime.deleteId(blob.id);
  return blob;
}

function extend(runtime: Runtime, system: SystemInnerValue, pool: PoolValue, epochs: number, payment: CoinValue): void {
  const path = 'system_state_inner::extend_storage_pool';
  const inner = poolInner(runtime, pool);
  const { epoch } = system.committee;
  if (epochs === 0) abort(runtime, path, 'EInvalidEpochsAhead');
  assertNotEnded(runtime, system, inner, 'extend_storage_pool');
  const start = inner.storage.end_epoch - epoch;
  const end = checkedU32(runtime.world.packages.walrusCall, path, start + epochs);
  if (end > system.future_accounting.length) abort(runtime, path, 'EInvalidEpochsAhead');
  payStorage(runtime, system, inner.storage.storage_size, start, end, payment);
  const accounting = 'system_state_inner::account_capacity';
  accountCapacity(runtime, system, start, end, inner.storage.storage_size, accounting);
  extendEnd(runtime, inner.storage, epochs);
  runtime.emit('StoragePoolExtended', { epoch, storage_pool_id: pool.id, new_end_epoch: inner.storage.end_epoch });
}

function increase(
  runtime: Runtime,
  system: SystemInnerValue,
  pool: PoolValue,
  added: bigint,
  payment: CoinValue,
): void {
  const inner = poolInner(runtime, pool);
  if (added === 0n) abort(runtime, 'system_state_inner::increase_storage_pool_capacity', 'EInvalidResourceSize');
  assertNotEnded(runtime, system, inner, 'increase_storage_pool_capacity');
  const remaining = inner.storage.end_epoch - system.committee.epoch;
  payStorage(runtime, system, added, 0, remaining, payment);
  accountCapacity(runtime, system, 0, remaining, added, 'system_state_inner::account_capacity');
  increaseSize(runtime, inner.storage, added);
}

function decrease(runtime: Runtime, inner: PoolInnerValue, size: bigint, name: string): StorageValue {
  if (size === 0n) abort(runtime, `system::${name}`, 'EZeroExtractSize');
  const unused = checkedU64(
    runtime.world.packages.walrusCall,
    'storage_pool::decrease_capacity_by_size',
    inner.storage.storage_size - inner.used_encoded_bytes,
  );
  if (unused < size) abort(runtime, 'storage_pool::decrease_capacity_by_size', 'EInsufficientCapacity');
  return splitBySize(runtime, inner.storage, inner.storage.storage_size - size);
}

function destroy(runtime: Runtime, pool: PoolValue): StorageValue {
  const inner = runtime.removeField<PoolInnerValue>(pool.id, versionKey(runtime), innerType(runtime));
  if (inner.blob_count !== 0n) abort(runtime, 'storage_pool::destroy', 'EPoolNotEmpty');
  runtime.deleteId(inner.blobs.id);
  runtime.deleteId(pool.id);
  return inner.storage;
}

export const poolFunctions: readonly FunctionDeclaration[] = [
  moveFunction<[RootValue, bigint, number, CoinValue]>(
    'walrus::system::create_storage_pool(&mut System, u64, u32, &mut Coin<WAL>): StoragePool',
    ({ runtime }, system, capacity, epochsAhead, payment) => {
      const inner = innerOf(runtime, system);
      return [create(runtime, inner, reserve(runtime, inner, capacity, epochsAhead, payment))];
    },
  ),
  moveFunction<[RootValue, StorageValue]>(
    'walrus::system::create_storage_pool_with_storage(&System, Storage): StoragePool',
    ({ runtime }, system, storage) => [create(runtime, innerOf(runtime, system), storage)],
  ),
  moveFunction<[RootValue, PoolValue, bigint, bigint, bigint, number, boolean, CoinValue]>(
    'walrus::system::register_pooled_blob(&mut System, &mut StoragePool, u256, u256, u64, u8, bool, &mut Coin<WAL>)',
    ({ runtime }, system, pool, blobId, root, size, encodingType, deletable, payment) => {
      const inner = innerOf(runtime, system);
      const encoded = register(runtime, inner, pool, [blobId, root, size, encodingType, deletable]);
      payWrite(runtime, inner, encoded, payment);
      return [];
    },
  ),
  moveFunction<[RootValue, PoolValue, bigint, Uint8Array, Uint8Array, Uint8Array]>(
    'walrus::system::certify_pooled_blob(&System, &mut StoragePool, u256, vector<u8>, vector<u8>, vector<u8>)',
    ({ runtime }, system, pool, blobId, ...certificate) => {
      certify(runtime, innerOf(runtime, system), pool, blobId, certificate);
      return [];
    },
  ),
  moveFunction<[RootValue, PoolValue, bigint]>(
    'walrus::system::delete_pooled_blob(&System, &mut StoragePool, u256)',
    ({ runtime }, system, pool, blobId) => {
      const inner = innerOf(runtime, system);
      assertNotEnded(runtime, inner, poolInner(runtime, pool), 'delete_pooled_blob');
      const blob = remove(runtime, inner, pool, blobId);
      if (!blob.deletable) abort(runtime, 'storage_pool::delete_blob_object', 'EBlobNotDeletable');
      runtime.emit('PooledBlobDeleted', {
        epoch: inner.committee.epoch,
        blob_id: blob.blob_id,
        object_id: blob.id,
        was_certified: blob.certified_epoch !== null,
        storage_pool_id: pool.id,
      });
      return [];
    },
  ),
  moveFunction<[RootValue, PoolValue, bigint]>(
    'walrus::system::burn_expired_pooled_blob(&System, &mut StoragePool, u256)',
    ({ runtime }, system, pool, blobId) => {
      const inner = innerOf(runtime, system);
      if (poolInner(runtime, pool).storage.end_epoch > inner.committee.epoch) {
        abort(runtime, 'system_state_inner::burn_expired_pooled_blob', 'EInvalidEpochsAhead');
      }
      remove(runtime, inner, pool, blobId);
      return [];
    },
  ),
  moveFunction<[RootValue, PoolValue, number, CoinValue]>(
    'walrus::system::extend_storage_pool(&mut System, &mut StoragePool, u32, &mut Coin<WAL>)',
    ({ runtime }, system, pool, epochs, payment) => {
      extend(runtime, innerOf(runtime, system), pool, epochs, payment);
      return [];
    },
  ),
  moveFunction<[RootValue, PoolValue, bigint, CoinValue]>(
    'walrus::system::increase_storage_pool_capacity(&mut System, &mut StoragePool, u64, &mut Coin<WAL>)',
    ({ runtime }, system, pool, added, payment) => {
      increase(runtime, innerOf(runtime, system), pool, added, payment);
      return [];
    },
  ),
  moveFunction<[RootValue, PoolValue, StorageValue]>(
    'walrus::system::increase_storage_pool_capacity_with_storage(&System, &mut StoragePool, Storage)',
    ({ runtime }, system, pool, storage) => {
      const path = 'storage_pool::increase_capacity_with_storage';
      const state = innerOf(runtime, system);
      const inner = poolInner(runtime, pool);
      assertNotEnded(runtime, state, inner, 'increase_storage_pool_capacity_with_storage');
      if (storage.start_epoch > state.committee.epoch) abort(runtime, path, 'EResourceBounds');
      if (storage.end_epoch !== inner.storage.end_epoch) abort(runtime, path, 'EIncompatibleEndEpoch');
      increaseSize(runtime, inner.storage, storage.storage_size);
      runtime.deleteId(storage.id);
      return [];
    },
  ),
  moveFunction<[RootValue, PoolValue, bigint]>(
    'walrus::system::decrease_storage_pool_capacity_by_size(&System, &mut StoragePool, u64): Storage',
    ({ runtime }, system, pool, size) => {
      const inner = poolInner(runtime, pool);
      assertNotEnded(runtime, innerOf(runtime, system), inner, 'decrease_storage_pool_capacity_by_size');
      return [decrease(runtime, inner, size, 'decrease_storage_pool_capacity_by_size')];
    },
  ),
  moveFunction<[RootValue, PoolValue, number]>(
    'walrus::system::decrease_storage_pool_unused_capacity_by_percent(&System, &mut StoragePool, u8): Storage',
    ({ runtime }, system, pool, percent) => {
      const name = 'decrease_storage_pool_unused_capacity_by_percent';
      const inner = poolInner(runtime, pool);
      assertNotEnded(runtime, innerOf(runtime, system), inner, name);
      if (percent > 100) abort(runtime, 'storage_pool::decrease_unused_capacity_by_percent', 'EInvalidPercent');
      const unused = inner.storage.storage_size - inner.used_encoded_bytes;
      return [decrease(runtime, inner, (unused * BigInt(percent)) / 100n, name)];
    },
  ),
  moveFunction<[PoolValue]>('walrus::storage_pool::destroy(StoragePool): Storage', ({ runtime }, pool) => [
    destroy(runtime, pool),
  ]),
];
