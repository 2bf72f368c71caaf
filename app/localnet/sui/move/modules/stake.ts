/**
 * Stake and nodes: WAL that anybody stakes with a node counts for the next committee that is chosen; a node's votes for prices count with its
 * shards. The operator's hands (`operator::network`) do for the nodes of an embedded network what their owners would: join, leave, vote, move.
 * Stake earns nothing here: rewards stay with the nodes.
 */
import { innerOf } from './accounting.ts';
import { newCoin } from './coin.ts';
import { checkedU64 } from './integers.ts';
import { changeEpoch, endVoting, nodesOf, setPrices, stakingInner, stakingPool } from './staking.ts';
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { Runtime } from '../runtime.ts';
import type {
  CoinValue,
  ExchangeValue,
  NodeCapValue,
  RootValue,
  StakedWalValue,
  StakingInnerValue,
} from '../values.ts';
import { newCap, newPool } from './staking-pool.ts';

/** FROST: less cannot be staked. */
const stakeMin = 1_000_000_000n;

/** The first epoch for which a change of stake counts: the next, or the one after when the next committee is chosen already. */
function activeFrom(inner: StakingInnerValue): number {
  return inner.epoch + (inner.next_committee === null ? 1 : 2);
}

const stakeFunctions: readonly FunctionDeclaration[] = [
  moveFunction<[RootValue, CoinValue, string]>(
    'walrus::staking::stake_with_pool(&mut Staking, Coin<WAL>, ID): walrus::staked_wal::StakedWal',
    ({ runtime }, staking, coin, nodeId) => {
      const walrus = runtime.world.packages.walrusCall;
      const inner = stakingInner(runtime, staking);
      const pool = stakingPool(runtime, inner, nodeId);
      if (pool.state.variant !== 'Active') moveAbort(walrus, 'staking_pool::stake', 'EPoolIsNotActive');
      if (coin.balance < stakeMin) moveAbort(walrus, 'staked_wal::mint', 'EInvalidAmount');
      runtime.deleteId(coin.id);
      pool.wal_balance = checkedU64(walrus, 'staking_pool::stake', pool.wal_balance + coin.balance);
      const staked: StakedWalValue = {
        id: runtime.freshId(),
        state: { variant: 'Staked', value: null },
        node_id: nodeId,
        principal: coin.balance,
        activation_epoch: activeFrom(inner),
      };
      return [staked];
    },
  ),
  moveFunction<[RootValue, StakedWalValue]>(
    'walrus::staking::request_withdraw_stake(&mut Staking, &mut walrus::staked_wal::StakedWal)',
    ({ runtime }, staking, staked) => {
      const inner = stakingInner(runtime, staking);
      if (staked.state.variant !== 'Staked') {
        moveAbort(runtime.world.packages.walrusCall, 'staked_wal::set_withdrawing', 'ENotWithdrawing');
      }
      stakingPool(runtime, inner, staked.node_id).wal_balance -= staked.principal;
      staked.state = { variant: 'Withdrawing', value: activeFrom(inner) };
      return [];
    },
  ),
  moveFunction<[RootValue, StakedWalValue]>(
    'walrus::staking::withdraw_stake(&mut Staking, walrus::staked_wal::StakedWal): Coin<WAL>',
    ({ runtime }, staking, staked) => {
      const walrus = runtime.world.packages.walrusCall;
      const { variant, value } = staked.state;
      if (variant !== 'Withdrawing' || typeof value !== 'number') {
        return moveAbort(walrus, 'staked_wal::withdraw_epoch', 'ENotWithdrawing');
      }
      if (stakingInner(runtime, staking).epoch < value) {
        moveAbort(walrus, 'staking_pool::withdraw_stake', 'EWithdrawEpochNotReached');
      }
      runtime.deleteId(staked.id);
      return [newCoin(runtime, staked.principal)];
    },
  ),
];

function vote(name: string, which: 'storage_price' | 'write_price'): FunctionDeclaration {
  return moveFunction<[RootValue, NodeCapValue, bigint]>(
    `walrus::staking::${name}(&mut Staking, &walrus::storage_node::StorageNodeCap, u64)`,
    ({ runtime }, staking, cap, price) => {
      stakingPool(runtime, stakingInner(runtime, staking), cap.node_id).voting_params[which] = price;
      return [];
    },
  );
}

const voteFunctions: readonly FunctionDeclaration[] = [
  vote('set_storage_price_vote', 'storage_price'),
  vote('set_write_price_vote', 'write_price'),
];

function assertOperator(runtime: Runtime, name: string): void {
  if (runtime.sender !== runtime.operator) {
    moveAbort(runtime.world.packages.operator, `network::${name}`, 'ENotOperator');
  }
}

/** A function that only the operator may call. */
function byOperator<const Arguments extends readonly unknown[]>(
  text: string,
  body: (runtime: Runtime, ...given: Arguments) => readonly unknown[] | undefined,
): FunctionDeclaration {
  const name = /^(\w+)/.exec(text)?.[1] ?? '';
  return moveFunction<Arguments>(`operator::network::${text}`, ({ runtime }, ...given) => {
    assertOperator(runtime, name);
    return body(runtime, ...given) ?? [];
  });
}

const operatorFunctions: readonly FunctionDeclaration[] = [
  byOperator<[RootValue, RootValue]>('advance_epoch(&mut Staking, &mut System)', (runtime, staking, system) => {
    const inner = stakingInner(runtime, staking);
    const state = innerOf(runtime, system);
    if (inner.epoch_state.variant === 'EpochChangeDone') endVoting(runtime, inner, state);
    changeEpoch(runtime, inner, state);
    return undefined;
  }),
  byOperator<[RootValue, RootValue, bigint, bigint]>(
    'set_prices(&mut Staking, &mut System, u64, u64)',
    (runtime, staking, system, storage, write) => {
      const inner = stakingInner(runtime, staking);
      // All nodes vote for them, so that they outlast the epoch.
      for (const nodeId of nodesOf(runtime, inner)) {
        const { voting_params: params } = stakingPool(runtime, inner, nodeId);
        params.storage_price = storage;
        params.write_price = write;
      }
      setPrices(runtime, innerOf(runtime, system), storage, write);
      return undefined;
    },
  ),
  byOperator<[RootValue, string, string]>(
    'set_network_address(&mut Staking, ID, String)',
    (runtime, staking, nodeId, address) => {
      stakingPool(runtime, stakingInner(runtime, staking), nodeId).node_info.network_address = address;
      return undefined;
    },
  ),
  byOperator<[RootValue, RootValue, string, string, Uint8Array, Uint8Array]>(
    'join(&mut Staking, &System, String, String, vector<u8>, vector<u8>): walrus::storage_node::StorageNodeCap',
    (runtime, staking, system, name, networkAddress, publicKey, networkPublicKey) => {
      const inner = stakingInner(runtime, staking);
      const state = innerOf(runtime, system);
      const nodeId = newPool(
        runtime,
        inner,
        { name, networkAddress, publicKey, networkPublicKey },
        {
          storage: state.storage_price_per_unit_size,
          write: state.write_price_per_unit_size,
          capacityBytes: state.total_capacity_size / BigInt(nodesOf(runtime, inner).length),
        },
      );
      nodesOf(runtime, inner).push(nodeId);
      return [newCap(runtime.freshId(), nodeId)];
    },
  ),
  byOperator<[RootValue, string]>('leave(&mut Staking, ID)', (runtime, staking, nodeId) => {
    const inner = stakingInner(runtime, staking);
    const nodes = nodesOf(runtime, inner);
    stakingPool(runtime, inner, nodeId).state = { variant: 'Withdrawing', value: activeFrom(inner) };
    const at = nodes.indexOf(nodeId);
    if (at >= 0) nodes.splice(at, 1);
    return undefined;
  }),
  byOperator<[RootValue, ExchangeValue, string, bigint]>(
    'set_stake(&mut Staking, &mut Exchange, ID, u64)',
    (runtime, staking, pot, nodeId, stake) => {
      const pool = stakingPool(runtime, stakingInner(runtime, staking), nodeId);
      const { exchange } = runtime.world.packages;
      pot.wal = checkedU64(exchange, 'balance::join', pot.wal + pool.wal_balance - stake);
      pool.wal_balance = stake;
      return undefined;
    },
  ),
];

export const stakingNodeFunctions: readonly FunctionDeclaration[] = [
  ...stakeFunctions,
  ...voteFunctions,
  ...operatorFunctions,
];
