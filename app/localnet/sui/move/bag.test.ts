import { bcs } from '@mysten/sui/bcs';
import type { Transaction } from '@mysten/sui/transactions';
import { deriveDynamicFieldID } from '@mysten/sui/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrialAccount, created, openTrial } from '../trial-network.ts';
import type { Trial } from '../trial-network.ts';

let trial: Trial;
let account: TrialAccount;
let bag: string;

const types = ['0x1::string::String', 'vector<u8>'];

beforeAll(async () => {
  trial = openTrial();
  account = await TrialAccount.rich(trial);
  const made = await account.succeed((tx) => {
    tx.transferObjects([tx.moveCall({ target: '0x2::bag::new' })], account.address);
  });
  bag = created(made, '::bag::Bag');
});
afterAll(() => trial.ledger.close());

const add = (tx: Transaction, key: string, value: number[]): void => {
  const given = [tx.object(bag), tx.pure.string(key), tx.pure.vector('u8', value)];
  tx.moveCall({ target: '0x2::bag::add', typeArguments: types, arguments: given });
};

const remove = (tx: Transaction, key: string, typeArguments = types): void => {
  tx.moveCall({ target: '0x2::bag::remove', typeArguments, arguments: [tx.object(bag), tx.pure.string(key)] });
};

describe('a bag', () => {
  it('keeps entries as dynamic fields that the SDK lists and reads', async () => {
    await account.succeed((tx) => {
      add(tx, 'head', [1, 2, 3]);
      add(tx, 'other', []);
    });
    const { dynamicFields } = await trial.client.core.listDynamicFields({ parentId: bag });
    expect(dynamicFields.map((field) => bcs.string().parse(field.name.bcs)).sort()).toEqual(['head', 'other']);
    const name = { type: '0x1::string::String', bcs: bcs.string().serialize('head').toBytes() };
    const { dynamicField } = await trial.client.core.getDynamicField({ parentId: bag, name });
    expect([...bcs.vector(bcs.u8()).parse(dynamicField.value.bcs)]).toEqual([1, 2, 3]);
    expect(dynamicField.fieldId).toBe(deriveDynamicFieldID(bag, '0x1::string::String', name.bcs));
  });

  it('lists its fields page by page', async () => {
    const first = await trial.client.core.listDynamicFields({ parentId: bag, limit: 1 });
    expect(first).toMatchObject({ hasNextPage: true });
    const second = await trial.client.core.listDynamicFields({ parentId: bag, limit: 1, cursor: first.cursor });
    expect(second).toMatchObject({ hasNextPage: false });
    expect(second.dynamicFields[0]?.fieldId).not.toBe(first.dynamicFields[0]?.fieldId);
  });

  it('replaces an entry by remove and add in one transaction', async () => {
    await account.succeed((tx) => {
      remove(tx, 'head');
      add(tx, 'head', [9]);
    });
    const name = { type: '0x1::string::String', bcs: bcs.string().serialize('head').toBytes() };
    const { dynamicField } = await trial.client.core.getDynamicField({ parentId: bag, name });
    expect([...bcs.vector(bcs.u8()).parse(dynamicField.value.bcs)]).toEqual([9]);
  });

  it('changes the type of an entry when it is removed and added with another', async () => {
    await account.succeed((tx) => {
      remove(tx, 'other');
      const given = [tx.object(bag), tx.pure.string('other'), tx.pure.u64(7)];
      tx.moveCall({ target: '0x2::bag::add', typeArguments: ['0x1::string::String', 'u64'], arguments: given });
    });
    expect(await account.failure((tx) => remove(tx, 'other'))).toMatch(/EFieldTypeMismatch/);
    await account.succeed((tx) => remove(tx, 'other', ['0x1::string::String', 'u64']));
  });

  it('refuses a second entry under one key, and to take what is not there', async () => {
    expect(await account.failure((tx) => add(tx, 'head', [1]))).toMatch(/EFieldAlreadyExists/);
    expect(await account.failure((tx) => remove(tx, 'nobody'))).toMatch(/EFieldDoesNotExist/);
  });

  it('refuses a value larger than a transaction may carry in one argument', async () => {
    await expect(
      account.run((tx) =>
        add(
          tx,
          'large',
          Array.from({ length: 16_385 }, () => 1),
        ),
      ),
    ).rejects.toThrow(/maximum pure argument size/);
  });

  it('is destroyed when empty only', async () => {
    const destroy = (tx: Transaction): void => {
      tx.moveCall({ target: '0x2::bag::destroy_empty', arguments: [tx.object(bag)] });
    };
    expect(await account.failure(destroy)).toMatch(/EBagNotEmpty/);
    await account.succeed((tx) => {
      remove(tx, 'head');
      destroy(tx);
    });
    expect(trial.ledger.core.object(bag)).toBeUndefined();
  });
});
