import fc from 'fast-check';
import type { Transaction } from '@mysten/sui/transactions';
import { expect, it } from 'vitest';
import { countMoney } from './audit.ts';
import { TrialAccount, openTrial, trialBlob, trialEncodedBytes, walType } from '../trial-network.ts';
import { walrusCalls } from '../move/walrus-calls.ts';

/** One step of a random history; numbers choose among what is there, and many steps fail, as they should. */
type Step = { readonly kind: (typeof kinds)[number]; readonly a: number; readonly b: number };
const kinds = [
  'exchange',
  'back',
  'split',
  'merge',
  'give',
  'reserve',
  'register',
  'pool',
  'pooled',
  'delete',
  'bag',
  'epoch',
  'prices',
  'fail',
  'dry',
] as const;

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...kinds),
  a: fc.nat({ max: 1_000 }),
  b: fc.nat({ max: 1_000 }),
});

const seed = Number(process.env['FLOE_SEED'] ?? '20260101');

it(`no history makes or loses money (seed ${seed})`, { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const trial = openTrial();
      const account = await TrialAccount.rich(trial);
      const whole = countMoney(trial.ledger.core);
      for (const one of steps) {
        await play(one, account);
        expect(countMoney(trial.ledger.core)).toEqual(whole);
      }
      trial.ledger.close();
    }),
    { numRuns: 6, seed },
  );
});

async function play({ kind, a, b }: Step, account: TrialAccount): Promise<void> {
  const { trial, address } = account;
  const { ledger } = trial;
  if (kind === 'epoch') return ledger.advanceEpoch();
  if (kind === 'prices') return ledger.setPrices(BigInt(a), BigInt(b));
  const coins = await account.coins(walType(ledger));
  const coin = coins[a % Math.max(1, coins.length)]?.objectId;
  if (coin === undefined) return;
  const owned = await trial.client.core.listOwnedObjects({ owner: address });
  const pick = (typeEnd: string): string | undefined => {
    const all = owned.objects.filter((object) => object.type.endsWith(typeEnd));
    return all[b % Math.max(1, all.length)]?.objectId;
  };
  const builds: Readonly<Record<Exclude<Step['kind'], 'epoch' | 'prices'>, (tx: Transaction) => void>> = {
    exchange: (tx) => {
      const [sui] = tx.splitCoins(tx.gas, [a * 1_000]);
      const given = [tx.object(ledger.ids.exchangeIds[0] ?? ''), sui];
      const target = `${ledger.ids.exchangePackageId}::wal_exchange::exchange_all_for_wal` as const;
      tx.transferObjects([tx.moveCall({ target, arguments: given })], address);
    },
    back: (tx) => {
      const given = [tx.object(ledger.ids.exchangeIds[0] ?? ''), tx.object(coin), tx.pure.u64(a)];
      const target = `${ledger.ids.exchangePackageId}::wal_exchange::exchange_for_sui` as const;
      tx.transferObjects([tx.moveCall({ target, arguments: given })], address);
    },
    split: (tx) => {
      const parts = tx.splitCoins(tx.object(coin), [a, b]);
      tx.transferObjects([parts[0] ?? '', parts[1] ?? ''], address);
    },
    merge: (tx) => {
      const others = coins.filter(({ objectId }) => objectId !== coin).map(({ objectId }) => tx.object(objectId));
      if (others.length > 0) tx.mergeCoins(tx.object(coin), others);
      else tx.moveCall({ target: '0x2::coin::value', typeArguments: [walType(ledger)], arguments: [tx.object(coin)] });
    },
    give: (tx) => {
      const [sui] = tx.splitCoins(tx.gas, [a]);
      tx.transferObjects([sui], `0x${'b'.repeat(64)}`);
    },
    reserve: (tx) => {
      const { call, system } = walrusCalls(tx, ledger);
      const given = [tx.pure.u64(a * 100_000), tx.pure.u32(b % 60), tx.object(coin)];
      tx.transferObjects([call('system::reserve_space', system(), ...given)], address);
    },
    register: (tx) => {
      const { call, system, register } = walrusCalls(tx, ledger);
      const given = [tx.pure.u64(trialEncodedBytes), tx.pure.u32(1 + (b % 5)), tx.object(coin)];
      const storage = call('system::reserve_space', system(), ...given);
      tx.transferObjects([register(storage, trialBlob(a), b % 2 === 0, tx.object(coin))], address);
    },
    pool: (tx) => {
      const { call, system } = walrusCalls(tx, ledger);
      const given = [tx.pure.u64(a * 1_000), tx.pure.u32(b % 7), tx.object(coin)];
      tx.transferObjects([call('system::create_storage_pool', system(), ...given)], address);
    },
    pooled: (tx) => {
      const pool = pick('::StoragePool') ?? coin;
      walrusCalls(tx, ledger).registerPooled(tx.object(pool), trialBlob(a), true, tx.object(coin));
    },
    delete: (tx) => {
      const { call, system } = walrusCalls(tx, ledger);
      tx.transferObjects([call('system::delete_blob', system(), tx.object(pick('::Blob') ?? coin))], address);
    },
    bag: (tx) => {
      const bag = tx.moveCall({ target: '0x2::bag::new' });
      const [part] = tx.splitCoins(tx.object(coin), [a]);
      const typeArguments = ['u64', `0x2::coin::Coin<${walType(ledger)}>`];
      tx.moveCall({ target: '0x2::bag::add', typeArguments, arguments: [bag, tx.pure.u64(b), part] });
      tx.transferObjects([bag], address);
    },
    fail: (tx) => {
      const [part] = tx.splitCoins(tx.object(coin), [a]);
      tx.splitCoins(part, [a + 1]);
    },
    dry: (tx) => {
      const parts = tx.splitCoins(
        tx.object(coin),
        Array.from({ length: 30 }, () => 0),
      );
      tx.transferObjects(
        Array.from({ length: 30 }, (_, index) => parts[index] ?? ''),
        address,
      );
    },
  };
  // A budget that is too small for some of the steps: running dry must not lose money either.
  await account.run(builds[kind], kind === 'dry' ? 1_000_000 + a * 1_000 : 1_000_000_000);
}
