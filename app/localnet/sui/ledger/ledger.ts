/** Opens a ledger and shows it as the rest of the embedded network uses it. */
import { Fault } from '../../../domain/fault.ts';
import { LedgerCore } from './core.ts';
import type { Executed } from './core.ts';
import type { EventRow } from './database.ts';
import { Operator } from './operator.ts';
import { walrusVersion } from '../move/modules/accounting.ts';
import { apportion, type Staked } from '../move/modules/committee.ts';
import { epochEndMs, isChanging } from '../move/modules/staking.ts';
import { decodeWith } from '../move/runtime.ts';
import type { CommitteeValue, PoolInnerValue, StakingInnerValue, StakingPoolValue } from '../move/values.ts';
import type { CommitteeMember, Ledger, LedgerCommittee, LedgerOptions, NodeOnChain, WalrusEvent } from '../network.ts';

/** Rows read at once when events are listed; most events here are Walrus events. */
const eventPage = 256;

export function openLedger(options: LedgerOptions): Ledger {
  const core = new LedgerCore(options);
  const operator = new Operator(core);
  const walrusEvents = (rows: readonly EventRow[]): readonly WalrusEvent[] =>
    rows.flatMap((row) => walrusEvent(core, row) ?? []);
  return {
    core,
    ids: core.identity.ids,
    committee: () => committeeOf(core, stakingOf(core).committee, core.epoch()),
    previousCommittee: () => {
      const { previous_committee: previous } = stakingOf(core);
      return previous.pos0.size === 0 ? undefined : committeeOf(core, previous, core.epoch() - 1);
    },
    epoch: () => core.epoch(),
    nextEpochAtMs: () => {
      const staking = stakingOf(core);
      return isChanging(staking) ? core.clock.now() + Number(staking.epoch_duration) : epochEndMs(staking);
    },
    isChanging: () => isChanging(stakingOf(core)),
    nodes: () => nodeIdsOf(core).map((nodeId) => nodeOnChain(core, nodeId)),
    nodesEver: () => Number(stakingOf(core).pools.size),
    epochSyncDone: (nodeId, epoch) => {
      const { epoch: now, committee } = stakingOf(core);
      if (epoch === now && committee.pos0.has(nodeId) && !operator.isSyncDone(nodeId, epoch)) {
        operator.syncDone(nodeId, epoch);
      }
    },
    joinNode: (node) => operator.join(node),
    leaveNode: (nodeId) => {
      demandNode(core, nodeId);
      const staying = nodeIdsOf(core).filter((id) => id !== nodeId);
      const { n_shards: shards } = stakingOf(core);
      if (apportion(stakesOf(core, staying), shards) === undefined) {
        throw new Fault('bad-input', 'never', `The other nodes may not hold all ${shards} shards; add one first.`);
      }
      operator.leave(nodeId);
    },
    setStake: (nodeId, stake) => {
      demandNode(core, nodeId);
      operator.setStake(nodeId, stake);
    },
    vote: (nodeId, storage, write) => {
      demandNode(core, nodeId);
      operator.vote(nodeId, storage, write);
    },
    eventsAfter: (sequence, limit) => eventsAfter(core, sequence, limit),
    onEvent: (listener) =>
      core.onExecuted(({ events }: Executed) => {
        const found = walrusEvents(events);
        if (found.length > 0) listener(found);
      }),
    poolEndEpoch: (poolId) => core.fieldValue<PoolInnerValue>(poolId, 'u64', 1n)?.storage.end_epoch,
    setNodeAddresses: (addresses) => {
      const changed = [...addresses].filter(([id, address]) => poolOf(core, id).node_info.network_address !== address);
      operator.setAddresses(changed);
    },
    advanceEpoch: () => {
      if (isChanging(stakingOf(core))) {
        throw new Fault('bad-input', 'later', 'Shards are still moving to the nodes of this epoch.');
      }
      operator.advanceEpoch();
    },
    tick: () => {
      const staking = stakingOf(core);
      if (isChanging(staking)) return false;
      const leftMs = epochEndMs(staking) - core.clock.now();
      const isVoting = staking.epoch_state.variant === 'EpochChangeDone';
      if (leftMs > 0 && leftMs <= Number(staking.epoch_duration) / 2 && isVoting) operator.endVoting();
      if (leftMs > 0) return false;
      operator.advanceEpoch();
      return true;
    },
    setPrices: (storage, write) => operator.setPrices(storage, write),
    fund: (address, mist) => operator.fund(address, mist),
    close: () => core.close(),
  };
}

function stakingOf(core: LedgerCore): StakingInnerValue {
  const inner = core.fieldValue<StakingInnerValue>(core.identity.ids.stakingObjectId, 'u64', walrusVersion);
  if (!inner) throw new Error('a ledger has a staking object');
  return inner;
}

function nodeIdsOf(core: LedgerCore): readonly string[] {
  const list = core.fieldValue<{ readonly nodes: readonly string[] }>(
    stakingOf(core).active_set.id,
    'walrus::extended_field::Key',
    { dummy_field: false },
  );
  if (!list) throw new Error('a ledger has a list of its nodes');
  return list.nodes;
}

function demandNode(core: LedgerCore, nodeId: string): void {
  if (!nodeIdsOf(core).includes(nodeId)) throw new Fault('bad-input', 'never', 'No such storage node is registered.');
}

function stakesOf(core: LedgerCore, nodeIds: readonly string[]): readonly Staked[] {
  return nodeIds.map((nodeId) => ({ nodeId, stake: poolOf(core, nodeId).wal_balance }));
}

function poolOf(core: LedgerCore, nodeId: string): StakingPoolValue {
  const stored = core.object(nodeId);
  if (!stored) throw new Error('every node has a staking pool');
  return core.valueOf<StakingPoolValue>(stored);
}

function nodeOnChain(core: LedgerCore, nodeId: string): NodeOnChain {
  const { node_info: info, wal_balance: stake, voting_params: params, rewards_pool: rewards } = poolOf(core, nodeId);
  const votes = { storage: params.storage_price, write: params.write_price };
  return { nodeId, name: info.name, stake, votes, rewards };
}

function committeeOf(core: LedgerCore, committee: CommitteeValue, epoch: number): LedgerCommittee {
  const members = [...committee.pos0].map(([nodeId, shards]): CommitteeMember => {
    const { node_info: info } = poolOf(core, nodeId);
    return {
      nodeId,
      name: info.name,
      networkAddress: info.network_address,
      publicKey: info.public_key.bytes,
      shards: [...shards],
    };
  });
  return { epoch, shards: members.reduce((sum, member) => sum + member.shards.length, 0), members };
}

function eventsAfter(core: LedgerCore, sequence: number, limit: number): readonly WalrusEvent[] {
  const found: WalrusEvent[] = [];
  for (let after = sequence; found.length < limit;) {
    const rows = core.database.eventsBetween(after, Number.MAX_SAFE_INTEGER, false, eventPage);
    for (const row of rows) {
      const event = walrusEvent(core, row);
      if (event && found.length < limit) found.push(event);
      after = row.sequence;
    }
    if (rows.length < eventPage) break;
  }
  return found;
}

function walrusEvent(core: LedgerCore, row: EventRow): WalrusEvent | undefined {
  const prefix = `${core.identity.packages.walrusType}::events::`;
  if (!row.type.startsWith(prefix)) return undefined;
  const fields = decodeWith(core.world.codec(core.world.type(row.type)), row.contents);
  // The type text and the fields come from the same declaration, so that they fit each other.
  return {
    sequence: row.sequence,
    txDigest: row.transaction,
    eventSequence: row.eventIndex,
    type: row.type.slice(prefix.length),
    fields,
  } as WalrusEvent;
}
