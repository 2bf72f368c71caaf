import { bcs } from '@mysten/sui/bcs';
import type { Transaction, TransactionArgument } from '@mysten/sui/transactions';
import { beforeAll, describe, expect, it } from 'vitest';
import { TrialAccount, certify, created, openTrial, trialBlob, trialEncodedBytes, walType } from '../trial-network.ts';
import type { Trial } from '../trial-network.ts';
import { walrusCalls } from './walrus-calls.ts';
import type { BlobValue, StorageValue } from './values.ts';

let trial: Trial;
let account: TrialAccount;
let coin: string;
let blobs = 0;

beforeAll(async () => {
  trial = openTrial();
  account = await TrialAccount.rich(trial);
  const [first] = await account.coins(walType(trial.ledger));
  coin = first?.objectId ?? '';
});

const valueOf = <Value>(id: string): Value => {
  const object = trial.ledger.core.object(id);
  if (!object) throw new Error(`${id} is not there`);
  return trial.ledger.core.valueOf<Value>(object);
};

const walrus = (tx: Transaction) => walrusCalls(tx, trial.ledger);

function reserve(tx: Transaction, size: number | bigint, epochs: number): TransactionArgument {
  const { call, system } = walrus(tx);
  return call('system::reserve_space', system(), tx.pure.u64(size), tx.pure.u32(epochs), tx.object(coin));
}

async function registered({ deletable = true, epochs = 3 } = {}) {
  const blob = trialBlob(++blobs);
  const result = await account.succeed((tx) => {
    const { register } = walrus(tx);
    tx.transferObjects(
      [register(reserve(tx, trialEncodedBytes, epochs), blob, deletable, tx.object(coin))],
      account.address,
    );
  });
  return { ...blob, id: created(result, '::blob::Blob'), result };
}

const certifyCall = (tx: Transaction, id: string, certificate: ReturnType<typeof certify>): void => {
  const { call, system } = walrus(tx);
  const bytes = (value: Uint8Array) => tx.pure.vector('u8', [...value]);
  const { signature, bitmap, message } = certificate;
  call('system::certify_blob', system(), tx.object(id), bytes(signature), bytes(bitmap), bytes(message));
};

describe('reserving space', () => {
  it('takes the price of every started MiB and epoch, and records the capacity', async () => {
    const before = await account.balance(walType(trial.ledger));
    const used = trial.ledger.core.system().used_capacity_size;
    await account.succeed((tx) => tx.transferObjects([reserve(tx, 1_048_577, 4)], account.address));
    expect(before - (await account.balance(walType(trial.ledger)))).toBe(2n * 1_000n * 4n);
    expect(trial.ledger.core.system().used_capacity_size - used).toBe(1_048_577n);
  });

  it.each([
    [0, 100],
    [54, 100],
  ])('refuses %i epochs', async (epochs, size) => {
    const message = await account.failure((tx) => tx.transferObjects([reserve(tx, size, epochs)], account.address));
    expect(message).toMatch(/EInvalidEpochsAhead.*system_state_inner::reserve_space/);
  });

  it('refuses no bytes at all, and more than the network has', async () => {
    const send = (size: bigint) => account.failure((tx) => tx.transferObjects([reserve(tx, size, 1)], account.address));
    expect(await send(0n)).toMatch(/EInvalidResourceSize/);
    const small = openTrial({ genesis: { capacityBytes: 1_000_000n } });
    const rich = await TrialAccount.rich(small);
    const [wal] = await rich.coins(walType(small.ledger));
    const full = await rich.failure((tx) => {
      const { call, system } = walrusCalls(tx, small.ledger);
      const given = [tx.pure.u64(1_000_001), tx.pure.u32(1), tx.object(wal?.objectId ?? '')];
      tx.transferObjects([call('system::reserve_space', system(), ...given)], rich.address);
    });
    expect(full).toMatch(/EStorageExceeded/);
    small.ledger.close();
  });

  it('aborts when the coin is too small', async () => {
    const message = await account.failure((tx) => {
      const { pay, call, system, destroyZero } = walrus(tx);
      const small = pay(coin, 10n);
      const given = [tx.pure.u64(5), tx.pure.u32(1), small];
      tx.transferObjects([call('system::reserve_space', system(), ...given)], account.address);
      destroyZero(small);
    });
    expect(message).toMatch(/ENotEnough.*balance::split/);
  });

  it('reserves for epochs to come', async () => {
    const result = await account.succeed((tx) => {
      const { call, system } = walrus(tx);
      const given = [tx.pure.u64(100), tx.pure.u32(3), tx.pure.u32(6), tx.object(coin)];
      tx.transferObjects([call('system::reserve_space_for_epochs', system(), ...given)], account.address);
    });
    expect(valueOf<StorageValue>(created(result, '::Storage'))).toMatchObject({ start_epoch: 3, end_epoch: 6 });
  });

  it('refuses calls to the first package, which a newer one replaced', async () => {
    const message = await account.failure((tx) => {
      const target = `${trial.ledger.ids.walrusTypePackageId}::system::reserve_space` as const;
      const given = [tx.object(trial.ledger.ids.systemObjectId), tx.pure.u64(1), tx.pure.u32(1), tx.object(coin)];
      tx.transferObjects([tx.moveCall({ target, arguments: given })], account.address);
    });
    expect(message).toMatch(/EWrongVersion/);
  });
});

describe('storage resources', () => {
  async function storage(size: number, epochs: number): Promise<string> {
    const result = await account.succeed((tx) => tx.transferObjects([reserve(tx, size, epochs)], account.address));
    return created(result, '::Storage');
  }

  it('splits by size and by epoch, and fuses again', async () => {
    const id = await storage(100, 4);
    const result = await account.succeed((tx) => {
      const { call } = walrus(tx);
      const rest = call('storage_resource::split_by_size', tx.object(id), tx.pure.u64(30));
      const later = call('storage_resource::split_by_epoch', tx.object(id), tx.pure.u32(2));
      tx.transferObjects([rest, later], account.address);
    });
    expect(valueOf<StorageValue>(id)).toMatchObject({ start_epoch: 1, end_epoch: 2, storage_size: 30n });
    const [one, two] = result.effects.changedObjects.flatMap((c) => (c.idOperation === 'Created' ? [c.objectId] : []));
    const later = [one, two].find((part) => valueOf<StorageValue>(part ?? '').start_epoch === 2) ?? '';
    const rest = [one, two].find((part) => part !== later) ?? '';
    await account.succeed((tx) => {
      const { call } = walrus(tx);
      call('storage_resource::fuse', tx.object(id), tx.object(later));
      call('storage_resource::fuse', tx.object(id), tx.object(rest));
    });
    expect(valueOf<StorageValue>(id)).toMatchObject({ start_epoch: 1, end_epoch: 5, storage_size: 100n });
    expect(trial.ledger.core.object(later)).toBeUndefined();
  });

  it('refuses to fuse what does not fit, and to split outside', async () => {
    const [one, two] = [await storage(100, 4), await storage(50, 2)];
    const fail = (path: string, ...given: ((tx: Transaction) => TransactionArgument)[]) =>
      account.failure((tx) => {
        const made = walrus(tx).call(`storage_resource::${path}`, tx.object(one), ...given.map((give) => give(tx)));
        if (path.startsWith('split')) tx.transferObjects([made], account.address);
      });
    expect(await fail('fuse_amount', (tx) => tx.object(two))).toMatch(/EIncompatibleEpochs/);
    expect(await fail('fuse_periods', (tx) => tx.object(two))).toMatch(/EIncompatibleAmount/);
    expect(await fail('split_by_epoch', (tx) => tx.pure.u32(1))).toMatch(/EInvalidEpoch/);
    expect(await fail('split_by_size', (tx) => tx.pure.u64(101))).toMatch(/EIncompatibleAmount/);
  });

  it('destroys storage', async () => {
    const id = await storage(100, 1);
    await account.succeed((tx) => void walrus(tx).call('storage_resource::destroy', tx.object(id)));
    expect(trial.ledger.core.object(id)).toBeUndefined();
  });
});

describe('registering and certifying', () => {
  it('makes a blob object, hides the storage in it and tells the nodes', async () => {
    const { id, blobId, result } = await registered();
    expect(valueOf<BlobValue>(id)).toMatchObject({ blob_id: blobId, certified_epoch: null, deletable: true });
    expect(result.events?.map((event) => event.eventType.split('::')[2])).toEqual(['BlobRegistered']);
    expect(result.events?.[0]?.json).toMatchObject({ blob_id: blobId.toString(), size: '1000', object_id: id });
    const [event] = trial.ledger.eventsAfter(0, 1_000).slice(-1);
    expect(event).toMatchObject({ type: 'BlobRegistered', txDigest: result.digest, eventSequence: 0 });
    expect(event?.fields).toMatchObject({ blob_id: blobId, object_id: id, end_epoch: 4 });
  });

  it('refuses a wrong id, a wrong encoding, too little space and a period that has not begun', async () => {
    const blob = trialBlob(++blobs);
    const fail = (size: number, change: object = {}, start = 1) =>
      account.failure((tx) => {
        const { register, call, system } = walrus(tx);
        const given = [tx.pure.u64(size), tx.pure.u32(start), tx.pure.u32(5), tx.object(coin)];
        const storage = call('system::reserve_space_for_epochs', system(), ...given);
        tx.transferObjects([register(storage, { ...blob, ...change }, true, tx.object(coin))], account.address);
      });
    expect(await fail(trialEncodedBytes, { rootHash: 5n })).toMatch(/'EInvalidBlobId'.*blob::new/);
    expect(await fail(trialEncodedBytes - 1)).toMatch(/'EResourceSize'.*blob::new/);
    expect(await fail(trialEncodedBytes, {}, 2)).toMatch(/'EResourceBounds'.*blob::new/);
  });

  it('certifies with a quorum, once', async () => {
    const { id, blobId } = await registered();
    const certificate = certify(trial.ledger, blobId, id, { signers: [0, 1, 2] });
    const result = await account.succeed((tx) => certifyCall(tx, id, certificate));
    expect(valueOf<BlobValue>(id).certified_epoch).toBe(1);
    expect(result.events?.[0]?.json).toMatchObject({ is_extension: false, object_id: id });
    expect(await account.failure((tx) => certifyCall(tx, id, certificate))).toMatch(/EAlreadyCertified/);
  });

  it('certifies a permanent blob with a message that names no object', async () => {
    const { id, blobId } = await registered({ deletable: false });
    await account.succeed((tx) => certifyCall(tx, id, certify(trial.ledger, blobId, undefined)));
  });

  it('refuses every flaw of a certificate by its own name', async () => {
    const { id, blobId } = await registered();
    const good = certify(trial.ledger, blobId, id);
    const fail = (certificate: ReturnType<typeof certify>) => account.failure((tx) => certifyCall(tx, id, certificate));
    const { ledger } = trial;
    expect(await fail(certify(ledger, blobId, id, { signers: [2, 3] }))).toMatch(/ENotEnoughStake/);
    expect(await fail({ ...good, bitmap: Uint8Array.of(255) })).toMatch(/EInvalidBitmap/);
    expect(await fail({ ...good, bitmap: Uint8Array.of(15, 0) })).toMatch(/EInvalidBitmap/);
    expect(await fail({ ...good, signature: new Uint8Array(96) })).toMatch(/ESigVerification/);
    expect(await fail({ ...good, message: good.message.map((byte, i) => (i === 20 ? byte ^ 1 : byte)) })).toMatch(
      /ESigVerification/,
    );
    expect(await fail(certify(ledger, blobId, id, { epoch: 2 }))).toMatch(/EIncorrectEpoch/);
    expect(await fail(certify(ledger, blobId, id, { type: 2 }))).toMatch(/EInvalidMsgType/);
    expect(await fail(certify(ledger, blobId, id, { app: 4 }))).toMatch(/EIncorrectAppId/);
    expect(await fail(certify(ledger, blobId + 1n, id))).toMatch(/EInvalidBlobId/);
    expect(await fail(certify(ledger, blobId, undefined))).toMatch(/EInvalidBlobPersistenceType/);
    expect(await fail(certify(ledger, blobId, `0x${'3'.repeat(64)}`))).toMatch(/EInvalidBlobObject/);
    await account.succeed((tx) => certifyCall(tx, id, good));
  });

  it('invalidates a blob id with one correct node', async () => {
    const certificate = certify(trial.ledger, 99n, undefined, { type: 2, signers: [0, 2] });
    const result = await account.succeed((tx) => {
      const { call, system } = walrus(tx);
      const bytes = (value: Uint8Array) => tx.pure.vector('u8', [...value]);
      const { signature, bitmap, message } = certificate;
      call('system::invalidate_blob_id', system(), bytes(signature), bytes(bitmap), bytes(message));
    });
    expect(result.events?.[0]?.json).toEqual({ epoch: 1, blob_id: '99' });
  });
});

describe('the life of a blob', () => {
  const certified = async (options?: Parameters<typeof registered>[0]) => {
    const blob = await registered(options);
    const { id, blobId } = blob;
    const object = options?.deletable === false ? undefined : id;
    await account.succeed((tx) => certifyCall(tx, id, certify(trial.ledger, blobId, object)));
    return blob;
  };

  it('extends for a price, and only what is certified', async () => {
    const { id } = await certified();
    const before = await account.balance(walType(trial.ledger));
    const extend = (blob: string) => (tx: Transaction) => {
      const { call, system } = walrus(tx);
      call('system::extend_blob', system(), tx.object(blob), tx.pure.u32(5), tx.object(coin));
    };
    await account.succeed(extend(id));
    expect(before - (await account.balance(walType(trial.ledger)))).toBe(5_000n);
    expect(valueOf<BlobValue>(id).storage.end_epoch).toBe(9);
    expect(await account.failure(extend((await registered()).id))).toMatch(/ENotCertified/);
  });

  it('extends with storage of the same size that follows on', async () => {
    const { id } = await certified();
    await account.succeed((tx) => {
      const { call, system } = walrus(tx);
      const given = [tx.pure.u64(trialEncodedBytes), tx.pure.u32(4), tx.pure.u32(6), tx.object(coin)];
      const more = call('system::reserve_space_for_epochs', system(), ...given);
      call('system::extend_blob_with_resource', system(), tx.object(id), more);
    });
    expect(valueOf<BlobValue>(id).storage.end_epoch).toBe(6);
  });

  it('deletes a deletable blob and gives its storage back', async () => {
    const { id } = await certified();
    const result = await account.succeed((tx) => {
      const { call, system } = walrus(tx);
      tx.transferObjects([call('system::delete_blob', system(), tx.object(id))], account.address);
    });
    expect(result.events?.[0]?.json).toMatchObject({ object_id: id, was_certified: true, end_epoch: 4 });
    expect(trial.ledger.core.object(id)).toBeUndefined();
    const { id: kept } = await certified({ deletable: false });
    const message = await account.failure((tx) => {
      const { call, system } = walrus(tx);
      tx.transferObjects([call('system::delete_blob', system(), tx.object(kept))], account.address);
    });
    expect(message).toMatch(/EBlobNotDeletable/);
  });

  it('keeps attributes in a dynamic field that goes with the blob', async () => {
    const { id } = await registered();
    const set = (tx: Transaction, key: string, value: string) =>
      walrus(tx).call(
        'blob::insert_or_update_metadata_pair',
        tx.object(id),
        tx.pure.string(key),
        tx.pure.string(value),
      );
    await account.succeed((tx) => {
      set(tx, 'a', '1');
      set(tx, 'b', '2');
      set(tx, 'a', '3');
    });
    const { dynamicFields } = await trial.client.core.listDynamicFields({ parentId: id });
    expect(dynamicFields).toHaveLength(1);
    const field = await trial.client.core.getDynamicField({
      parentId: id,
      name: { type: 'vector<u8>', bcs: bcs.vector(bcs.u8()).serialize(new TextEncoder().encode('metadata')).toBytes() },
    });
    const pairs = bcs.vector(bcs.tuple([bcs.string(), bcs.string()])).parse(field.dynamicField.value.bcs);
    expect(pairs).toEqual([
      ['b', '2'],
      ['a', '3'],
    ]);
    const remove = (key: string) => (tx: Transaction) =>
      void walrus(tx).call('blob::remove_metadata_pair', tx.object(id), tx.pure.string(key));
    await account.succeed(remove('b'));
    expect(await account.failure(remove('zzz'))).toMatch(/EKeyDoesNotExist/);
    await account.succeed((tx) => void walrus(tx).call('blob::burn', tx.object(id)));
    expect(trial.ledger.core.object(dynamicFields[0]?.fieldId ?? '')).toBeUndefined();
  });

  it('shares a permanent blob that anybody extends from its funds', async () => {
    const { id } = await certified({ deletable: false });
    const shared = created(
      await account.succeed((tx) => {
        const { call, pay } = walrus(tx);
        call('shared_blob::new_funded', tx.object(id), pay(coin, 10_000n));
      }),
      '::SharedBlob',
    );
    const other = await TrialAccount.rich(trial, 2);
    await other.succeed((tx) => {
      const { call, system } = walrusCalls(tx, trial.ledger);
      call('shared_blob::extend', tx.object(shared), system(), tx.pure.u32(4));
    });
    expect(valueOf<{ funds: bigint }>(shared).funds).toBe(6_000n);
  });
});
