import fc from 'fast-check';
import { expect, it } from 'vitest';
import { accountSums, samePostings, postingsOf } from './ledger.ts';

const effects = { isSuccess: true, frost: 70n, mist: 12n, computationMist: 5n, depositMist: 20n, rebateMist: 13n };

it('a registration pays storage, writing and gas, and gets a rebate', () => {
  expect(postingsOf('register', 30n, effects)).toEqual([
    { account: 'wallet', coin: 'WAL', amount: -70n },
    { account: 'storage', coin: 'WAL', amount: 40n },
    { account: 'write', coin: 'WAL', amount: 30n },
    { account: 'wallet', coin: 'SUI', amount: -12n },
    { account: 'gas', coin: 'SUI', amount: 5n },
    { account: 'deposit', coin: 'SUI', amount: 20n },
    { account: 'rebate', coin: 'SUI', amount: -13n },
  ]);
});

it('SUI that leaves beyond gas is a tip, or what an exchange took', () => {
  const more = { ...effects, mist: 100n };
  expect(postingsOf('register', 0n, more)).toContainEqual({ account: 'tip', coin: 'SUI', amount: 88n });
  expect(postingsOf('exchange', 0n, { ...more, frost: -88n })).toContainEqual({
    account: 'exchange',
    coin: 'SUI',
    amount: 88n,
  });
});

it('whatever happened, each coin sums to zero, and a failure writes nothing', () => {
  const amount = fc.bigInt({ min: -1_000n, max: 1_000n });
  fc.assert(
    fc.property(
      fc.constantFrom('register', 'exchange', 'certify'),
      fc.array(amount, { minLength: 6, maxLength: 6 }),
      fc.boolean(),
      (kind, some, isSuccess) => {
        const [frost = 0n, mist = 0n, computationMist = 0n, depositMist = 0n, rebateMist = 0n, write = 0n] = some;
        const postings = postingsOf(kind, write, { isSuccess, frost, mist, computationMist, depositMist, rebateMist });
        for (const coin of ['WAL', 'SUI'])
          expect(postings.reduce((sum, one) => (one.coin === coin ? sum + one.amount : sum), 0n)).toBe(0n);
        if (!isSuccess) expect(postings.some(({ account }) => account === 'write')).toBe(false);
        expect(samePostings(postings, [...postings].reverse())).toBe(true);
        const twice = accountSums([...postings, ...postings]);
        for (const { account, coin, amount: sum } of twice)
          expect(sum).toBe(2n * (postings.find((one) => one.account === account && one.coin === coin)?.amount ?? 0n));
      },
    ),
    { seed: 6, numRuns: 200 },
  );
});
