/** `wal_exchange::wal_exchange`: SUI for WAL and back at a fixed rate, as on Walrus's test network. */
import { newCoin, takeFrom } from './coin.ts';
import { checkedU64 } from './integers.ts';
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { Runtime } from '../runtime.ts';
import type { CoinValue, ExchangeValue } from '../values.ts';

type Side = 'wal' | 'sui';

function exchange(runtime: Runtime, { rate, ...held }: ExchangeValue, to: Side, coins: bigint): bigint {
  const from = to === 'wal' ? 'sui' : 'wal';
  const path = `wal_exchange::exchange_all_for_${to}`;
  const address = runtime.world.packages.exchange;
  const value = checkedU64(address, path, (coins * rate[to]) / rate[from]);
  if (held[to] < value) moveAbort(address, path, 'EInsufficientFundsInExchange');
  return value;
}

function settle(runtime: Runtime, pot: ExchangeValue, to: Side, coins: bigint): CoinValue {
  const value = exchange(runtime, pot, to, coins);
  const from = to === 'wal' ? 'sui' : 'wal';
  pot[from] = checkedU64(runtime.world.packages.exchange, 'balance::join', pot[from] + coins);
  pot[to] -= value;
  return newCoin(runtime, value);
}

function settleAll(to: Side) {
  return ({ runtime }: { runtime: Runtime }, pot: ExchangeValue, coin: CoinValue) => {
    const made = settle(runtime, pot, to, coin.balance);
    runtime.deleteId(coin.id);
    return [made];
  };
}

function settlePart(to: Side) {
  return ({ runtime }: { runtime: Runtime }, pot: ExchangeValue, coin: CoinValue, amount: bigint) => {
    if (coin.balance < amount) {
      const path = `wal_exchange::exchange_for_${to}`;
      moveAbort(runtime.world.packages.exchange, path, 'EInsufficientInputBalance');
    }
    return [settle(runtime, pot, to, takeFrom(coin, amount))];
  };
}

export const exchangeFunctions: readonly FunctionDeclaration[] = [
  moveFunction<[ExchangeValue, CoinValue]>(
    'exchange::wal_exchange::exchange_all_for_wal(&mut Exchange, Coin<SUI>): Coin<WAL>',
    settleAll('wal'),
  ),
  moveFunction<[ExchangeValue, CoinValue, bigint]>(
    'exchange::wal_exchange::exchange_for_wal(&mut Exchange, &mut Coin<SUI>, u64): Coin<WAL>',
    settlePart('wal'),
  ),
  moveFunction<[ExchangeValue, CoinValue]>(
    'exchange::wal_exchange::exchange_all_for_sui(&mut Exchange, Coin<WAL>): Coin<SUI>',
    settleAll('sui'),
  ),
  moveFunction<[ExchangeValue, CoinValue, bigint]>(
    'exchange::wal_exchange::exchange_for_sui(&mut Exchange, &mut Coin<WAL>, u64): Coin<SUI>',
    settlePart('sui'),
  ),
];
