/** The Move structs of Walrus as TypeScript sees them in memory; fields as in `structs.ts`. Bodies of Move functions change them in place. */

export interface CoinValue {
  readonly id: string;
  balance: bigint;
}

export interface StorageValue {
  readonly id: string;
  start_epoch: number;
  end_epoch: number;
  storage_size: bigint;
}

export interface BlobValue {
  readonly id: string;
  readonly registered_epoch: number;
  readonly blob_id: bigint;
  readonly size: bigint;
  readonly encoding_type: number;
  certified_epoch: number | null;
  readonly storage: StorageValue;
  readonly deletable: boolean;
}

export interface SharedBlobValue {
  readonly id: string;
  readonly blob: BlobValue;
  funds: bigint;
}

export interface MetadataValue {
  readonly metadata: Map<string, string>;
}

export interface PoolValue {
  readonly id: string;
  readonly version: bigint;
}

export interface PoolInnerValue {
  readonly storage: StorageValue;
  used_encoded_bytes: bigint;
  blob_count: bigint;
  readonly blobs: TableValue;
}

export interface PooledBlobValue {
  readonly id: string;
  readonly registered_epoch: number;
  readonly blob_id: bigint;
  readonly unencoded_size: bigint;
  readonly encoding_type: number;
  certified_epoch: number | null;
  readonly storage_pool_id: string;
  readonly deletable: boolean;
}

interface TableValue {
  readonly id: string;
  size: bigint;
}

export interface RootValue {
  readonly id: string;
  readonly version: bigint;
  readonly package_id: string;
  readonly new_package_id: string | null;
}

export interface BlsCommitteeValue {
  readonly members: readonly {
    readonly public_key: { readonly bytes: Uint8Array };
    readonly weight: number;
    readonly node_id: string;
  }[];
  readonly n_shards: number;
  readonly epoch: number;
  readonly total_aggregated_key: { readonly bytes: Uint8Array };
}

export interface AccountingValue {
  epoch: number;
  used_capacity: bigint;
  rewards_to_distribute: bigint;
}

export interface RingValue {
  current_index: number;
  readonly length: number;
  readonly ring_buffer: AccountingValue[];
}

export interface SystemInnerValue {
  committee: BlsCommitteeValue;
  total_capacity_size: bigint;
  used_capacity_size: bigint;
  storage_price_per_unit_size: bigint;
  write_price_per_unit_size: bigint;
  readonly future_accounting: RingValue;
  readonly event_blob_certification_state: unknown;
  readonly deny_list_sizes: { readonly id: string };
}

export type CommitteeValue = { readonly pos0: ReadonlyMap<string, readonly number[]> };

interface EpochParamsValue {
  readonly total_capacity_size: bigint;
  readonly storage_price_per_unit_size: bigint;
  readonly write_price_per_unit_size: bigint;
}

export interface StakingInnerValue {
  readonly n_shards: number;
  readonly epoch_duration: bigint;
  readonly first_epoch_start: bigint;
  readonly pools: TableValue;
  epoch: number;
  readonly active_set: { readonly id: string };
  next_committee: CommitteeValue | null;
  committee: CommitteeValue;
  previous_committee: CommitteeValue;
  next_epoch_params: EpochParamsValue | null;
  epoch_state: { readonly variant: string; readonly value: unknown };
  readonly next_epoch_public_keys: { readonly id: string };
}

export interface StakingPoolValue {
  readonly id: string;
  state: { readonly variant: string; readonly value: unknown };
  readonly voting_params: { storage_price: bigint; write_price: bigint; readonly node_capacity: bigint };
  /** FROST staked with the node. */
  wal_balance: bigint;
  readonly node_info: {
    readonly name: string;
    readonly node_id: string;
    network_address: string;
    readonly public_key: { readonly bytes: Uint8Array };
    readonly [field: string]: unknown;
  };
  rewards_pool: bigint;
  readonly [field: string]: unknown;
}

export interface NodeCapValue {
  readonly id: string;
  readonly node_id: string;
  last_epoch_sync_done: number;
}

export interface StakedWalValue {
  readonly id: string;
  state: { readonly variant: string; readonly value: unknown };
  readonly node_id: string;
  readonly principal: bigint;
  readonly activation_epoch: number;
}

export interface ExchangeValue {
  readonly id: string;
  wal: bigint;
  sui: bigint;
  readonly rate: { readonly wal: bigint; readonly sui: bigint };
  readonly admin: string;
}

export interface BagValue {
  readonly id: string;
  size: bigint;
}
