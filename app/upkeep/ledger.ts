/**
 * The double entry of a transaction: what left the wallet arrives in named accounts, and for each coin the sum is zero. Pure: the chain's own effects go
 * in, with the write fee as it was quoted, since the chain tells only one sum of WAL.
 */
import type { Posting } from '../ports/intents.ts';

export interface Effects {
  readonly isSuccess: boolean;
  /** WAL that left the address, in FROST; negative when some arrived. */
  readonly frost: bigint;
  /** SUI that left the address in all, in MIST; negative when more came back. */
  readonly mist: bigint;
  /** What the transaction cost to compute, was deposited for objects, and came back for those that went. */
  readonly computationMist: bigint;
  readonly depositMist: bigint;
  readonly rebateMist: bigint;
}

export function postingsOf(kind: string, writeFrost: bigint, effects: Effects): readonly Posting[] {
  const { isSuccess, frost, mist, computationMist, depositMist, rebateMist } = effects;
  const isExchange = kind === 'exchange';
  const write = isSuccess && !isExchange ? writeFrost : 0n;
  const rest = mist - (computationMist + depositMist - rebateMist);
  const all: readonly Posting[] = [
    { account: 'wallet', coin: 'WAL', amount: -frost },
    { account: isExchange ? 'exchange' : 'storage', coin: 'WAL', amount: frost - write },
    { account: 'write', coin: 'WAL', amount: write },
    { account: 'wallet', coin: 'SUI', amount: -mist },
    { account: 'gas', coin: 'SUI', amount: computationMist },
    { account: 'deposit', coin: 'SUI', amount: depositMist },
    { account: 'rebate', coin: 'SUI', amount: -rebateMist },
    { account: isExchange ? 'exchange' : 'tip', coin: 'SUI', amount: rest },
  ];
  return all.filter(({ amount }) => amount !== 0n);
}

/** Sums by account and coin. */
export function accountSums(postings: readonly Posting[]): readonly Posting[] {
  const sums = new Map<string, Posting>();
  for (const { account, coin, amount } of postings) {
    const key = `${account} ${coin}`;
    sums.set(key, { account, coin, amount: (sums.get(key)?.amount ?? 0n) + amount });
  }
  return [...sums.values()];
}

export function samePostings(a: readonly Posting[], b: readonly Posting[]): boolean {
  const words = (postings: readonly Posting[]): string =>
    postings
      .map(({ account, coin, amount }) => `${account} ${coin} ${amount}`)
      .toSorted()
      .join('; ');
  return words(a) === words(b);
}
