/**
 * BCS layouts of the Move objects that Floe reads (walrus-protocol section 5.2; field order is byte order). Reading is strict: bytes that
 * are not exactly one canonical value of the layout are a fault 'network-mismatch', never a guess.
 */
import type { BcsType } from '@mysten/sui/bcs';
import { bcs } from '@mysten/sui/bcs';
import { sameBytes } from '../../domain/bytes.ts';
import { Fault } from '../../domain/fault.ts';

const id = bcs.Address;
const balance = bcs.struct('Balance', { value: bcs.u64() });
/** Table, ObjectTable and Bag are laid out alike. */
const table = bcs.struct('Table', { id, size: bcs.u64() });
const extendedField = bcs.struct('ExtendedField', { id });
const element = bcs.struct('Element', { bytes: bcs.byteVector() });

function vecMap<K, KInput, V, VInput>(key: BcsType<K, KInput>, value: BcsType<V, VInput>) {
  return bcs.struct('VecMap', { contents: bcs.vector(bcs.struct('Entry', { key, value })) });
}

export const bagLayout = table;

/** System and Staking have the same outer form. */
export const versionedRootLayout = bcs.struct('System', {
  id,
  version: bcs.u64(),
  package_id: id,
  new_package_id: bcs.option(id),
});

const blsCommittee = bcs.struct('BlsCommittee', {
  members: bcs.vector(bcs.struct('BlsCommitteeMember', { public_key: element, weight: bcs.u16(), node_id: id })),
  n_shards: bcs.u16(),
  epoch: bcs.u32(),
  total_aggregated_key: element,
});

const futureAccounting = bcs.struct('FutureAccounting', {
  epoch: bcs.u32(),
  used_capacity: bcs.u64(),
  rewards_to_distribute: balance,
});

const eventBlob = bcs.struct('EventBlob', { blob_id: bcs.u256(), ending_checkpoint_sequence_number: bcs.u64() });

export const systemInnerLayout = bcs.struct('SystemStateInnerV1', {
  committee: blsCommittee,
  total_capacity_size: bcs.u64(),
  used_capacity_size: bcs.u64(),
  storage_price_per_unit_size: bcs.u64(),
  write_price_per_unit_size: bcs.u64(),
  future_accounting: bcs.struct('FutureAccountingRingBuffer', {
    current_index: bcs.u32(),
    /** The most epochs that can be paid ahead. */
    length: bcs.u32(),
    ring_buffer: bcs.vector(futureAccounting),
  }),
  event_blob_certification_state: bcs.struct('EventBlobCertificationState', {
    latest_certified_blob: bcs.option(eventBlob),
    aggregate_weight_per_blob: vecMap(eventBlob, bcs.u16()),
  }),
  deny_list_sizes: extendedField,
});

/** A one-field tuple struct: node id -> shard indices. */
const committee = vecMap(id, bcs.vector(bcs.u16()));

export const stakingInnerLayout = bcs.struct('StakingInnerV1', {
  n_shards: bcs.u16(),
  /** ms */
  epoch_duration: bcs.u64(),
  /** ms since 1970 */
  first_epoch_start: bcs.u64(),
  pools: table,
  epoch: bcs.u32(),
  active_set: extendedField,
  next_committee: bcs.option(committee),
  committee,
  previous_committee: committee,
  next_epoch_params: bcs.option(
    bcs.struct('EpochParams', {
      total_capacity_size: bcs.u64(),
      storage_price_per_unit_size: bcs.u64(),
      write_price_per_unit_size: bcs.u64(),
    }),
  ),
  /** The numbers are the weight that is in step, or the ms since 1970 at which the epoch's change was done. */
  epoch_state: bcs.enum('EpochState', {
    EpochChangeSync: bcs.u16(),
    EpochChangeDone: bcs.u64(),
    NextParamsSelected: bcs.u64(),
  }),
  next_epoch_public_keys: extendedField,
});

const pendingValues = vecMap(bcs.u32(), bcs.u64());
const authorized = bcs.enum('Authorized', { Address: bcs.Address, ObjectID: bcs.Address });

export const stakingPoolLayout = bcs.struct('StakingPool', {
  id,
  state: bcs.enum('PoolState', { Active: null, Withdrawing: bcs.u32(), Withdrawn: null }),
  voting_params: bcs.struct('VotingParams', {
    storage_price: bcs.u64(),
    write_price: bcs.u64(),
    node_capacity: bcs.u64(),
  }),
  node_info: bcs.struct('StorageNodeInfo', {
    name: bcs.string(),
    node_id: id,
    network_address: bcs.string(),
    public_key: element,
    next_epoch_public_key: bcs.option(element),
    network_public_key: bcs.byteVector(),
    metadata: extendedField,
  }),
  activation_epoch: bcs.u32(),
  latest_epoch: bcs.u32(),
  wal_balance: bcs.u64(),
  num_shares: bcs.u64(),
  pending_shares_withdraw: pendingValues,
  pre_active_withdrawals: pendingValues,
  pending_commission_rate: pendingValues,
  commission_rate: bcs.u16(),
  exchange_rates: table,
  pending_stake: pendingValues,
  rewards_pool: balance,
  commission: balance,
  commission_receiver: authorized,
  governance_authorized: authorized,
  extra_fields: table,
});

export const storagePoolLayout = bcs.struct('StoragePool', { id, version: bcs.u64() });

export const storagePoolInnerLayout = bcs.struct('StoragePoolInnerV1', {
  storage: bcs.struct('Storage', {
    id,
    start_epoch: bcs.u32(),
    end_epoch: bcs.u32(),
    storage_size: bcs.u64(),
  }),
  used_encoded_bytes: bcs.u64(),
  blob_count: bcs.u64(),
  blobs: table,
});

export const pooledBlobLayout = bcs.struct('PooledBlob', {
  id,
  registered_epoch: bcs.u32(),
  blob_id: bcs.u256(),
  unencoded_size: bcs.u64(),
  encoding_type: bcs.u8(),
  certified_epoch: bcs.option(bcs.u32()),
  storage_pool_id: id,
  deletable: bcs.bool(),
});

export const exchangeLayout = bcs.struct('Exchange', {
  id,
  /** FROST and MIST that the exchange holds. */
  wal: balance,
  sui: balance,
  /** `wal` FROST are worth `sui` MIST. */
  rate: bcs.struct('ExchangeRate', { wal: bcs.u64(), sui: bcs.u64() }),
  admin: id,
});

/** 0x2::dynamic_field::Field<Name, Value>. */
export function fieldLayout<N, NInput, V, VInput>(name: BcsType<N, NInput>, value: BcsType<V, VInput>) {
  return bcs.struct('Field', { id, name, value });
}

/** A dynamic object field's link: Field<Wrapper<u256>, ID>. */
export const blobLinkLayout = fieldLayout(bcs.struct('Wrapper', { name: bcs.u256() }), bcs.Address);
export const bagFieldLayout = fieldLayout(bcs.byteVector(), bcs.byteVector());

/** Decodes exactly one value that fills `bytes` in its canonical form. */
export function decodeExactly<T, Input>(layout: BcsType<T, Input>, bytes: Uint8Array, what: string): T {
  try {
    const value = layout.parse(bytes);
    // The decoder reads what it needs and accepts odd booleans; writing the value again shows leftovers and second spellings.
    const input: unknown = value;
    if (sameBytes(layout.serialize(input as Input).toBytes(), bytes)) return value;
  } catch (error) {
    throw unknownShape(what, error);
  }
  throw unknownShape(what);
}

/** The fault for a chain object of a form that this version does not know. */
export function unknownShape(what: string, cause?: unknown): Fault {
  return new Fault(
    'network-mismatch',
    'after-user',
    `The network shows ${what} in a form that this version of Floe does not know; a newer Floe may be needed.`,
    cause,
  );
}

/** A u64 or count as a number; larger than 2^53 is not a size that exists. */
export function safeNumber(value: string | bigint, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw unknownShape(what);
  return number;
}
