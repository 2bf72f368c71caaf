/** `walrus::storage_pool`: reads, and the attributes of pooled blobs. */
import { pooledAttributes } from './attributes.ts';
import { poolInner, pooledBlob } from './pool.ts';
import { moveFunction } from '../function.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { MetadataValue, PoolValue } from '../values.ts';

export const poolReadFunctions: readonly FunctionDeclaration[] = [
  moveFunction<[PoolValue]>('walrus::storage_pool::object_id(&StoragePool): ID', (_, pool) => [pool.id]),
  moveFunction<[PoolValue]>('walrus::storage_pool::start_epoch(&StoragePool): u32', ({ runtime }, pool) => [
    poolInner(runtime, pool).storage.start_epoch,
  ]),
  moveFunction<[PoolValue]>('walrus::storage_pool::end_epoch(&StoragePool): u32', ({ runtime }, pool) => [
    poolInner(runtime, pool).storage.end_epoch,
  ]),
  moveFunction<[PoolValue]>(
    'walrus::storage_pool::reserved_encoded_capacity_bytes(&StoragePool): u64',
    ({ runtime }, pool) => [poolInner(runtime, pool).storage.storage_size],
  ),
  moveFunction<[PoolValue]>('walrus::storage_pool::used_encoded_bytes(&StoragePool): u64', ({ runtime }, pool) => [
    poolInner(runtime, pool).used_encoded_bytes,
  ]),
  moveFunction<[PoolValue]>('walrus::storage_pool::available_encoded_bytes(&StoragePool): u64', ({ runtime }, pool) => {
    const inner = poolInner(runtime, pool);
    return [inner.storage.storage_size - inner.used_encoded_bytes];
  }),
  moveFunction<[PoolValue]>('walrus::storage_pool::blob_count(&StoragePool): u64', ({ runtime }, pool) => [
    poolInner(runtime, pool).blob_count,
  ]),
  moveFunction<[PoolValue, bigint]>(
    'walrus::storage_pool::contains_blob(&StoragePool, u256): bool',
    ({ runtime }, pool, blobId) => [
      runtime.hasObjectField(poolInner(runtime, pool).blobs.id, runtime.world.type('u256'), blobId),
    ],
  ),
  moveFunction<[PoolValue, bigint]>(
    'walrus::storage_pool::blob_object_id(&StoragePool, u256): ID',
    ({ runtime }, pool, blobId) => [pooledBlob(runtime, pool, blobId).id],
  ),
  moveFunction<[PoolValue, bigint, MetadataValue]>(
    'walrus::storage_pool::add_blob_metadata(&mut StoragePool, u256, Metadata)',
    ({ runtime }, pool, blobId, metadata) => {
      pooledAttributes.add(runtime, pooledBlob(runtime, pool, blobId).id, metadata);
      return [];
    },
  ),
  moveFunction<[PoolValue, bigint, MetadataValue]>(
    'walrus::storage_pool::add_or_replace_blob_metadata(&mut StoragePool, u256, Metadata): Option<Metadata>',
    ({ runtime }, pool, blobId, metadata) => [
      pooledAttributes.replace(runtime, pooledBlob(runtime, pool, blobId).id, metadata),
    ],
  ),
  moveFunction<[PoolValue, bigint]>(
    'walrus::storage_pool::take_blob_metadata(&mut StoragePool, u256): Metadata',
    ({ runtime }, pool, blobId) => [pooledAttributes.take(runtime, pooledBlob(runtime, pool, blobId).id)],
  ),
  moveFunction<[PoolValue, bigint, string, string]>(
    'walrus::storage_pool::insert_or_update_blob_metadata_pair(&mut StoragePool, u256, String, String)',
    ({ runtime }, pool, blobId, key, value) => {
      pooledAttributes.insert(runtime, pooledBlob(runtime, pool, blobId).id, key, value);
      return [];
    },
  ),
  moveFunction<[PoolValue, bigint, string]>(
    'walrus::storage_pool::remove_blob_metadata_pair(&mut StoragePool, u256, &String): (String, String)',
    ({ runtime }, pool, blobId, key) => pooledAttributes.remove(runtime, pooledBlob(runtime, pool, blobId).id, key),
  ),
  moveFunction<[PoolValue, bigint, string]>(
    'walrus::storage_pool::remove_blob_metadata_pair_if_exists(&mut StoragePool, u256, &String): Option<String>',
    ({ runtime }, pool, blobId, key) => [
      pooledAttributes.removeIfThere(runtime, pooledBlob(runtime, pool, blobId).id, key),
    ],
  ),
];
