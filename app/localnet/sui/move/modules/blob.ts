/** `walrus::blob`, `walrus::shared_blob` and the functions of `walrus::system` on single blobs, checks in the order of the Move source. */
import { accountCapacity, innerOf, payStorage, payWrite } from './accounting.ts';
import { blobAttributes } from './attributes.ts';
import { blobMessage, invalidBlobMessage, verifyCertificate } from './certificate.ts';
import { joinInto } from './coin.ts';
import { deriveBlobId, encodedSize } from './encoding.ts';
import { shareNew } from './framework.ts';
import { checkedU32 } from './integers.ts';
import { extendEnd, fusePeriods } from './storage.ts';
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { CallContext, FunctionDeclaration } from '../function.ts';
import type { Runtime } from '../runtime.ts';
import type {
  BlobValue,
  CoinValue,
  MetadataValue,
  RootValue,
  SharedBlobValue,
  StorageValue,
  SystemInnerValue,
} from '../values.ts';

type Certificate = readonly [signature: Uint8Array, bitmap: Uint8Array, message: Uint8Array];

function abort(runtime: Runtime, path: string, constant: string): never {
  return moveAbort(runtime.world.packages.walrusCall, path, constant);
}

function register(
  runtime: Runtime,
  inner: SystemInnerValue,
  storage: StorageValue,
  [blobId, root, size, encodingType, deletable]: readonly [bigint, bigint, bigint, number, boolean],
): BlobValue {
  const { epoch, n_shards: shards } = inner.committee;
  const id = runtime.freshId();
  if (epoch < storage.start_epoch || epoch >= storage.end_epoch) abort(runtime, 'blob::new', 'EResourceBounds');
  if (encodedSize(runtime, size, encodingType, shards) > storage.storage_size) {
    abort(runtime, 'blob::new', 'EResourceSize');
  }
  if (deriveBlobId(root, encodingType, size) !== blobId) abort(runtime, 'blob::new', 'EInvalidBlobId');
  runtime.emit('BlobRegistered', {
    epoch,
    blob_id: blobId,
    size,
    encoding_type: encodingType,
    end_epoch: storage.end_epoch,
    deletable,
    object_id: id,
  });
  return {
    id,
    registered_epoch: epoch,
    blob_id: blobId,
    size,
    encoding_type: encodingType,
    certified_epoch: null,
    storage,
    deletable,
  };
}

function certify(runtime: Runtime, inner: SystemInnerValue, blob: BlobValue, certificate: Certificate): void {
  const path = 'blob::certify_with_certified_msg';
  const message = blobMessage(runtime, verifyCertificate(runtime, inner.committee, certificate, 'quorum'));
  const { epoch } = inner.committee;
  if (blob.blob_id !== message.blobId) abort(runtime, path, 'EInvalidBlobId');
  if (blob.certified_epoch !== null) abort(runtime, path, 'EAlreadyCertified');
  if (epoch >= blob.storage.end_epoch) abort(runtime, path, 'EResourceBounds');
  if (blob.deletable !== (message.objectId !== undefined)) abort(runtime, path, 'EInvalidBlobPersistenceType');
  if (blob.deletable && message.objectId !== blob.id) abort(runtime, path, 'EInvalidBlobObject');
  blob.certified_epoch = epoch;
  emitCertified(runtime, blob, false);
}

function emitCertified(runtime: Runtime, blob: BlobValue, extension: boolean): void {
  runtime.emit('BlobCertified', {
    epoch: blob.certified_epoch,
    blob_id: blob.blob_id,
    end_epoch: blob.storage.end_epoch,
    deletable: blob.deletable,
    object_id: blob.id,
    is_extension: extension,
  });
}

function assertLive(runtime: Runtime, blob: BlobValue, epoch: number): void {
  const path = 'blob::assert_certified_not_expired';
  if (blob.certified_epoch === null) abort(runtime, path, 'ENotCertified');
  if (epoch >= blob.storage.end_epoch) abort(runtime, path, 'EResourceBounds');
}

function deleteBlob(runtime: Runtime, epoch: number, blob: BlobValue): StorageValue {
  blobAttributes.drop(runtime, blob.id);
  if (!blob.deletable) abort(runtime, 'blob::delete', 'EBlobNotDeletable');
  if (blob.storage.end_epoch <= epoch) abort(runtime, 'blob::delete', 'EResourceBounds');
  runtime.deleteId(blob.id);
  runtime.emit('BlobDeleted', {
    epoch,
    blob_id: blob.blob_id,
    end_epoch: blob.storage.end_epoch,
    object_id: blob.id,
    was_certified: blob.certified_epoch !== null,
  });
  return blob.storage;
}

function extend(runtime: Runtime, system: RootValue, blob: BlobValue, epochs: number, payment: CoinValue): void {
  const path = 'system_state_inner::extend_blob';
  const inner = innerOf(runtime, system);
  const { epoch } = inner.committee;
  assertLive(runtime, blob, epoch);
  const start = blob.storage.end_epoch - epoch;
  const end = checkedU32(runtime.world.packages.walrusCall, path, start + epochs);
  if (epochs === 0 || end > inner.future_accounting.length) abort(runtime, path, 'EInvalidEpochsAhead');
  payStorage(runtime, inner, blob.storage.storage_size, start, end, payment);
  accountCapacity(runtime, inner, start, end, blob.storage.storage_size, path);
  extendEnd(runtime, blob.storage, epochs);
  emitCertified(runtime, blob, true);
}

function burn(runtime: Runtime, blob: BlobValue): void {
  blobAttributes.drop(runtime, blob.id);
  runtime.deleteId(blob.id);
  runtime.deleteId(blob.storage.id);
}

function share(call: CallContext, blob: BlobValue, funds: bigint): readonly unknown[] {
  const shared: SharedBlobValue = { id: call.runtime.freshId(), blob, funds };
  shareNew(call, call.runtime.world.type('SharedBlob'), shared);
  return [];
}

const systemFunctions: readonly FunctionDeclaration[] = [
  moveFunction<[RootValue, StorageValue, bigint, bigint, bigint, number, boolean, CoinValue]>(
    'walrus::system::register_blob(&mut System, Storage, u256, u256, u64, u8, bool, &mut Coin<WAL>): Blob',
    ({ runtime }, system, storage, blobId, root, size, encodingType, deletable, payment) => {
      const inner = innerOf(runtime, system);
      const blob = register(runtime, inner, storage, [blobId, root, size, encodingType, deletable]);
      payWrite(runtime, inner, encodedSize(runtime, size, encodingType, inner.committee.n_shards), payment);
      return [blob];
    },
  ),
  moveFunction<[RootValue, BlobValue, Uint8Array, Uint8Array, Uint8Array]>(
    'walrus::system::certify_blob(&System, &mut Blob, vector<u8>, vector<u8>, vector<u8>)',
    ({ runtime }, system, blob, ...certificate) => {
      certify(runtime, innerOf(runtime, system), blob, certificate);
      return [];
    },
  ),
  moveFunction<[RootValue, BlobValue]>(
    'walrus::system::delete_blob(&System, Blob): Storage',
    ({ runtime }, system, blob) => [deleteBlob(runtime, innerOf(runtime, system).committee.epoch, blob)],
  ),
  moveFunction<[RootValue, BlobValue, number, CoinValue]>(
    'walrus::system::extend_blob(&mut System, &mut Blob, u32, &mut Coin<WAL>)',
    ({ runtime }, system, blob, epochs, payment) => {
      extend(runtime, system, blob, epochs, payment);
      return [];
    },
  ),
  moveFunction<[RootValue, BlobValue, StorageValue]>(
    'walrus::system::extend_blob_with_resource(&System, &mut Blob, Storage)',
    ({ runtime }, system, blob, extension) => {
      assertLive(runtime, blob, innerOf(runtime, system).committee.epoch);
      if (extension.end_epoch <= blob.storage.end_epoch) {
        abort(runtime, 'blob::extend_with_resource', 'EResourceBounds');
      }
      fusePeriods(runtime, blob.storage, extension);
      emitCertified(runtime, blob, true);
      return [];
    },
  ),
  moveFunction<[RootValue, Uint8Array, Uint8Array, Uint8Array]>(
    'walrus::system::invalidate_blob_id(&System, vector<u8>, vector<u8>, vector<u8>): u256',
    ({ runtime }, system, ...certificate) => {
      const { committee } = innerOf(runtime, system);
      const verified = verifyCertificate(runtime, committee, certificate, 'one-correct');
      const blobId = invalidBlobMessage(runtime, verified);
      runtime.emit('InvalidBlobID', { epoch: committee.epoch, blob_id: blobId });
      return [blobId];
    },
  ),
];

const attributeFunctions: readonly FunctionDeclaration[] = [
  moveFunction<[BlobValue, MetadataValue]>(
    'walrus::blob::add_metadata(&mut Blob, Metadata)',
    ({ runtime }, b, metadata) => {
      blobAttributes.add(runtime, b.id, metadata);
      return [];
    },
  ),
  moveFunction<[BlobValue, MetadataValue]>(
    'walrus::blob::add_or_replace_metadata(&mut Blob, Metadata): Option<Metadata>',
    ({ runtime }, blob, metadata) => [blobAttributes.replace(runtime, blob.id, metadata)],
  ),
  moveFunction<[BlobValue]>('walrus::blob::take_metadata(&mut Blob): Metadata', ({ runtime }, blob) => [
    blobAttributes.take(runtime, blob.id),
  ]),
  moveFunction<[BlobValue, string, string]>(
    'walrus::blob::insert_or_update_metadata_pair(&mut Blob, String, String)',
    ({ runtime }, blob, key, value) => {
      blobAttributes.insert(runtime, blob.id, key, value);
      return [];
    },
  ),
  moveFunction<[BlobValue, string]>(
    'walrus::blob::remove_metadata_pair(&mut Blob, &String): (String, String)',
    ({ runtime }, blob, key) => blobAttributes.remove(runtime, blob.id, key),
  ),
  moveFunction<[BlobValue, string]>(
    'walrus::blob::remove_metadata_pair_if_exists(&mut Blob, &String): Option<String>',
    ({ runtime }, blob, key) => [blobAttributes.removeIfThere(runtime, blob.id, key)],
  ),
];

export const blobFunctions: readonly FunctionDeclaration[] = [
  ...systemFunctions,
  ...attributeFunctions,
  moveFunction<[BlobValue]>('walrus::blob::object_id(&Blob): ID', (_, blob) => [blob.id]),
  moveFunction<[BlobValue]>('walrus::blob::blob_id(&Blob): u256', (_, blob) => [blob.blob_id]),
  moveFunction<[BlobValue]>('walrus::blob::size(&Blob): u64', (_, blob) => [blob.size]),
  moveFunction<[BlobValue]>('walrus::blob::end_epoch(&Blob): u32', (_, blob) => [blob.storage.end_epoch]),
  moveFunction<[BlobValue]>('walrus::blob::is_deletable(&Blob): bool', (_, blob) => [blob.deletable]),
  moveFunction<[BlobValue]>('walrus::blob::certified_epoch(&Blob): Option<u32>', (_, blob) => [blob.certified_epoch]),
  moveFunction<[BlobValue]>('walrus::blob::burn(Blob)', ({ runtime }, blob) => {
    burn(runtime, blob);
    return [];
  }),
  moveFunction<[BlobValue]>('walrus::shared_blob::new(Blob)', (call, blob) => share(call, blob, 0n)),
  moveFunction<[BlobValue, CoinValue]>('walrus::shared_blob::new_funded(Blob, Coin<WAL>)', (call, blob, funds) => {
    call.runtime.deleteId(funds.id);
    return share(call, blob, funds.balance);
  }),
  moveFunction<[SharedBlobValue, CoinValue]>(
    'walrus::shared_blob::fund(&mut SharedBlob, Coin<WAL>)',
    ({ runtime }, shared, coin) => {
      const purse = { id: shared.id, balance: shared.funds };
      joinInto(purse, coin.balance);
      shared.funds = purse.balance;
      runtime.deleteId(coin.id);
      return [];
    },
  ),
  moveFunction<[SharedBlobValue, RootValue, number]>(
    'walrus::shared_blob::extend(&mut SharedBlob, &mut System, u32)',
    ({ runtime }, shared, system, epochs) => {
      const purse = { id: shared.id, balance: shared.funds };
      extend(runtime, system, shared.blob, epochs, purse);
      shared.funds = purse.balance;
      return [];
    },
  ),
];
