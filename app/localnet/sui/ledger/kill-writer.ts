/**
 * The child of the kill test: opens a ledger file and executes transactions as fast as it can, printing the digest of each only after the
 * ledger said it is done. It runs until it is killed.
 */
import { writeSync } from 'node:fs';
import { TrialAccount, openTrial } from '../trial-network.ts';

const [, , file = ''] = process.argv;
const trial = openTrial({ file });
const account = new TrialAccount(trial);
if ((await account.balance('0x2::sui::SUI')) === 0n) await TrialAccount.rich(trial);
writeSync(1, 'ready\n');
for (let number = 0; ; number++) {
  if (number % 7 === 6) trial.ledger.advanceEpoch();
  const { digest } = await account.succeed((tx) => {
    const coins = tx.splitCoins(tx.gas, [1n, 2n, 3n]);
    tx.transferObjects([coins[0] ?? '', coins[1] ?? '', coins[2] ?? ''], `0x${'c'.repeat(64)}`);
    tx.transferObjects([tx.moveCall({ target: '0x2::bag::new' })], account.address);
  });
  writeSync(1, `${digest}\n`);
}
