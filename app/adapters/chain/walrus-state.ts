/**
 * What the System and Staking objects say: prices, epoch, package ids, committees (walrus-protocol sections 5.2 and 5.6). Read afresh every
 * time; only the type of WAL, which cannot change, and the versions last seen are kept (a version that moved is read again).
 */
import { normalizeStructTag, parseStructTag } from '@mysten/sui/utils';
import type { Committee, CommitteeMember, NetworkState } from '../../domain/committee.ts';
import { Fault } from '../../domain/fault.ts';
import type { SuiId } from '../../domain/ids.ts';
import { parseSuiId } from '../../domain/ids.ts';
import { storageUnits } from '../../domain/redstuff.ts';
import {
  decodeExactly,
  safeNumber,
  stakingInnerLayout,
  stakingPoolLayout,
  systemInnerLayout,
  unknownShape,
  versionedRootLayout,
} from './layouts.ts';
import { epochLookMs, epochLooksMax, membersMax } from './limits.ts';
import type { ChainObject, Remote } from './remote.ts';
import { contentOf, innerFieldId, innerOf, isType } from './remote.ts';

type SystemInner = ReturnType<typeof systemInnerLayout.parse>;
type StakingInner = ReturnType<typeof stakingInnerLayout.parse>;
type StakingPool = ReturnType<typeof stakingPoolLayout.parse>;
type ShardMap = StakingInner['committee'];

export interface WalrusNow {
  /** The first version of the Walrus package: types and events carry it. */
  readonly typePackage: SuiId;
  /** The current version: calls go to it. */
  readonly callPackage: SuiId;
  readonly epoch: number;
  /** FROST for each unit of 1 MiB: of storage for one epoch, of writing once. */
  readonly storagePrice: bigint;
  readonly writePrice: bigint;
}

export interface WalrusState {
  now(signal: AbortSignal | undefined): Promise<WalrusNow>;
  network(signal: AbortSignal | undefined): Promise<NetworkState>;
  /** The coin type of WAL, in normal form. */
  walType(signal: AbortSignal | undefined): Promise<string>;
}

/** FROST for `bytes` of encoded storage over `epochs` (walrus-protocol section 5.5). */
export function storageCost(now: WalrusNow, bytes: number, epochs: number): bigint {
  return BigInt(storageUnits(bytes)) * now.storagePrice * BigInt(epochs);
}

export function writeCost(now: WalrusNow, encodedBytes: number): bigint {
  return BigInt(storageUnits(encodedBytes)) * now.writePrice;
}

interface Roots {
  readonly system: ChainObject;
  readonly systemInner: SystemInner;
  readonly stakingInner: StakingInner | undefined;
}

export function openWalrusState(remote: Remote): WalrusState {
  const versions = new Map<SuiId, bigint>();
  let wal: string | undefined;
  const now: WalrusState['now'] = async (signal) => nowFrom(await readRoots(remote, versions, false, signal));
  return {
    now,
    async network(signal) {
      for (let look = 0; look < epochLooksMax; look++) {
        if (look > 0) await remote.ask(() => remote.clock.sleep(epochLookMs, signal), signal);
        const { systemInner, stakingInner } = await readRoots(remote, versions, true, signal);
        if (stakingInner === undefined) throw unknownShape('its Staking object');
        if (systemInner.committee.epoch !== stakingInner.epoch) continue;
        return await networkFrom(remote, systemInner, stakingInner, signal);
      }
      throw new Fault('network-unreachable', 'later', 'The storage network is changing its epoch at this moment.');
    },
    async walType(signal) {
      wal ??= await readWalType(remote, (await now(signal)).typePackage, signal);
      return wal;
    },
  };
}

/** Reads System and, if asked, Staking with their inner states, in one question when the versions are the ones seen before. */
async function readRoots(
  remote: Remote,
  versions: Map<SuiId, bigint>,
  withStaking: boolean,
  signal: AbortSignal | undefined,
): Promise<Roots> {
  await remote.checked(signal);
  const { systemObjectId, stakingObjectId } = remote.endpoint;
  const roots = withStaking ? [systemObjectId, stakingObjectId] : [systemObjectId];
  const guessed = roots.map((id) => innerFieldId(id, versions.get(id) ?? 0n));
  const isGuess = roots.every((id) => versions.has(id));
  const first = await remote.objects(isGuess ? [...roots, ...guessed] : roots, signal);
  const wanted = roots.map((id, i) => {
    const root = first[i];
    if (root === undefined) throw notThisNetwork(remote);
    const module = i === 0 ? (['system', 'System'] as const) : (['staking', 'Staking'] as const);
    const version = BigInt(contentOf(root, module, versionedRootLayout).version);
    versions.set(id, version);
    return innerFieldId(id, version);
  });
  const isRight = isGuess && wanted.every((id, i) => id === guessed[i]);
  const inner = isRight ? first.slice(roots.length) : await remote.objects(wanted, signal);
  const system = first[0];
  if (system === undefined) throw notThisNetwork(remote);
  return {
    system,
    systemInner: innerOf(inner[0], ['system_state_inner', 'SystemStateInnerV1'], systemInnerLayout),
    stakingInner: withStaking ? innerOf(inner[1], ['staking_inner', 'StakingInnerV1'], stakingInnerLayout) : undefined,
  };
}

function notThisNetwork(remote: Remote): Fault {
  return new Fault(
    'network-mismatch',
    'after-user',
    `This Sui network has no Walrus at the ids that Floe knows for ${remote.endpoint.network}.`,
  );
}

function nowFrom({ system, systemInner }: Roots): WalrusNow {
  return {
    typePackage: parseSuiId(system.type.address),
    callPackage: parseSuiId(contentOf(system, ['system', 'System'], versionedRootLayout).package_id),
    epoch: systemInner.committee.epoch,
    storagePrice: BigInt(systemInner.storage_price_per_unit_size),
    writePrice: BigInt(systemInner.write_price_per_unit_size),
  };
}

async function readWalType(remote: Remote, typePackage: SuiId, signal: AbortSignal | undefined): Promise<string> {
  const { function: stake } = await remote.ask(
    () =>
      remote.client.core.getMoveFunction({
        packageId: typePackage,
        moduleName: 'staking',
        name: 'stake_with_pool',
        ...(signal ? { signal } : {}),
      }),
    signal,
  );
  const coin = stake.parameters[1]?.body;
  const held = coin?.$kind === 'datatype' ? coin.datatype.typeParameters[0] : undefined;
  if (coin?.$kind !== 'datatype' || held?.$kind !== 'datatype') throw unknownShape('the type of WAL');
  const type = parseStructTag(coin.datatype.typeName);
  if (!isType(type, 'coin', 'Coin') || parseSuiId(type.address) !== parseSuiId('0x2'))
    throw unknownShape('the type of WAL');
  return normalizeStructTag(held.datatype.typeName);
}

async function networkFrom(
  remote: Remote,
  system: SystemInner,
  staking: StakingInner,
  signal: AbortSignal | undefined,
): Promise<NetworkState> {
  const before = staking.previous_committee.contents;
  const nodeIds = new Set([...staking.committee.contents, ...before].map((entry) => parseSuiId(entry.key)));
  if (nodeIds.size > 2 * membersMax) throw unknownShape('its committee');
  const pools = await readPools(remote, [...nodeIds], signal);
  const epochDurationMs = safeNumber(staking.epoch_duration, 'its epoch duration');
  const state = staking.epoch_state;
  return {
    committee: currentCommittee(system, staking, pools),
    previousCommittee: before.length === 0 ? undefined : previousCommittee(staking, pools),
    isChanging: state.$kind === 'EpochChangeSync',
    epoch: staking.epoch,
    epochDurationMs,
    nextEpochAtMs: nextEpochAtMs(staking, epochDurationMs, remote.clock.now()),
    epochsAheadMax: system.future_accounting.length,
    storagePrice: BigInt(system.storage_price_per_unit_size),
    writePrice: BigInt(system.write_price_per_unit_size),
  };
}

/** While shards are still moving nobody knows the end of the change; then the least is an epoch from now. */
function nextEpochAtMs(staking: StakingInner, epochDurationMs: number, nowMs: number): number {
  const state = staking.epoch_state;
  if (staking.epoch === 0) return safeNumber(staking.first_epoch_start, 'its first epoch');
  if (state.$kind === 'EpochChangeSync') return nowMs + epochDurationMs;
  const doneMs = state.$kind === 'EpochChangeDone' ? state.EpochChangeDone : state.NextParamsSelected;
  return safeNumber(doneMs, 'its epoch state') + epochDurationMs;
}

async function readPools(
  remote: Remote,
  nodeIds: readonly SuiId[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<SuiId, StakingPool>> {
  const pools = new Map<SuiId, StakingPool>();
  for (const object of await remote.objects(nodeIds, signal)) {
    if (object === undefined) continue;
    if (!isType(object.type, 'staking_pool', 'StakingPool')) throw unknownShape(`the storage node ${object.id}`);
    pools.set(object.id, decodeExactly(stakingPoolLayout, object.content, `the storage node ${object.id}`));
  }
  return pools;
}

/** Joins the System's members, in their order (bit i of a signer bitmap is member i), with Staking's shards and the pools' addresses. */
function currentCommittee(
  system: SystemInner,
  staking: StakingInner,
  pools: ReadonlyMap<SuiId, StakingPool>,
): Committee {
  const { members, n_shards: shards, epoch } = system.committee;
  const what = 'its committee';
  const shardsOf = shardLists(staking.committee, shards, what);
  if (members.length !== shardsOf.size || shards !== staking.n_shards) throw unknownShape(what);
  return {
    epoch,
    shards,
    members: members.map((member, index) => {
      const nodeId = parseSuiId(member.node_id);
      const held = shardsOf.get(nodeId);
      const pool = pools.get(nodeId);
      if (held?.length !== member.weight || pool === undefined) throw unknownShape(what);
      return memberFrom(index, pool, member.public_key.bytes, held);
    }),
  };
}

/** For reading only, so a node that left for good may be missing, and a key may be newer than its epoch. */
function previousCommittee(staking: StakingInner, pools: ReadonlyMap<SuiId, StakingPool>): Committee {
  const members: CommitteeMember[] = [];
  [...shardLists(staking.previous_committee, staking.n_shards, 'its previous committee')].forEach(
    ([nodeId, shards], index) => {
      const pool = pools.get(nodeId);
      if (pool !== undefined) members.push(memberFrom(index, pool, pool.node_info.public_key.bytes, shards));
    },
  );
  return { epoch: staking.epoch - 1, shards: staking.n_shards, members };
}

function memberFrom(
  index: number,
  pool: StakingPool,
  publicKey: Uint8Array,
  shards: readonly number[],
): CommitteeMember {
  if (publicKey.length !== 96) throw unknownShape('the key of a storage node');
  const { name, network_address: networkAddress } = pool.node_info;
  return { index, nodeId: parseSuiId(pool.id), name, networkAddress, publicKey: Uint8Array.from(publicKey), shards };
}

/** Each shard belongs to exactly one member. */
function shardLists(map: ShardMap, shards: number, what: string): ReadonlyMap<SuiId, readonly number[]> {
  const lists = new Map<SuiId, readonly number[]>();
  const seen = new Set<number>();
  for (const { key, value } of map.contents) {
    for (const shard of value) if (shard < shards) seen.add(shard);
    lists.set(parseSuiId(key), value);
  }
  const held = map.contents.reduce((sum, { value }) => sum + value.length, 0);
  if (seen.size !== shards || held !== shards || lists.size !== map.contents.length) throw unknownShape(what);
  return lists;
}
