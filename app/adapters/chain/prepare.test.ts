import { Transaction } from '@mysten/sui/transactions';
import { expect, it } from 'vitest';
import { parseSuiId } from '../../domain/ids.ts';
import { gasMistMax } from './limits.ts';
import { checkResolved } from './prepare.ts';

const sender = parseSuiId('0xa');
const digest = '11111111111111111111111111111111';

/** A transaction over one object and one number; with `resolved`, as a node would complete it. */
function draft(object: string, number: number, resolved: boolean, budget = 5_000n): Transaction {
  const tx = new Transaction();
  tx.setSender(sender);
  const held = resolved
    ? tx.sharedObjectRef({ objectId: object, initialSharedVersion: 3, mutable: true })
    : tx.object(object);
  tx.moveCall({ target: '0x2::m::f', arguments: [held, tx.pure.u64(number)] });
  if (resolved) {
    tx.setGasPrice(1000);
    tx.setGasBudget(budget);
    tx.setGasPayment([{ objectId: '0x7', version: '1', digest }]);
  }
  return tx;
}

const asked = draft('0x11', 5, false).getData();

it('takes the versions, price and payment that a node fills in, and tells the budget', async () => {
  expect(checkResolved(asked, await draft('0x11', 5, true).build(), sender)).toBe(5_000n);
});

it.each([
  ['another object', () => draft('0x12', 5, true)],
  ['another number', () => draft('0x11', 6, true)],
  [
    'another sender',
    () => {
      const tx = draft('0x11', 5, true);
      tx.setSender('0xb');
      return tx;
    },
  ],
  [
    'another payer',
    () => {
      const tx = draft('0x11', 5, true);
      tx.setGasOwner('0xb');
      return tx;
    },
  ],
  [
    'one more command',
    () => {
      const tx = draft('0x11', 5, true);
      tx.moveCall({ target: '0x2::m::g' });
      return tx;
    },
  ],
])('refuses bytes with %s', async (_, made) => {
  const bytes = await made().build();
  expect(() => checkResolved(asked, bytes, sender)).toThrow('changed a transaction');
});

it('refuses a budget beyond any honest one', async () => {
  const bytes = await draft('0x11', 5, true, gasMistMax + 1n).build();
  expect(() => checkResolved(asked, bytes, sender)).toThrow('far more gas');
});
