/** `0x2::coin` and `0x2::balance`: the operations on coins that a transaction can name. */
import { checkedU64 } from './integers.ts';
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { Runtime } from '../runtime.ts';
import type { CoinValue } from '../values.ts';
import { suiAddress } from '../world.ts';

export function newCoin(runtime: Runtime, balance: bigint): CoinValue {
  return { id: runtime.freshId(), balance };
}

/** `balance::split` on a coin: an abort when there is not enough. */
export function takeFrom(coin: CoinValue, amount: bigint): bigint {
  if (coin.balance < amount) moveAbort(suiAddress, 'balance::split', 'ENotEnough');
  coin.balance -= amount;
  return amount;
}

export function joinInto(coin: CoinValue, amount: bigint): void {
  coin.balance = checkedU64(suiAddress, 'balance::join', coin.balance + amount);
}

export const coinFunctions: readonly FunctionDeclaration[] = [
  moveFunction('sui::coin::zero<T0>(): Coin<T0>', ({ runtime }) => [newCoin(runtime, 0n)]),
  moveFunction<[CoinValue]>('sui::coin::destroy_zero<T0>(Coin<T0>)', ({ runtime }, coin) => {
    if (coin.balance !== 0n) moveAbort(suiAddress, 'balance::destroy_zero', 'ENonZero');
    runtime.deleteId(coin.id);
    return [];
  }),
  moveFunction<[CoinValue]>('sui::coin::value<T0>(&Coin<T0>): u64', (_, coin) => [coin.balance]),
  moveFunction<[CoinValue, bigint]>(
    'sui::coin::split<T0>(&mut Coin<T0>, u64): Coin<T0>',
    ({ runtime }, coin, amount) => [newCoin(runtime, takeFrom(coin, amount))],
  ),
  moveFunction<[CoinValue, CoinValue]>('sui::coin::join<T0>(&mut Coin<T0>, Coin<T0>)', ({ runtime }, coin, other) => {
    runtime.deleteId(other.id);
    joinInto(coin, other.balance);
    return [];
  }),
  moveFunction<[CoinValue]>('sui::coin::into_balance<T0>(Coin<T0>): Balance<T0>', ({ runtime }, coin) => {
    runtime.deleteId(coin.id);
    return [coin.balance];
  }),
  moveFunction<[bigint]>('sui::coin::from_balance<T0>(Balance<T0>): Coin<T0>', ({ runtime }, balance) => [
    newCoin(runtime, balance),
  ]),
  moveFunction('sui::balance::zero<T0>(): Balance<T0>', () => [0n]),
  moveFunction<[bigint]>('sui::balance::value<T0>(&Balance<T0>): u64', (_, balance) => [balance]),
  moveFunction<[bigint]>('sui::balance::destroy_zero<T0>(Balance<T0>)', (_, balance) => {
    if (balance !== 0n) moveAbort(suiAddress, 'balance::destroy_zero', 'ENonZero');
    return [];
  }),
];
