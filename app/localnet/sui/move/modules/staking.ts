/**
 * `walrus::staking` as far as a storage client reads it, and the change of epochs. Staking itself is not imitated: the functions exist,
 * so that the SDK learns the WAL type from their signature, and abort. `operator::network` is ours: epochs and prices on command.
 */
import { innerOf, ringAt, ringPop, walrusVersion } from './accounting.ts';
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { Runtime } from '../runtime.ts';
import type { RootValue, StakingInnerValue, StakingPoolValue } from '../values.ts';

export function stakingInner(runtime: Runtime, staking: RootValue): StakingInnerValue {
  return runtime.field<StakingInnerValue>(
    staking.id,
    { type: runtime.world.type('u64'), value: walrusVersion },
    runtime.world.type('walrus::staking_inner::StakingInnerV1'),
  );
}

function stakingPool(runtime: Runtime, inner: StakingInnerValue, nodeId: string): StakingPoolValue {
  const key = { type: runtime.world.type('ID'), value: nodeId };
  if (!runtime.hasObjectField(inner.pools.id, key.type, key.value)) {
    moveAbort(runtime.world.packages.operator, 'network::set_network_address', 'EUnknownNode');
  }
  const type = runtime.world.type('walrus::staking_pool::StakingPool');
  return runtime.objectField<StakingPoolValue>(inner.pools.id, key, type);
}

/** When the running epoch may end, in milliseconds since 1970. */
export function epochEndMs(inner: StakingInnerValue): number {
  const { value } = inner.epoch_state;
  return Number((typeof value === 'bigint' ? value : inner.first_epoch_start) + inner.epoch_duration);
}

/**
 * One whole epoch change: the ended epoch's slot is paid out to the nodes by weight, the rest goes on to the next one, and the committee
 * keeps its shards. No 3 % are burnt, so that WAL stays countable.
 */
function changeEpoch(runtime: Runtime, staking: RootValue, system: RootValue): void {
  const state = innerOf(runtime, system);
  const inner = stakingInner(runtime, staking);
  const epoch = state.committee.epoch + 1;
  runtime.emit('EpochChangeStart', { epoch });
  let rewards = ringPop(state.future_accounting).rewards_to_distribute;
  const whole = rewards;
  for (const { node_id: nodeId, weight } of state.committee.members) {
    const share = (whole * BigInt(weight)) / BigInt(state.committee.n_shards);
    stakingPool(runtime, inner, nodeId).rewards_pool += share;
    rewards -= share;
  }
  const current = ringAt(runtime, state.future_accounting, 0);
  current.rewards_to_distribute += rewards;
  state.used_capacity_size = current.used_capacity;
  state.committee = { ...state.committee, epoch };
  inner.epoch = epoch;
  inner.previous_committee = inner.committee;
  inner.committee = inner.next_committee ?? inner.committee;
  inner.next_committee = null;
  inner.epoch_state = { variant: 'EpochChangeDone', value: BigInt(runtime.nowMs) };
  runtime.emit('EpochChangeDone', { epoch });
}

function assertOperator(runtime: Runtime, name: string): void {
  if (runtime.sender !== runtime.operator) {
    moveAbort(runtime.world.packages.operator, `network::${name}`, 'ENotOperator');
  }
}

const notImitated = ({ runtime }: { runtime: Runtime }): never =>
  moveAbort(runtime.world.packages.walrusCall, 'staking::stake_with_pool', 'ENotImitated');

export const stakingFunctions: readonly FunctionDeclaration[] = [
  moveFunction(
    'walrus::staking::stake_with_pool(&mut Staking, Coin<WAL>, ID): walrus::staked_wal::StakedWal',
    notImitated,
  ),
  moveFunction<[RootValue]>('walrus::staking::epoch(&Staking): u32', ({ runtime }, staking) => [
    stakingInner(runtime, staking).epoch,
  ]),
  moveFunction<[RootValue, RootValue]>(
    'walrus::staking::initiate_epoch_change(&mut Staking, &mut System)',
    ({ runtime }, staking, system) => {
      if (runtime.nowMs < epochEndMs(stakingInner(runtime, staking))) {
        const { walrusCall } = runtime.world.packages;
        moveAbort(walrusCall, 'staking_inner::initiate_epoch_change', 'EWrongEpochState');
      }
      changeEpoch(runtime, staking, system);
      return [];
    },
  ),
  moveFunction<[RootValue, RootValue]>(
    'operator::network::advance_epoch(&mut Staking, &mut System)',
    ({ runtime }, staking, system) => {
      assertOperator(runtime, 'advance_epoch');
      changeEpoch(runtime, staking, system);
      return [];
    },
  ),
  moveFunction<[RootValue, bigint, bigint]>(
    'operator::network::set_prices(&mut System, u64, u64)',
    ({ runtime }, system, storage, write) => {
      assertOperator(runtime, 'set_prices');
      const state = innerOf(runtime, system);
      state.storage_price_per_unit_size = storage;
      state.write_price_per_unit_size = write;
      const { epoch } = state.committee;
      runtime.emit('PricesUpdated', { epoch, storage_price: storage, write_price: write });
      return [];
    },
  ),
  moveFunction<[RootValue, string, string]>(
    'operator::network::set_network_address(&mut Staking, ID, String)',
    ({ runtime }, staking, nodeId, address) => {
      assertOperator(runtime, 'set_network_address');
      stakingPool(runtime, stakingInner(runtime, staking), nodeId).node_info.network_address = address;
      return [];
    },
  ),
];
