import { bcs } from '@mysten/sui/bcs';
import { Transaction } from '@mysten/sui/transactions';
import { beforeAll, describe, expect, it } from 'vitest';
import { TrialAccount, created, openTrial, walType } from '../trial-network.ts';
import type { Trial } from '../trial-network.ts';
import { walrusCalls } from '../move/walrus-calls.ts';

const bob = `0x${'b'.repeat(64)}`;

let trial: Trial;
let account: TrialAccount;
let wal: string;
let coin: string;

beforeAll(async () => {
  trial = openTrial();
  account = await TrialAccount.rich(trial);
  wal = walType(trial.ledger);
  const [first] = await account.coins(wal);
  coin = first?.objectId ?? '';
});

const zero = (tx: Transaction) => tx.moveCall({ target: '0x2::coin::zero', typeArguments: [wal] });

describe('commands of a programmable transaction', () => {
  it('splits a coin, transfers a part and keeps the sum', async () => {
    const before = await account.balance(wal);
    await account.succeed((tx) => {
      const [one, two] = tx.splitCoins(tx.object(coin), [100n, 23n]);
      tx.transferObjects([one, two], bob);
    });
    const theirs = await trial.client.core.getBalance({ owner: bob, coinType: wal });
    expect(theirs.balance.balance).toBe('123');
    expect(await account.balance(wal)).toBe(before - 123n);
  });

  it('merges coins, and the merged ones are gone', async () => {
    const split = await account.succeed((tx) => {
      const [one, two] = tx.splitCoins(tx.object(coin), [5n, 6n]);
      tx.transferObjects([one, two], account.address);
    });
    const ids = split.effects.changedObjects.flatMap((change) =>
      change.idOperation === 'Created' ? change.objectId : [],
    );
    const [into = '', from = ''] = ids;
    const merged = await account.succeed((tx) => {
      tx.mergeCoins(tx.object(into), [tx.object(from)]);
    });
    const gone = merged.effects.changedObjects.find((change) => change.objectId === from);
    expect(gone).toMatchObject({ idOperation: 'Deleted', outputState: 'DoesNotExist' });
    const { objects } = await trial.client.core.getObjects({ objectIds: [into], include: { content: true } });
    const [left] = objects;
    if (!left || left instanceof Error) throw new Error('the coin is there');
    expect(bcs.struct('Coin', { id: bcs.Address, balance: bcs.u64() }).parse(left.content).balance).toBe('11');
  });

  it('gives every changed object the same new version, above all that were read', async () => {
    const { effects } = await account.succeed((tx) => {
      const [one] = tx.splitCoins(tx.object(coin), [1n]);
      tx.transferObjects([one], bob);
    });
    const outputs = new Set(effects.changedObjects.map((change) => change.outputVersion));
    expect([...outputs]).toEqual([effects.lamportVersion]);
    const inputs = effects.changedObjects.map((change) => BigInt(change.inputVersion ?? 0));
    expect(inputs.every((version) => version < BigInt(effects.lamportVersion ?? 0))).toBe(true);
  });

  it('reaches the second result of a command and makes vectors', async () => {
    await account.succeed((tx) => {
      const [, two, three] = tx.splitCoins(tx.object(coin), [0n, 2n, 3n]);
      if (!two || !three) throw new Error('three results');
      const [none] = tx.splitCoins(tx.object(coin), [0n]);
      tx.mergeCoins(two, [three, none]);
      tx.transferObjects([two, { $kind: 'NestedResult', NestedResult: [0, 0] }], bob);
      tx.makeMoveVec({ type: 'u64', elements: [tx.pure.u64(1), tx.pure.u64(2)] });
    });
  });

  it('transfers the gas coin itself and still pays from it', async () => {
    const poor = new TrialAccount(trial, 77);
    const { coinId } = trial.ledger.fund(poor.address, 5_000_000_000n);
    const { effects } = await poor.succeed((tx) => {
      tx.transferObjects([tx.gas], bob);
    });
    const used =
      BigInt(effects.gasUsed.computationCost) +
      BigInt(effects.gasUsed.storageCost) -
      BigInt(effects.gasUsed.storageRebate);
    const { objects } = await trial.client.core.listCoins({ owner: bob });
    expect(objects.find((one) => one.objectId === coinId)?.balance).toBe((5_000_000_000n - used).toString());
  });
});

describe('what a program may not do', () => {
  const refusals: readonly (readonly [string, RegExp, (tx: Transaction) => void])[] = [
    [
      'uses a value after it was moved',
      /InvalidValueUsage/,
      (tx) => {
        const made = zero(tx);
        tx.transferObjects([made], bob);
        tx.transferObjects([made], bob);
      },
    ],
    [
      'leaves a value that cannot be dropped',
      /UnusedValueWithoutDrop/,
      (tx) => {
        zero(tx);
      },
    ],
    [
      'splits more than there is',
      /InsufficientCoinBalance/,
      (tx) => {
        const [one] = tx.splitCoins(zero(tx), [1n]);
        tx.transferObjects([one], bob);
      },
    ],
    [
      'names a second result that is not there',
      /SecondaryIndexOutOfBounds/,
      (tx) => {
        zero(tx);
        tx.transferObjects([{ $kind: 'NestedResult', NestedResult: [0, 3] }], bob);
      },
    ],
    [
      'takes one of two results without saying which',
      /InvalidResultArity/,
      (tx) => {
        tx.splitCoins(tx.object(coin), [1n, 2n]);
        tx.transferObjects([{ $kind: 'Result', Result: 0 }], bob);
      },
    ],
    [
      'gives a coin of another type',
      /TypeMismatch/,
      (tx) => {
        tx.moveCall({ target: '0x2::coin::destroy_zero', typeArguments: ['0x2::sui::SUI'], arguments: [zero(tx)] });
      },
    ],
    [
      'gives bytes that are no value of the type',
      /InvalidBCSBytes/,
      (tx) => {
        tx.splitCoins(tx.object(coin), [tx.pure(Uint8Array.of(1, 2, 3))]);
      },
    ],
    [
      'gives bytes where an object belongs',
      /TypeMismatch|InvalidUsageOfPureArg/,
      (tx) => {
        tx.moveCall({ target: '0x2::coin::destroy_zero', typeArguments: [wal], arguments: [tx.pure.u64(1)] });
      },
    ],
    [
      'merges a coin into itself',
      /InvalidValueUsage/,
      (tx) => {
        tx.mergeCoins(tx.object(coin), [tx.object(coin)]);
      },
    ],
    [
      'takes the gas coin by value in a call',
      /InvalidGasCoinUsage/,
      (tx) => {
        tx.moveCall({ target: '0x2::coin::destroy_zero', typeArguments: ['0x2::sui::SUI'], arguments: [tx.gas] });
      },
    ],
    [
      'transfers what is no object',
      /InvalidTransferObject/,
      (tx) => {
        const metadata = walrusCalls(tx, trial.ledger).call('metadata::new');
        tx.transferObjects([metadata], bob);
      },
    ],
    [
      'calls a function that is not there',
      /FunctionNotFound/,
      (tx) => {
        tx.moveCall({ target: '0x2::coin::mint', typeArguments: [wal], arguments: [] });
      },
    ],
    [
      'gives too few arguments',
      /ArityMismatch/,
      (tx) => {
        tx.moveCall({ target: '0x2::coin::destroy_zero', typeArguments: [wal], arguments: [] });
      },
    ],
    [
      'gives too few type arguments',
      /TypeArityMismatch/,
      (tx) => {
        tx.moveCall({ target: '0x2::coin::zero', arguments: [] });
      },
    ],
    [
      'gives a type without the needed abilities',
      /ConstraintNotSatisfied|TypeArgumentError/,
      (tx) => {
        const bag = tx.moveCall({ target: '0x2::bag::new' });
        const typeArguments = [`0x2::coin::Coin<${wal}>`];
        tx.moveCall({ target: '0x2::bag::contains', typeArguments, arguments: [bag, tx.object(coin)] });
      },
    ],
    [
      'publishes a package',
      /FeatureNotYetSupported/,
      (tx) => {
        tx.publish({ modules: [[1, 2, 3]], dependencies: [] });
      },
    ],
    [
      'shares an object that had an owner',
      /ESharedNonNewObject/,
      (tx) => {
        const type = `0x2::coin::Coin<${wal}>`;
        tx.moveCall({
          target: '0x2::transfer::public_share_object',
          typeArguments: [type],
          arguments: [tx.object(coin)],
        });
      },
    ],
  ];

  it.each(refusals)('refuses one that %s', async (_, message, build) => {
    const before = await account.balance(wal);
    expect(await account.failure(build)).toMatch(message);
    expect(await account.balance(wal)).toBe(before);
  });

  it('charges gas for a failure and gives inputs a new version, but keeps nothing else', async () => {
    const result = await account.run((tx) => {
      const [kept] = tx.splitCoins(tx.object(coin), [10n]);
      tx.transferObjects([kept], bob);
      zero(tx);
    });
    expect(result.status.success).toBe(false);
    expect(BigInt(result.effects.gasUsed.computationCost)).toBeGreaterThan(0n);
    expect(result.effects.changedObjects.filter((change) => change.idOperation !== 'None')).toEqual([]);
    expect(result.effects.changedObjects.map((change) => change.objectId)).toContain(coin);
  });

  it('fails for want of gas without keeping anything', async () => {
    const result = await account.run((tx) => {
      const coins = tx.splitCoins(
        tx.object(coin),
        Array.from({ length: 20 }, () => 1n),
      );
      tx.transferObjects(
        Array.from({ length: 20 }, (_, index) => coins[index] ?? ''),
        bob,
      );
    }, 2_000_000);
    expect(result.status.error?.message).toMatch(/InsufficientGas/);
    const { gasUsed } = result.effects;
    const net = BigInt(gasUsed.computationCost) + BigInt(gasUsed.storageCost) - BigInt(gasUsed.storageRebate);
    expect(net).toBeLessThanOrEqual(2_000_000n);
  });

  it('wraps an object into another and lets it out again', async () => {
    const made = await account.succeed((tx) => {
      const bag = tx.moveCall({ target: '0x2::bag::new' });
      const [one] = tx.splitCoins(tx.object(coin), [7n]);
      tx.transferObjects([bag, one], account.address);
    });
    const bag = created(made, '::bag::Bag');
    const inner = made.effects.changedObjects.find(
      (change) => change.idOperation === 'Created' && made.objectTypes[change.objectId]?.includes('::coin::'),
    );
    const id = inner?.objectId ?? '';
    const types = ['u64', `0x2::coin::Coin<${wal}>`];
    const wrapped = await account.succeed((tx) => {
      const given = [tx.object(bag), tx.pure.u64(1), tx.object(id)];
      tx.moveCall({ target: '0x2::bag::add', typeArguments: types, arguments: given });
    });
    expect(wrapped.effects.changedObjects.find((change) => change.objectId === id)).toMatchObject({
      inputState: 'Exists',
      outputState: 'DoesNotExist',
      idOperation: 'None',
    });
    const out = await account.succeed((tx) => {
      const given = [tx.object(bag), tx.pure.u64(1)];
      const taken = tx.moveCall({ target: '0x2::bag::remove', typeArguments: types, arguments: given });
      tx.transferObjects([taken], account.address);
    });
    expect(out.effects.changedObjects.find((change) => change.objectId === id)).toMatchObject({
      inputState: 'DoesNotExist',
      outputState: 'ObjectWrite',
      idOperation: 'None',
    });
  });
});
