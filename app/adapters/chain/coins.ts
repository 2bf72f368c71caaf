/** WAL as coins: which to use for an exact payment, and how amounts read for people. WAL held outside of coins is not spent. */
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { SuiId } from '../../domain/ids.ts';
import { parseSuiId } from '../../domain/ids.ts';
import { Fault } from '../../domain/fault.ts';
import type { Balances } from '../../ports/chain.ts';
import { unknownShape } from './layouts.ts';
import { pageObjects, walCoinsSeenMax, walCoinsUsedMax } from './limits.ts';
import type { Remote } from './remote.ts';

export interface CoinRef {
  readonly objectId: SuiId;
  readonly version: string;
  readonly digest: string;
}

export const suiType = '0x2::sui::SUI';

interface Coin extends CoinRef {
  readonly amount: bigint;
}

/** `units` (FROST or MIST) as whole coins: 10^9 make one. */
export function coinText(units: bigint, name: 'WAL' | 'SUI'): string {
  const whole = units / 1_000_000_000n;
  const rest = (units % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  return `${whole}${rest === '' ? '' : `.${rest}`} ${name}`;
}

export function moneyShort(need: bigint, there: bigint, name: 'WAL' | 'SUI'): Fault {
  return new Fault(
    'money-short',
    'after-user',
    `This needs ${coinText(need, name)} and the account of this device has ${coinText(there, name)}.`,
  );
}

/**
 * Coins that together hold at least `frost`, the largest first, and the small ones with them so that they do not pile up. A fault
 * 'money-short' when there is less.
 */
export async function walCoins(
  remote: Remote,
  owner: SuiId,
  walType: string,
  frost: bigint,
  signal: AbortSignal | undefined,
): Promise<readonly CoinRef[]> {
  const coins = (await listCoins(remote, owner, walType, signal))
    .sort((a, b) => (a.amount > b.amount ? -1 : a.amount < b.amount ? 1 : 0))
    .slice(0, walCoinsUsedMax);
  const there = coins.reduce((sum, coin) => sum + coin.amount, 0n);
  if (there < frost) throw moneyShort(frost, there, 'WAL');
  return coins.map(({ objectId, version, digest }) => ({ objectId, version, digest }));
}

async function listCoins(
  remote: Remote,
  owner: SuiId,
  coinType: string,
  signal: AbortSignal | undefined,
): Promise<Coin[]> {
  const coins: Coin[] = [];
  let cursor: string | null = null;
  while (coins.length < walCoinsSeenMax) {
    const at: string | null = cursor;
    const page: Awaited<ReturnType<SuiGrpcClient['core']['listCoins']>> = await remote.ask(
      () =>
        remote.client.core.listCoins({
          owner,
          coinType,
          limit: pageObjects,
          ...(at === null ? {} : { cursor: at }),
          ...(signal ? { signal } : {}),
        }),
      signal,
    );
    for (const { objectId, version, digest, balance } of page.objects) {
      coins.push({ objectId: parseSuiId(objectId), version, digest, amount: amountOf(balance) });
    }
    if (!page.hasNextPage || page.cursor === null || page.cursor === at || page.objects.length === 0) break;
    cursor = page.cursor;
  }
  return coins;
}

function amountOf(text: string | undefined): bigint {
  if (text === undefined || !/^\d+$/.test(text)) throw unknownShape('a balance');
  return BigInt(text);
}

async function balanceOf(
  remote: Remote,
  owner: SuiId,
  coinType: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly all: bigint; readonly inCoins: bigint }> {
  const { balance } = await remote.ask(
    () => remote.client.core.getBalance({ owner, coinType, ...(signal ? { signal } : {}) }),
    signal,
  );
  const all = amountOf(balance.balance);
  return { all, inCoins: all - amountOf(balance.addressBalance) };
}

/** What can be spent: WAL in coins, and SUI in any form (gas is taken from either). */
export async function readBalances(
  remote: Remote,
  owner: SuiId,
  walType: string,
  signal: AbortSignal | undefined,
): Promise<Balances> {
  const [wal, sui] = await Promise.all([balanceOf(remote, owner, walType, signal), readSui(remote, owner, signal)]);
  return { frost: wal.inCoins, mist: sui.all };
}

/** SUI for gas: `all` of it, and how much of that lies in coins. */
export async function readSui(
  remote: Remote,
  owner: SuiId,
  signal: AbortSignal | undefined,
): Promise<{ readonly all: bigint; readonly inCoins: bigint }> {
  return await balanceOf(remote, owner, suiType, signal);
}
