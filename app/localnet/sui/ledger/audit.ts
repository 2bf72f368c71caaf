/** Counts all money on a ledger, to prove that no transaction makes or loses any. */
import type { LedgerCore } from './core.ts';
import { coinBalance } from './inputs.ts';
import type { StakedWalValue, StakingPoolValue } from '../move/values.ts';
import { suiAddress } from '../move/world.ts';

interface Money {
  /** MIST in coins, in the exchange, deposited for storage, and paid as fees. */
  readonly mist: bigint;
  /** FROST in coins, in the exchange, promised to epochs, earned by nodes, staked, and in shared blobs. */
  readonly frost: bigint;
}

export function countMoney(core: LedgerCore): Money {
  const { world, identity } = core;
  let mist = BigInt(core.database.meta('feesMist'));
  let frost = core.system().future_accounting.ring_buffer.reduce((sum, slot) => sum + slot.rewards_to_distribute, 0n);
  const suiCoin = world.text('Coin<SUI>');
  const walCoin = world.text('Coin<WAL>');
  const sharedBlob = world.text('SharedBlob');
  const stakingPool = world.text('walrus::staking_pool::StakingPool');
  const stakedWal = world.text('walrus::staked_wal::StakedWal');
  const insideBag = `${suiAddress}::dynamic_field::Field<`;
  for (const object of core.database.allObjects()) {
    mist += object.storageRebate;
    if (object.type === suiCoin) mist += coinBalance(object.contents);
    else if (object.type === walCoin) frost += coinBalance(object.contents);
    else if (object.type === sharedBlob) frost += core.valueOf<{ funds: bigint }>(object).funds;
    else if (object.type === stakingPool) {
      const pool = core.valueOf<StakingPoolValue>(object);
      frost += pool.rewards_pool + pool.wal_balance;
    } else if (object.type === stakedWal) {
      const { state, principal } = core.valueOf<StakedWalValue>(object);
      // As long as it is staked it is counted with its node.
      if (state.variant !== 'Staked') frost += principal;
    } else if (object.type.startsWith(insideBag) && object.type.endsWith(`,${walCoin}>`)) {
      frost += core.valueOf<{ value: { balance: bigint } }>(object).value.balance;
    } else if (identity.ids.exchangeIds.includes(object.id)) {
      const pot = core.valueOf<{ wal: bigint; sui: bigint }>(object);
      mist += pot.sui;
      frost += pot.wal;
    }
  }
  return { mist, frost };
}
