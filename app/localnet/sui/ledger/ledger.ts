/** Opens a ledger and shows it as the rest of the embedded network uses it. */
import { LedgerCore } from './core.ts';
import type { Executed } from './core.ts';
import type { EventRow } from './database.ts';
import { Operator } from './operator.ts';
import { walrusVersion } from '../move/modules/accounting.ts';
import { epochEndMs } from '../move/modules/staking.ts';
import { decodeWith } from '../move/runtime.ts';
import type { CommitteeValue, PoolInnerValue, StakingInnerValue, StakingPoolValue } from '../move/values.ts';
import type { CommitteeMember, Ledger, LedgerCommittee, LedgerOptions, WalrusEvent } from '../network.ts';

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
    nextEpochAtMs: () => epochEndMs(stakingOf(core)),
    eventsAfter: (sequence, limit) => eventsAfter(core, sequence, limit),
    onEvent: (listener) =>
      core.onExecuted(({ events }: Executed) => {
        const found = walrusEvents(events);
        if (found.length > 0) listener(found);
      }),
    poolEndEpoch: (poolId) => core.fieldValue<PoolInnerValue>(poolId, 'u64', 1n)?.storage.end_epoch,
    setNodeAddresses: (addresses) => {
      const changed = committeeOf(core, stakingOf(core).committee, core.epoch()).members.flatMap((member) => {
        const address = addresses.get(member.nodeId);
        return address === undefined || address === member.networkAddress ? [] : [[member.nodeId, address] as const];
      });
      operator.setAddresses(changed);
    },
    advanceEpoch: () => operator.advanceEpoch(),
    tick: () => {
      if (core.clock.now() < epochEndMs(stakingOf(core))) return false;
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

function committeeOf(core: LedgerCore, committee: CommitteeValue, epoch: number): LedgerCommittee {
  const members = [...committee.pos0].map(([nodeId, shards]): CommitteeMember => {
    const stored = core.object(nodeId);
    if (!stored) throw new Error('every member has a staking pool');
    const { node_info: info } = core.valueOf<StakingPoolValue>(stored);
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
