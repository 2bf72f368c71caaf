import type { Transaction } from '@mysten/sui/transactions';
import { beforeEach, describe, expect, it } from 'vitest';
import { TrialAccount, certify, created, openTrial, trialBlob, trialEncodedBytes, walType } from '../trial-network.ts';
import type { Trial } from '../trial-network.ts';
import { walrusCalls } from './walrus-calls.ts';
import type { PoolInnerValue, PooledBlobValue } from './values.ts';

let trial: Trial;
let account: TrialAccount;
let coin: string;
let pool: string;

const capacity = 3 * trialEncodedBytes;

beforeEach(async () => {
  trial = openTrial();
  account = await TrialAccount.rich(trial);
  const [first] = await account.coins(walType(trial.ledger));
  coin = first?.objectId ?? '';
  pool = await newPool(capacity, 3);
  return () => trial.ledger.close();
});

const walrus = (tx: Transaction) => walrusCalls(tx, trial.ledger);

async function newPool(bytes: number, epochs: number): Promise<string> {
  const result = await account.succeed((tx) => {
    const { call, system } = walrus(tx);
    const given = [tx.pure.u64(bytes), tx.pure.u32(epochs), tx.object(coin)];
    tx.transferObjects([call('system::create_storage_pool', system(), ...given)], account.address);
  });
  return created(result, '::storage_pool::StoragePool');
}

function inner(): PoolInnerValue {
  const value = trial.ledger.core.fieldValue<PoolInnerValue>(pool, 'u64', 1n);
  if (!value) throw new Error('the pool is there');
  return value;
}

const register =
  (number: number, deletable = true) =>
  (tx: Transaction) =>
    walrus(tx).registerPooled(tx.object(pool), trialBlob(number), deletable, tx.object(coin));

const onBlob = (path: string, number: number) => (tx: Transaction) => {
  const { call, system } = walrus(tx);
  call(path, system(), tx.object(pool), tx.pure.u256(trialBlob(number).blobId));
};

const destroy = (tx: Transaction): void => {
  tx.transferObjects([walrus(tx).call('storage_pool::destroy', tx.object(pool))], account.address);
};

async function certifyPooled(number: number): Promise<void> {
  const { blobId } = trialBlob(number);
  const [event] = trial.ledger
    .eventsAfter(0, 1_000)
    .filter((one) => one.type === 'PooledBlobRegistered')
    .slice(-1);
  if (event?.type !== 'PooledBlobRegistered') throw new Error('the blob is registered');
  const { signature, bitmap, message } = certify(trial.ledger, blobId, event.fields.object_id);
  await account.succeed((tx) => {
    const { call, system } = walrus(tx);
    const bytes = (value: Uint8Array) => tx.pure.vector('u8', [...value]);
    const given = [tx.object(pool), tx.pure.u256(blobId), bytes(signature), bytes(bitmap), bytes(message)];
    call('system::certify_pooled_blob', system(), ...given);
  });
}

describe('a storage pool', () => {
  it('counts what is registered in it, certifies and deletes, and gives the capacity back', async () => {
    const result = await account.succeed(register(1));
    expect(inner()).toMatchObject({ used_encoded_bytes: BigInt(trialEncodedBytes), blob_count: 1n });
    const id = created(result, '::PooledBlob');
    await certifyPooled(1);
    const stored = trial.ledger.core.object(id);
    expect(stored && trial.ledger.core.valueOf<PooledBlobValue>(stored).certified_epoch).toBe(1);
    const deleted = await account.succeed(onBlob('system::delete_pooled_blob', 1));
    expect(deleted.events?.[0]?.json).toMatchObject({ object_id: id, was_certified: true, storage_pool_id: pool });
    expect(inner()).toMatchObject({ used_encoded_bytes: 0n, blob_count: 0n });
    expect(trial.ledger.core.object(id)).toBeUndefined();
  });

  it('lists its blobs as dynamic object fields', async () => {
    await account.succeed(register(1));
    const { dynamicFields } = await trial.client.core.listDynamicFields({ parentId: inner().blobs.id });
    expect(dynamicFields).toMatchObject([{ $kind: 'DynamicObject', name: { type: 'u256' } }]);
    const field = dynamicFields[0];
    const child = field?.$kind === 'DynamicObject' ? field.childId : '';
    expect(trial.ledger.core.object(child)?.type).toMatch(/::storage_pool::PooledBlob$/);
  });

  it('refuses the same blob twice, and more than its capacity', async () => {
    await account.succeed(register(1));
    expect(await account.failure(register(1))).toMatch(/EFieldAlreadyExists/);
    await account.succeed(register(2));
    await account.succeed(register(3));
    expect(await account.failure(register(4))).toMatch(/EInsufficientCapacity/);
  });

  it('takes only the write price for a blob', async () => {
    const before = await account.balance(walType(trial.ledger));
    await account.succeed(register(1));
    expect(before - (await account.balance(walType(trial.ledger)))).toBe(2_000n);
  });

  it('refuses to delete a permanent blob, and leaves it whole', async () => {
    await account.succeed(register(1, false));
    expect(await account.failure(onBlob('system::delete_pooled_blob', 1))).toMatch(/EBlobNotDeletable/);
    expect(inner().blob_count).toBe(1n);
    expect(await account.failure(onBlob('system::delete_pooled_blob', 9))).toMatch(/EFieldDoesNotExist/);
  });

  it('extends and grows for a price, and shrinks by what is free', async () => {
    await account.succeed(register(1));
    const more = (path: string, amount: (tx: Transaction) => ReturnType<Transaction['pure']>) => (tx: Transaction) => {
      const { call, system } = walrus(tx);
      call(`system::${path}`, system(), tx.object(pool), amount(tx), tx.object(coin));
    };
    await account.succeed(more('extend_storage_pool', (tx) => tx.pure.u32(4)));
    expect(trial.ledger.poolEndEpoch(pool)).toBe(8);
    await account.succeed(more('increase_storage_pool_capacity', (tx) => tx.pure.u64(20)));
    expect(inner().storage.storage_size).toBe(BigInt(capacity + 20));
    const less = (path: string, amount: (tx: Transaction) => ReturnType<Transaction['pure']>) => (tx: Transaction) => {
      const { call, system } = walrus(tx);
      tx.transferObjects([call(`system::${path}`, system(), tx.object(pool), amount(tx))], account.address);
    };
    await account.succeed(less('decrease_storage_pool_capacity_by_size', (tx) => tx.pure.u64(20)));
    const tooMuch = less('decrease_storage_pool_capacity_by_size', (tx) => tx.pure.u64(capacity));
    expect(await account.failure(tooMuch)).toMatch(/EInsufficientCapacity/);
    await account.succeed(less('decrease_storage_pool_unused_capacity_by_percent', (tx) => tx.pure.u8(50)));
    expect(inner().storage.storage_size).toBe(BigInt(2 * trialEncodedBytes));
    const byPercent = (percent: number) =>
      less('decrease_storage_pool_unused_capacity_by_percent', (tx) => tx.pure.u8(percent));
    expect(await account.failure(byPercent(101))).toMatch(/EInvalidPercent/);
    expect(await account.failure(byPercent(0))).toMatch(/EZeroExtractSize/);
    expect(await account.failure(more('extend_storage_pool', (tx) => tx.pure.u32(60)))).toMatch(/EInvalidEpochsAhead/);
  });

  it('takes storage that ends when it ends', async () => {
    const add = (epochs: number) => (tx: Transaction) => {
      const { call, system } = walrus(tx);
      const storage = call('system::reserve_space', system(), tx.pure.u64(10), tx.pure.u32(epochs), tx.object(coin));
      call('system::increase_storage_pool_capacity_with_storage', system(), tx.object(pool), storage);
    };
    await account.succeed(add(3));
    expect(inner().storage.storage_size).toBe(BigInt(capacity + 10));
    expect(await account.failure(add(2))).toMatch(/EIncompatibleEndEpoch/);
  });

  it('keeps attributes of its blobs', async () => {
    await account.succeed(register(1));
    await account.succeed((tx) => {
      const { call } = walrus(tx);
      const given = [tx.object(pool), tx.pure.u256(trialBlob(1).blobId), tx.pure.string('k'), tx.pure.string('v')];
      call('storage_pool::insert_or_update_blob_metadata_pair', ...given);
    });
    const take = (tx: Transaction): void => {
      walrus(tx).call('storage_pool::take_blob_metadata', tx.object(pool), tx.pure.u256(trialBlob(1).blobId));
    };
    await account.succeed(take);
    expect(await account.failure(take)).toMatch(/EMissingMetadata.*storage_pool/);
  });

  it('is destroyed when empty only, and leaves its storage', async () => {
    await account.succeed(register(1));
    expect(await account.failure(destroy)).toMatch(/EPoolNotEmpty/);
    await account.succeed(onBlob('system::delete_pooled_blob', 1));
    await account.succeed(destroy);
    expect(trial.ledger.poolEndEpoch(pool)).toBeUndefined();
    expect(trial.ledger.core.object(pool)).toBeUndefined();
  });

  it('ends with its epochs: nothing more is registered, and what was in it is burnt', async () => {
    await account.succeed(register(1, false));
    expect(await account.failure(onBlob('system::burn_expired_pooled_blob', 1))).toMatch(/EInvalidEpochsAhead/);
    for (let epoch = 0; epoch < 3; epoch++) trial.ledger.advanceEpoch();
    expect(await account.failure(register(2))).toMatch(/EInvalidEpochsAhead/);
    await account.succeed(onBlob('system::burn_expired_pooled_blob', 1));
    await account.succeed(destroy);
  });
});
