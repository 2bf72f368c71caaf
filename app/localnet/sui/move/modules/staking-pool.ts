/** A node on chain: its staking pool, under the table of pools, and the capability by which it speaks. */
import type { Runtime } from '../runtime.ts';
import type { StakingInnerValue } from '../values.ts';

export interface PoolOf {
  readonly name: string;
  readonly networkAddress: string;
  /** BLS12-381 key in G1, uncompressed, 96 bytes. */
  readonly publicKey: Uint8Array;
  readonly networkPublicKey: Uint8Array;
}

interface PoolParts extends PoolOf {
  readonly id: string;
  /** Makes the ids of the objects inside. */
  readonly freshId: () => string;
  readonly epoch: number;
  readonly storagePrice: bigint;
  readonly writePrice: bigint;
  readonly capacityBytes: bigint;
  /** FROST. */
  readonly stake: bigint;
  readonly owner: string;
}

/** The value of a `StakingPool` in its first state. */
export function poolValue(parts: PoolParts) {
  const none = { pos0: new Map<number, bigint>() };
  const { id, freshId, owner } = parts;
  return {
    id,
    state: { variant: 'Active', value: null },
    voting_params: {
      storage_price: parts.storagePrice,
      write_price: parts.writePrice,
      node_capacity: parts.capacityBytes,
    },
    node_info: {
      name: parts.name,
      node_id: id,
      network_address: parts.networkAddress,
      public_key: { bytes: parts.publicKey },
      next_epoch_public_key: null,
      network_public_key: parts.networkPublicKey,
      metadata: { id: freshId() },
    },
    activation_epoch: 0,
    latest_epoch: parts.epoch,
    wal_balance: parts.stake,
    num_shares: parts.stake,
    pending_shares_withdraw: none,
    pre_active_withdrawals: none,
    pending_commission_rate: none,
    commission_rate: 0,
    exchange_rates: { id: freshId(), size: 0n },
    pending_stake: none,
    rewards_pool: 0n,
    commission: 0n,
    commission_receiver: { variant: 'Address', value: owner },
    governance_authorized: { variant: 'Address', value: owner },
    extra_fields: { id: freshId(), size: 0n },
  };
}

export function newCap(id: string, nodeId: string) {
  return {
    id,
    node_id: nodeId,
    last_epoch_sync_done: 0,
    last_event_blob_attestation: null,
    deny_list_root: 0n,
    deny_list_sequence: 0n,
    deny_list_size: 0n,
  };
}

/** Enters a node that has no stake yet and votes as the prices are. */
export function newPool(runtime: Runtime, inner: StakingInnerValue, node: PoolOf, prices: Prices): string {
  const { world } = runtime;
  const id = runtime.freshId();
  const value = poolValue({
    ...node,
    id,
    freshId: () => runtime.freshId(),
    epoch: inner.epoch,
    storagePrice: prices.storage,
    writePrice: prices.write,
    capacityBytes: prices.capacityBytes,
    stake: 0n,
    owner: runtime.operator,
  });
  const type = world.type('walrus::staking_pool::StakingPool');
  runtime.addObjectField(inner.pools.id, { type: world.type('ID'), value: id }, { type, value });
  inner.pools.size += 1n;
  return id;
}

interface Prices {
  readonly storage: bigint;
  readonly write: bigint;
  readonly capacityBytes: bigint;
}
