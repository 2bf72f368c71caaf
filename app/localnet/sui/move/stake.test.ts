/** Stake and votes on the ledger: who may do what, what counts when, and that no WAL is made or lost by it. */
import { expect, it } from 'vitest';
import { countMoney } from '../ledger/audit.ts';
import { created, openTrial, TrialAccount, walType } from '../trial-network.ts';

async function open() {
  const trial = openTrial();
  const rich = await TrialAccount.rich(trial);
  const { stakingObjectId: staking, walrusCallPackageId: walrus } = trial.ledger.ids;
  const target = (name: string) => `${walrus}::staking::${name}` as const;
  const [node] = trial.ledger.committee().members;
  if (node === undefined) throw new Error('a network has nodes');
  /** Stakes so much with the first node. */
  const stake = async (frost: bigint) => {
    const [coin] = await rich.coins(walType(trial.ledger));
    return rich.run((tx) => {
      const part = tx.splitCoins(tx.object(coin?.objectId ?? ''), [frost]);
      const given = [tx.object(staking), part, tx.pure.address(node.nodeId)];
      tx.transferObjects([tx.moveCall({ target: target('stake_with_pool'), arguments: given })], rich.address);
    });
  };
  return { trial, rich, staking, target, nodeId: node.nodeId, stake };
}

const shardsOf = ({ trial }: Awaited<ReturnType<typeof open>>, nodeId: string): number =>
  trial.ledger.committee().members.find((member) => member.nodeId === nodeId)?.shards.length ?? 0;

/** Says for all nodes that they have their shards, as they do by themselves where there are any. */
function finish({ ledger }: Awaited<ReturnType<typeof open>>['trial']): void {
  for (const { nodeId } of ledger.committee().members) ledger.epochSyncDone(nodeId, ledger.epoch());
}

it('staked WAL brings shards in the next epoch, comes back whole when it is time, and nothing is made or lost', async () => {
  const world = await open();
  const { trial, rich, staking, target, nodeId, stake } = world;
  const { ledger } = trial;
  const before = shardsOf(world, nodeId);
  const money = countMoney(ledger.core).frost;
  for (const member of ledger.committee().members) {
    ledger.setStake(member.nodeId, BigInt(member.shards.length) * 100_000_000_000n);
  }
  const staked = created(await stake(250_000_000_000n), '::staked_wal::StakedWal');
  ledger.advanceEpoch();
  expect(ledger.isChanging()).toBe(true);
  expect(() => ledger.advanceEpoch()).toThrow(/still moving/);
  expect(shardsOf(world, nodeId)).toBe(Math.min(5, before + 2));
  finish(trial);
  expect(ledger.isChanging()).toBe(false);
  const withdraw = (tx: Parameters<Parameters<TrialAccount['run']>[0]>[0]): void => {
    const given = [tx.object(staking), tx.object(staked)];
    tx.transferObjects([tx.moveCall({ target: target('withdraw_stake'), arguments: given })], rich.address);
  };
  expect(await rich.failure(withdraw)).toMatch(/ENotWithdrawing/);
  await rich.succeed((tx) => {
    tx.moveCall({ target: target('request_withdraw_stake'), arguments: [tx.object(staking), tx.object(staked)] });
  });
  expect(await rich.failure(withdraw)).toMatch(/EWithdrawEpochNotReached/);
  ledger.advanceEpoch();
  finish(trial);
  expect(shardsOf(world, nodeId)).toBe(before);
  const had = await rich.balance(walType(ledger));
  await rich.succeed(withdraw);
  expect((await rich.balance(walType(ledger))) - had).toBe(250_000_000_000n);
  expect(countMoney(ledger.core).frost).toBe(money);
  ledger.close();
});

it('refuses less than one WAL', async () => {
  const { trial, stake } = await open();
  const { status } = await stake(999_999_999n);
  expect(status.success ? '' : status.error.message).toMatch(/EInvalidAmount/);
  trial.ledger.close();
});

it('takes the price that two thirds agree to, from the next epoch on', async () => {
  const { trial } = await open();
  const { ledger } = trial;
  const prices = () => {
    const { storage_price_per_unit_size: storage, write_price_per_unit_size: write } = ledger.core.system();
    return [storage, write];
  };
  const members = [...ledger.committee().members].sort((a, b) => a.shards.length - b.shards.length);
  for (const { nodeId } of members.slice(0, 2)) ledger.vote(nodeId, 5_000n, 9_000n);
  ledger.advanceEpoch();
  expect(prices(), 'four of ten shards want more: six are too few for the old price').toEqual([5_000n, 9_000n]);
  for (const { nodeId } of members.slice(0, 1)) ledger.vote(nodeId, 1n, 1n);
  ledger.advanceEpoch();
  expect(prices()).toEqual([1_000n, 2_000n]);
  ledger.setPrices(7n, 8n);
  ledger.advanceEpoch();
  expect(prices()).toEqual([7n, 8n]);
  expect(() => ledger.vote(`0x${'9'.repeat(64)}`, 1n, 1n)).toThrow(/No such storage node/);
  ledger.close();
});
