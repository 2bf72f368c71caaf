/**
 * `walrus::staking` and the change of epochs as walrus-protocol section 5.6 tells: half an epoch after the last change the next committee and
 * prices are fixed (`voting_end`), at its end anybody may begin the next one, and it is done when nodes with two thirds of the shards
 * have said that they hold theirs. Where no shard moves there is nothing to wait for, and the change is done with its beginning.
 * `operator::network` is ours: epochs, prices, addresses and nodes on command.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { toHex } from '../../../../domain/bytes.ts';
import { innerOf, ringAt, ringPop, walrusVersion } from './accounting.ts';
import { apportion, handOut, isSameHandOut, priceOfVotes, type ShardLists } from './committee.ts';
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { Runtime } from '../runtime.ts';
import type {
  BlsCommitteeValue,
  NodeCapValue,
  RootValue,
  StakingInnerValue,
  StakingPoolValue,
  SystemInnerValue,
} from '../values.ts';

export function stakingInner(runtime: Runtime, staking: RootValue): StakingInnerValue {
  return runtime.field<StakingInnerValue>(
    staking.id,
    { type: runtime.world.type('u64'), value: walrusVersion },
    runtime.world.type('walrus::staking_inner::StakingInnerV1'),
  );
}

export function stakingPool(runtime: Runtime, inner: StakingInnerValue, nodeId: string): StakingPoolValue {
  const key = { type: runtime.world.type('ID'), value: nodeId };
  if (!runtime.hasObjectField(inner.pools.id, key.type, key.value)) {
    moveAbort(runtime.world.packages.operator, 'network::set_network_address', 'EUnknownNode');
  }
  const type = runtime.world.type('walrus::staking_pool::StakingPool');
  return runtime.objectField<StakingPoolValue>(inner.pools.id, key, type);
}

/** The nodes that may be in a committee; the list is changed in place. */
export function nodesOf(runtime: Runtime, inner: StakingInnerValue): string[] {
  const key = { type: runtime.world.type('walrus::extended_field::Key'), value: { dummy_field: false } };
  const type = runtime.world.type('walrus::active_set::ActiveSet');
  return runtime.field<{ readonly nodes: string[] }>(inner.active_set.id, key, type).nodes;
}

function wrongState(runtime: Runtime, name: string): never {
  return moveAbort(runtime.world.packages.walrusCall, `staking_inner::${name}`, 'EWrongEpochState');
}

/** When the last change was done, in milliseconds since 1970; undefined while one goes on. */
function changedAtMs({ epoch_state: { value } }: StakingInnerValue): bigint | undefined {
  return typeof value === 'bigint' ? value : undefined;
}

/** When the running epoch may end, in milliseconds since 1970. While shards move nobody knows: an epoch after the network's first start, at least. */
export function epochEndMs(inner: StakingInnerValue): number {
  return Number((changedAtMs(inner) ?? inner.first_epoch_start) + inner.epoch_duration);
}

export function isChanging({ epoch_state: { variant } }: StakingInnerValue): boolean {
  return variant === 'EpochChangeSync';
}

/** Fixes the next committee, by the stakes of the nodes that stay, and the next prices, by their votes. */
export function endVoting(runtime: Runtime, inner: StakingInnerValue, system: SystemInnerValue): void {
  const doneMs = changedAtMs(inner);
  if (inner.epoch_state.variant !== 'EpochChangeDone' || doneMs === undefined) return wrongState(runtime, 'voting_end');
  const pools = nodesOf(runtime, inner).map((nodeId) => stakingPool(runtime, inner, nodeId));
  const staked = pools.map(({ id, state, wal_balance: stake }) => ({
    nodeId: id,
    stake: state.variant === 'Active' ? stake : 0n,
  }));
  const counts = apportion(staked, inner.n_shards);
  // Too few nodes for all shards: whoever is in the committee has to stay in it.
  const lists = counts === undefined ? inner.committee.pos0 : handOut(inner.committee.pos0, counts, inner.n_shards);
  const votes = (which: 'storage_price' | 'write_price') =>
    pools.flatMap(({ id, voting_params: params }) => {
      const weight = lists.get(id)?.length ?? 0;
      return weight === 0 ? [] : [{ price: params[which], weight }];
    });
  inner.next_committee = { pos0: lists };
  inner.next_epoch_params = {
    total_capacity_size: system.total_capacity_size,
    storage_price_per_unit_size: priceOfVotes(votes('storage_price'), inner.n_shards),
    write_price_per_unit_size: priceOfVotes(votes('write_price'), inner.n_shards),
  };
  inner.epoch_state = { variant: 'NextParamsSelected', value: doneMs };
  runtime.emit('EpochParametersSelected', { next_epoch: inner.epoch + 1 });
}

function blsCommittee(runtime: Runtime, inner: StakingInnerValue, lists: ShardLists, epoch: number): BlsCommitteeValue {
  const members = [...lists].map(([nodeId, shards]) => {
    const { public_key } = stakingPool(runtime, inner, nodeId).node_info;
    return { public_key, weight: shards.length, node_id: nodeId };
  });
  const { Point } = bls12_381.G1;
  const sum = members.reduce((all, { public_key: { bytes } }) => all.add(Point.fromHex(toHex(bytes))), Point.ZERO);
  return { members, n_shards: inner.n_shards, epoch, total_aggregated_key: { bytes: sum.toBytes(true) } };
}

/** The ended epoch's slot is paid out to its nodes by weight; what does not divide goes on to the next one. Nothing is burnt. */
function payNodes(runtime: Runtime, inner: StakingInnerValue, state: SystemInnerValue): void {
  const whole = ringPop(state.future_accounting).rewards_to_distribute;
  let rest = whole;
  for (const { node_id: nodeId, weight } of state.committee.members) {
    const share = (whole * BigInt(weight)) / BigInt(state.committee.n_shards);
    stakingPool(runtime, inner, nodeId).rewards_pool += share;
    rest -= share;
  }
  const current = ringAt(runtime, state.future_accounting, 0);
  current.rewards_to_distribute += rest;
  state.used_capacity_size = current.used_capacity;
}

export function changeEpoch(runtime: Runtime, inner: StakingInnerValue, state: SystemInnerValue): void {
  const { next_committee: next, next_epoch_params: params } = inner;
  if (inner.epoch_state.variant !== 'NextParamsSelected' || next === null || params === null) {
    return wrongState(runtime, 'initiate_epoch_change');
  }
  const epoch = state.committee.epoch + 1;
  runtime.emit('EpochChangeStart', { epoch });
  payNodes(runtime, inner, state);
  const isSame = isSameHandOut(inner.committee.pos0, next.pos0);
  state.committee = isSame ? { ...state.committee, epoch } : blsCommittee(runtime, inner, next.pos0, epoch);
  inner.epoch = epoch;
  inner.previous_committee = inner.committee;
  inner.committee = next;
  inner.next_committee = null;
  inner.next_epoch_params = null;
  inner.epoch_state = { variant: 'EpochChangeSync', value: 0 };
  const { storage_price_per_unit_size: storage, write_price_per_unit_size: write } = params;
  const isNews = storage !== state.storage_price_per_unit_size || write !== state.write_price_per_unit_size;
  if (isNews) setPrices(runtime, state, storage, write);
  if (isSame) finishChange(runtime, inner);
}

function finishChange(runtime: Runtime, inner: StakingInnerValue): void {
  inner.epoch_state = { variant: 'EpochChangeDone', value: BigInt(runtime.nowMs) };
  runtime.emit('EpochChangeDone', { epoch: inner.epoch });
}

export function setPrices(runtime: Runtime, state: SystemInnerValue, storage: bigint, write: bigint): void {
  state.storage_price_per_unit_size = storage;
  state.write_price_per_unit_size = write;
  runtime.emit('PricesUpdated', { epoch: state.committee.epoch, storage_price: storage, write_price: write });
}

/** A node's word that it holds its shards of this epoch; the last word of two thirds ends the change. */
function syncDone(runtime: Runtime, inner: StakingInnerValue, cap: NodeCapValue, epoch: number): void {
  const abort = (name: string): never =>
    moveAbort(runtime.world.packages.walrusCall, 'staking_inner::epoch_sync_done', name);
  if (epoch !== inner.epoch) abort('EInvalidSyncEpoch');
  if (cap.last_epoch_sync_done >= epoch) abort('EDuplicateSyncDone');
  const shards = inner.committee.pos0.get(cap.node_id);
  if (shards === undefined) return abort('ENotInCommittee');
  cap.last_epoch_sync_done = epoch;
  runtime.emit('ShardsReceived', { epoch, shards });
  const { variant, value } = inner.epoch_state;
  // Two thirds were faster.
  if (variant !== 'EpochChangeSync' || typeof value !== 'number') return;
  const weight = value + shards.length;
  if (3 * weight >= 2 * inner.n_shards + 1) finishChange(runtime, inner);
  else inner.epoch_state = { variant: 'EpochChangeSync', value: weight };
}

export const stakingFunctions: readonly FunctionDeclaration[] = [
  moveFunction<[RootValue]>('walrus::staking::epoch(&Staking): u32', ({ runtime }, staking) => [
    stakingInner(runtime, staking).epoch,
  ]),
  moveFunction<[RootValue, RootValue]>(
    'walrus::staking::voting_end(&mut Staking, &System)',
    ({ runtime }, staking, system) => {
      const inner = stakingInner(runtime, staking);
      const doneMs = changedAtMs(inner) ?? wrongState(runtime, 'voting_end');
      if (BigInt(runtime.nowMs) < doneMs + inner.epoch_duration / 2n) wrongState(runtime, 'voting_end');
      endVoting(runtime, inner, innerOf(runtime, system));
      return [];
    },
  ),
  moveFunction<[RootValue, RootValue]>(
    'walrus::staking::initiate_epoch_change(&mut Staking, &mut System)',
    ({ runtime }, staking, system) => {
      const inner = stakingInner(runtime, staking);
      if (runtime.nowMs < epochEndMs(inner)) wrongState(runtime, 'initiate_epoch_change');
      changeEpoch(runtime, inner, innerOf(runtime, system));
      return [];
    },
  ),
  moveFunction<[RootValue, NodeCapValue, number]>(
    'walrus::staking::epoch_sync_done(&mut Staking, &mut walrus::storage_node::StorageNodeCap, u32)',
    ({ runtime }, staking, cap, epoch) => {
      syncDone(runtime, stakingInner(runtime, staking), cap, epoch);
      return [];
    },
  ),
];
