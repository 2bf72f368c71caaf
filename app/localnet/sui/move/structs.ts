/**
 * The Move structs that the stand-in keeps, with abilities and fields in BCS order (walrus-protocol sections 5.2 and 5.3). The text of
 * a field type uses the short names of `world.ts`. A struct that is not here cannot exist on this ledger.
 */

export interface StructDeclaration {
  /** `address::module::Name`, with type parameters counted by the fields that use `T0`, `T1`. */
  readonly path: string;
  readonly abilities: string;
  readonly fields: Readonly<Record<string, string>>;
  /** How many type parameters it has; all are phantom unless a field uses them. */
  readonly parameters?: number;
}

const struct = (
  path: string,
  abilities: string,
  fields: Readonly<Record<string, string>>,
  parameters = 0,
): StructDeclaration => ({ path, abilities, fields, parameters });

const framework: readonly StructDeclaration[] = [
  struct('sui::coin::Coin', 'key store', { id: 'UID', balance: 'u64' }, 1),
  struct('sui::sui::SUI', 'drop', { dummy_field: 'bool' }),
  struct('wal::wal::WAL', 'drop', { dummy_field: 'bool' }),
  struct('sui::bag::Bag', 'key store', { id: 'UID', size: 'u64' }),
  struct('sui::table::Table', 'key store', { id: 'UID', size: 'u64' }, 2),
  struct('sui::object_table::ObjectTable', 'key store', { id: 'UID', size: 'u64' }, 2),
  struct('sui::dynamic_field::Field', 'key', { id: 'UID', name: 'T0', value: 'T1' }, 2),
  struct('sui::dynamic_object_field::Wrapper', 'copy drop store', { name: 'T0' }, 1),
  struct('sui::group_ops::Element', 'copy drop store', { bytes: 'vector<u8>' }, 1),
  struct('sui::bls12381::G1', '', {}),
  struct('sui::bls12381::UncompressedG1', '', {}),
  struct('exchange::wal_exchange::ExchangeRate', 'copy drop store', { wal: 'u64', sui: 'u64' }),
  struct('exchange::wal_exchange::Exchange', 'key store', {
    id: 'UID',
    wal: 'Balance<WAL>',
    sui: 'Balance<SUI>',
    rate: 'exchange::wal_exchange::ExchangeRate',
    admin: 'ID',
  }),
];

const storage: readonly StructDeclaration[] = [
  struct('walrus::storage_resource::Storage', 'key store', {
    id: 'UID',
    start_epoch: 'u32',
    end_epoch: 'u32',
    storage_size: 'u64',
  }),
  struct('walrus::blob::Blob', 'key store', {
    id: 'UID',
    registered_epoch: 'u32',
    blob_id: 'u256',
    size: 'u64',
    encoding_type: 'u8',
    certified_epoch: 'Option<u32>',
    storage: 'Storage',
    deletable: 'bool',
  }),
  struct('walrus::metadata::Metadata', 'drop store', { metadata: 'VecMap<String,String>' }),
  struct('walrus::shared_blob::SharedBlob', 'key store', { id: 'UID', blob: 'Blob', funds: 'Balance<WAL>' }),
  struct('walrus::storage_pool::StoragePool', 'key store', { id: 'UID', version: 'u64' }),
  struct('walrus::storage_pool::StoragePoolInnerV1', 'store', {
    storage: 'Storage',
    used_encoded_bytes: 'u64',
    blob_count: 'u64',
    blobs: 'sui::object_table::ObjectTable<u256,walrus::storage_pool::PooledBlob>',
  }),
  struct('walrus::storage_pool::PooledBlob', 'key store', {
    id: 'UID',
    registered_epoch: 'u32',
    blob_id: 'u256',
    unencoded_size: 'u64',
    encoding_type: 'u8',
    certified_epoch: 'Option<u32>',
    storage_pool_id: 'ID',
    deletable: 'bool',
  }),
];

const system: readonly StructDeclaration[] = [
  struct('walrus::system::System', 'key', {
    id: 'UID',
    version: 'u64',
    package_id: 'ID',
    new_package_id: 'Option<ID>',
  }),
  struct('walrus::bls_aggregate::BlsCommitteeMember', 'copy drop store', {
    public_key: 'sui::group_ops::Element<sui::bls12381::UncompressedG1>',
    weight: 'u16',
    node_id: 'ID',
  }),
  struct('walrus::bls_aggregate::BlsCommittee', 'copy drop store', {
    members: 'vector<walrus::bls_aggregate::BlsCommitteeMember>',
    n_shards: 'u16',
    epoch: 'u32',
    total_aggregated_key: 'sui::group_ops::Element<sui::bls12381::G1>',
  }),
  struct('walrus::storage_accounting::FutureAccounting', 'store', {
    epoch: 'u32',
    used_capacity: 'u64',
    rewards_to_distribute: 'Balance<WAL>',
  }),
  struct('walrus::storage_accounting::FutureAccountingRingBuffer', 'store', {
    current_index: 'u32',
    length: 'u32',
    ring_buffer: 'vector<walrus::storage_accounting::FutureAccounting>',
  }),
  struct('walrus::event_blob::EventBlob', 'copy drop store', {
    blob_id: 'u256',
    ending_checkpoint_sequence_number: 'u64',
  }),
  struct('walrus::event_blob::EventBlobCertificationState', 'store', {
    latest_certified_blob: 'Option<walrus::event_blob::EventBlob>',
    aggregate_weight_per_blob: 'VecMap<walrus::event_blob::EventBlob,u16>',
  }),
  struct('walrus::extended_field::ExtendedField', 'key store', { id: 'UID' }, 1),
  struct('walrus::system_state_inner::SystemStateInnerV1', 'store', {
    committee: 'walrus::bls_aggregate::BlsCommittee',
    total_capacity_size: 'u64',
    used_capacity_size: 'u64',
    storage_price_per_unit_size: 'u64',
    write_price_per_unit_size: 'u64',
    future_accounting: 'walrus::storage_accounting::FutureAccountingRingBuffer',
    event_blob_certification_state: 'walrus::event_blob::EventBlobCertificationState',
    deny_list_sizes: 'walrus::extended_field::ExtendedField<VecMap<ID,u64>>',
  }),
];

const staking: readonly StructDeclaration[] = [
  struct('walrus::staking::Staking', 'key', {
    id: 'UID',
    version: 'u64',
    package_id: 'ID',
    new_package_id: 'Option<ID>',
  }),
  struct('walrus::committee::Committee', 'copy drop store', { pos0: 'VecMap<ID,vector<u16>>' }),
  struct('walrus::epoch_parameters::EpochParams', 'copy drop store', {
    total_capacity_size: 'u64',
    storage_price_per_unit_size: 'u64',
    write_price_per_unit_size: 'u64',
  }),
  struct('walrus::staking_inner::StakingInnerV1', 'store', {
    n_shards: 'u16',
    epoch_duration: 'u64',
    first_epoch_start: 'u64',
    pools: 'sui::object_table::ObjectTable<ID,walrus::staking_pool::StakingPool>',
    epoch: 'u32',
    active_set: 'walrus::extended_field::ExtendedField<u64>',
    next_committee: 'Option<walrus::committee::Committee>',
    committee: 'walrus::committee::Committee',
    previous_committee: 'walrus::committee::Committee',
    next_epoch_params: 'Option<walrus::epoch_parameters::EpochParams>',
    epoch_state: 'walrus::staking_inner::EpochState',
    next_epoch_public_keys: 'walrus::extended_field::ExtendedField<u64>',
  }),
  struct('walrus::staking_pool::VotingParams', 'copy drop store', {
    storage_price: 'u64',
    write_price: 'u64',
    node_capacity: 'u64',
  }),
  struct('walrus::pending_values::PendingValues', 'drop store', { pos0: 'VecMap<u32,u64>' }),
  struct('walrus::storage_node::StorageNodeInfo', 'store', {
    name: 'String',
    node_id: 'ID',
    network_address: 'String',
    public_key: 'sui::group_ops::Element<sui::bls12381::UncompressedG1>',
    next_epoch_public_key: 'Option<sui::group_ops::Element<sui::bls12381::UncompressedG1>>',
    network_public_key: 'vector<u8>',
    metadata: 'walrus::extended_field::ExtendedField<u64>',
  }),
  struct('walrus::staking_pool::StakingPool', 'key store', {
    id: 'UID',
    state: 'walrus::staking_pool::PoolState',
    voting_params: 'walrus::staking_pool::VotingParams',
    node_info: 'walrus::storage_node::StorageNodeInfo',
    activation_epoch: 'u32',
    latest_epoch: 'u32',
    wal_balance: 'u64',
    num_shares: 'u64',
    pending_shares_withdraw: 'walrus::pending_values::PendingValues',
    pre_active_withdrawals: 'walrus::pending_values::PendingValues',
    pending_commission_rate: 'walrus::pending_values::PendingValues',
    commission_rate: 'u16',
    exchange_rates: 'sui::table::Table<u32,u64>',
    pending_stake: 'walrus::pending_values::PendingValues',
    rewards_pool: 'Balance<WAL>',
    commission: 'Balance<WAL>',
    commission_receiver: 'walrus::auth::Authorized',
    governance_authorized: 'walrus::auth::Authorized',
    extra_fields: 'sui::bag::Bag',
  }),
  struct('walrus::staked_wal::StakedWal', 'key store', {
    id: 'UID',
    state: 'walrus::staked_wal::StakedWalState',
    node_id: 'ID',
    principal: 'Balance<WAL>',
    activation_epoch: 'u32',
  }),
  struct('walrus::extended_field::Key', 'copy drop store', { dummy_field: 'bool' }),
  // The real one has stakes and a threshold too; here every registered node that stays is in it.
  struct('walrus::active_set::ActiveSet', 'store', { nodes: 'vector<ID>' }),
  struct('walrus::storage_node::Attestation', 'copy drop store', {
    checkpoint_sequence_num: 'u64',
    epoch: 'u32',
  }),
  struct('walrus::storage_node::StorageNodeCap', 'key store', {
    id: 'UID',
    node_id: 'ID',
    last_epoch_sync_done: 'u32',
    last_event_blob_attestation: 'Option<walrus::storage_node::Attestation>',
    deny_list_root: 'u256',
    deny_list_sequence: 'u64',
    deny_list_size: 'u64',
  }),
];

const event = (name: string, fields: Readonly<Record<string, string>>): StructDeclaration =>
  struct(`walrus::events::${name}`, 'copy drop', fields);

const events: readonly StructDeclaration[] = [
  event('BlobRegistered', {
    epoch: 'u32',
    blob_id: 'u256',
    size: 'u64',
    encoding_type: 'u8',
    end_epoch: 'u32',
    deletable: 'bool',
    object_id: 'ID',
  }),
  event('BlobCertified', {
    epoch: 'u32',
    blob_id: 'u256',
    end_epoch: 'u32',
    deletable: 'bool',
    object_id: 'ID',
    is_extension: 'bool',
  }),
  event('BlobDeleted', {
    epoch: 'u32',
    blob_id: 'u256',
    end_epoch: 'u32',
    object_id: 'ID',
    was_certified: 'bool',
  }),
  event('InvalidBlobID', { epoch: 'u32', blob_id: 'u256' }),
  event('EpochChangeStart', { epoch: 'u32' }),
  event('EpochChangeDone', { epoch: 'u32' }),
  event('EpochParametersSelected', { next_epoch: 'u32' }),
  event('ShardsReceived', { epoch: 'u32', shards: 'vector<u16>' }),
  event('PricesUpdated', { epoch: 'u32', storage_price: 'u64', write_price: 'u64' }),
  event('StoragePoolCreated', {
    epoch: 'u32',
    storage_pool_id: 'ID',
    reserved_encoded_capacity_bytes: 'u64',
    start_epoch: 'u32',
    end_epoch: 'u32',
  }),
  event('StoragePoolExtended', { epoch: 'u32', storage_pool_id: 'ID', new_end_epoch: 'u32' }),
  event('PooledBlobRegistered', {
    epoch: 'u32',
    blob_id: 'u256',
    unencoded_size: 'u64',
    encoding_type: 'u8',
    deletable: 'bool',
    object_id: 'ID',
    storage_pool_id: 'ID',
  }),
  event('PooledBlobCertified', {
    epoch: 'u32',
    blob_id: 'u256',
    deletable: 'bool',
    object_id: 'ID',
    storage_pool_id: 'ID',
  }),
  event('PooledBlobDeleted', {
    epoch: 'u32',
    blob_id: 'u256',
    object_id: 'ID',
    was_certified: 'bool',
    storage_pool_id: 'ID',
  }),
];

export const structDeclarations: readonly StructDeclaration[] = [
  ...framework,
  ...storage,
  ...system,
  ...staking,
  ...events,
];

/** Enums of the staking objects: each variant with the type of its one field, or nothing. */
export const enumDeclarations: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  'walrus::staking_inner::EpochState': { EpochChangeSync: 'u16', EpochChangeDone: 'u64', NextParamsSelected: 'u64' },
  'walrus::staked_wal::StakedWalState': { Staked: null, Withdrawing: 'u32' },
  'walrus::staking_pool::PoolState': { Active: null, Withdrawing: 'u32', Withdrawn: null },
  'walrus::auth::Authorized': { Address: 'address', ObjectID: 'ID' },
};
