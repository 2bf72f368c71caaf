/**
 * Leases of the account: what stands on chain, what the autopilot decides, and carrying it out. Every extension is one transaction through the
 * spender, whatever the number of blobs; the plan is made anew from the chain each time, so a kill at any moment pays nothing twice. Pools of other
 * devices are paid by those devices; when one evidently sleeps, its own address pays, signed here.
 */
import type { NetworkState } from '../domain/committee.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import type { SpaceId, SuiId } from '../domain/ids.ts';
import type { Pool } from '../ports/chain.ts';
import {
  daysLeft,
  epochCost,
  likelyGap,
  planRenewals,
  wantedEnd,
  type Lease,
  type LeaseWarning,
  type Outlook,
  type Plan,
  type Unpaid,
} from '../upkeep/autopilot.ts';
import { leftFrost } from '../upkeep/budget.ts';
import { readAutopilot, seenWith, writeAutopilot, type AutopilotState } from './autopilot-state.ts';
import { openPermit, readCap, spentInMonthOf } from './budget.ts';
import { findDevices, readDevice, type Device } from './device.ts';
import type { EngineCore } from './engine-core.ts';
import { findSpace } from './look.ts';
import { sweepOrphans } from './orphans.ts';
import { createSpender, type Spender } from './spend.ts';
import { leaseEpochsUsual } from './spaces.ts';
import { tidyAll, type TidyReport } from './tidy.ts';
import { surplusOf } from '../upkeep/pool-size.ts';

export interface LeaseLine {
  readonly space: SpaceId;
  readonly name: string;
  readonly pool: SuiId;
  /** False: another device of the account owns it. */
  readonly isOwn: boolean;
  readonly device: string;
  readonly capacity: number;
  readonly used: number;
  readonly blobs: number;
  readonly endEpoch: number;
  readonly daysLeft: number;
  readonly aheadEpochs: number;
  /** The epoch in which the autopilot extends it next; undefined when it is off. */
  readonly renewsAt: number | undefined;
  readonly frostPerEpoch: bigint;
}

export interface LeasesReport {
  readonly epoch: number;
  readonly isOn: boolean;
  readonly leases: readonly LeaseLine[];
  readonly plan: Plan;
}

export interface RenewRequest {
  /** Id or name; all spaces when left out. */
  readonly space: string | undefined;
  /** So many epochs more for each; what the policy asks for when left out. */
  readonly epochs: number | undefined;
  readonly isDry: boolean;
}

export interface RenewReport {
  readonly renewed: readonly {
    readonly space: SpaceId;
    readonly pool: SuiId;
    readonly epochs: number;
    readonly endEpoch: number;
    readonly frost: bigint;
  }[];
  readonly unpaid: readonly Unpaid[];
  readonly warnings: readonly LeaseWarning[];
}

interface Standing {
  readonly lease: Lease;
  readonly pool: Pool;
  /** Capacity that is not paid on: nothing is likely to use it. */
  readonly shrinkBytes: number;
  readonly space: { readonly id: SpaceId; readonly name: string; readonly num: number | undefined };
  readonly owner: { readonly index: number; readonly name: string };
}

interface Survey {
  readonly device: Device;
  readonly state: AutopilotState;
  readonly network: NetworkState;
  readonly chainMs: number;
  readonly standings: readonly Standing[];
  readonly outlook: Outlook;
}

async function survey(core: EngineCore, signal: AbortSignal): Promise<Survey> {
  const device = await readDevice(core.catalog);
  if (!device) throw new Fault('no-account', 'after-user', "This home has no device yet. Run 'floe init' first.");
  const [network, chainMs, state] = await Promise.all([
    core.chain.network(signal),
    core.chain.timeMs(signal),
    readAutopilot(core.catalog),
  ]);
  const standings = await findLeases(core, device, network.epoch, signal);
  const purses = new Map<string, bigint>();
  for (const { owner } of standings) {
    const { address } = core.account.signer(owner.index);
    if (!purses.has(address)) purses.set(address, (await core.chain.balances(address, signal)).frost);
  }
  const cap = await readCap(core.catalog);
  const spent = await spentInMonthOf(core.catalog, chainMs);
  const outlook: Outlook = {
    epoch: network.epoch,
    epochDurationMs: network.epochDurationMs,
    epochLeftMs: Math.max(0, network.nextEpochAtMs - chainMs),
    epochsAheadMax: network.epochsAheadMax,
    storagePrice: network.storagePrice,
    budgetFrost: leftFrost(cap, spent),
    purses,
    gapEpochs: likelyGap(seenWith(state.seenEpochs, network.epoch), network.epochDurationMs),
    isOn: state.isOn,
  };
  return { device, state, network, chainMs, standings, outlook };
}

/** This device's pools from the catalog, those of the others from their heads. Pools that the chain no longer shows are left out. */
async function findLeases(
  core: EngineCore,
  device: Device,
  epoch: number,
  signal: AbortSignal,
): Promise<readonly Standing[]> {
  const rows = await core.catalog.spaces();
  const found = new Map<SuiId, Pick<Standing, 'space' | 'owner'> & { readonly ahead: number }>();
  for (const { num, id, name, pool, leaseEpochs } of rows) {
    if (pool !== undefined)
      found.set(pool, {
        space: { id, name, num },
        owner: { index: device.index, name: device.name },
        ahead: leaseEpochs,
      });
  }
  const { devices } = await findDevices(core, signal);
  for (const { index, record, heads } of devices) {
    for (const { pool, space: id, name } of heads) {
      if (found.has(pool)) continue;
      const row = rows.find((each) => each.id === id);
      const ahead = row?.leaseEpochs ?? leaseEpochsUsual;
      found.set(pool, { space: { id, name, num: row?.num }, owner: { index, name: record.name }, ahead });
    }
  }
  const standings: Standing[] = [];
  for (const [id, { space, owner, ahead }] of found) {
    const pool = await core.chain.pool(id, signal);
    if (pool === undefined) continue;
    const { endEpoch } = pool;
    const isOwn = owner.index === device.index;
    const shrinkBytes = isOwn && space.num !== undefined ? await unwanted(core, space.num, pool, epoch) : 0;
    const capacityBytes = pool.capacityBytes - shrinkBytes;
    const lease = {
      id,
      purse: core.account.signer(owner.index).address,
      capacityBytes,
      endEpoch,
      aheadEpochs: ahead,
      isOwn,
    };
    standings.push({ lease, pool, shrinkBytes, space, owner });
  }
  return standings;
}

/** Epochs whose new packs tell what the next ones will want. */
const forecastEpochs = 2;

/** Unused capacity beyond what came lately and is on its way. What was registered and swept, since nobody certified it, is neither. */
async function unwanted({ catalog }: EngineCore, space: number, pool: Pool, epoch: number): Promise<number> {
  const packs = (await catalog.packs(space)).filter(
    ({ state, pool: owner, certifiedEpoch }) => state !== 'dead' || (owner === pool.id && certifiedEpoch !== undefined),
  );
  const wanted = packs.reduce((sum, { certifiedEpoch = epoch, encodedBytes = 0 }) => {
    return certifiedEpoch > epoch - forecastEpochs ? sum + encodedBytes : sum;
  }, 0);
  return surplusOf(pool, wanted);
}

export async function leasesReport(core: EngineCore, signal: AbortSignal): Promise<LeasesReport> {
  const { network, standings, outlook } = await survey(core, signal);
  const leases = standings.map(({ lease, pool, space, owner }): LeaseLine => {
    const ahead = wantedEnd(lease, outlook) - outlook.epoch;
    return {
      space: space.id,
      name: space.name,
      pool: pool.id,
      isOwn: lease.isOwn,
      device: owner.name,
      capacity: pool.capacityBytes,
      used: pool.usedBytes,
      blobs: pool.blobCount,
      endEpoch: pool.endEpoch,
      daysLeft: daysLeft(pool.endEpoch, outlook),
      aheadEpochs: ahead,
      renewsAt: outlook.isOn ? Math.max(network.epoch, pool.endEpoch - ahead + 1) : undefined,
      frostPerEpoch: epochCost(lease, outlook),
    };
  });
  return {
    epoch: network.epoch,
    isOn: outlook.isOn,
    leases,
    plan: planRenewals(
      standings.map((one) => one.lease),
      outlook,
    ),
  };
}

/** Extends what the request or the policy asks for. What money does not allow is in the report, not a fault: the rest goes on. */
export async function renew(core: EngineCore, request: RenewRequest, signal: AbortSignal): Promise<RenewReport> {
  const only = request.space === undefined ? undefined : (await findSpace(core.catalog, request.space)).id;
  // What an earlier run left open is settled before anything is planned: it may have paid already.
  if (!request.isDry && (await core.catalog.openIntents()).length > 0) await core.settle(signal);
  const now = await survey(core, signal);
  const standings = now.standings.filter(({ space }) => only === undefined || space.id === only);
  const plan =
    request.epochs === undefined ? policyPlan(standings, now) : await exactPlan(core, standings, request, now);
  const renewed: RenewReport['renewed'][number][] = [];
  const unpaid = [...plan.unpaid];
  for (const { id, epochs, frost } of plan.renewals) {
    const standing = standings.find(({ lease }) => lease.id === id);
    if (!standing) throw new Error('a plan is about the leases it was given');
    try {
      const into = spareRoom(standing, standings, plan);
      if (!request.isDry) await extend(core, now.device, { standing, epochs, into }, signal);
      const { space, pool } = standing;
      renewed.push({ space: space.id, pool: pool.id, epochs, endEpoch: pool.endEpoch + epochs, frost });
    } catch (error) {
      const code = faultOf(error)?.code;
      if (code !== 'money-short' && code !== 'budget-reached') throw error;
      const because = code === 'money-short' ? 'balance' : 'budget';
      unpaid.push({ id, purse: standing.lease.purse, epochs, frost, because, isUrgent: true });
    }
  }
  if (!request.isDry && request.epochs !== undefined) await core.catalog.setRecord(begunRecord, '');
  if (!request.isDry && request.epochs === undefined && only === undefined) await remember(core, now, unpaid);
  return { renewed, unpaid, warnings: plan.warnings };
}

const policyPlan = (standings: readonly Standing[], { outlook }: Survey): Plan =>
  planRenewals(
    standings.map(({ lease }) => lease),
    outlook,
  );

/**
 * So many epochs for each, as far as the network lets anyone pay ahead; a person asked, so nobody else's sleep matters. Where that leads is written
 * down first: the same request after a kill goes on to the same ends instead of adding once more.
 */
async function exactPlan(
  core: EngineCore,
  standings: readonly Standing[],
  { space, epochs = 0, isDry }: RenewRequest,
  { outlook }: Survey,
): Promise<Plan> {
  const living = standings.map(({ lease }) => lease).filter((lease) => lease.isOwn && lease.endEpoch > outlook.epoch);
  const key = `${space ?? ''} ${epochs} ${outlook.epoch}`;
  const begun = await readBegun(core);
  const fresh = Object.fromEntries(
    living.map(({ id, endEpoch }) => [id, Math.min(endEpoch + epochs, outlook.epoch + outlook.epochsAheadMax)]),
  );
  const ends = begun?.key === key ? begun.ends : fresh;
  if (!isDry) await core.catalog.setRecord(begunRecord, JSON.stringify({ key, ends }));
  const renewals = living.flatMap((lease) => {
    const count = (ends[lease.id] ?? 0) - lease.endEpoch;
    if (count < 1) return [];
    return [{ id: lease.id, epochs: count, frost: BigInt(count) * epochCost(lease, outlook) }];
  });
  return { renewals, unpaid: [], warnings: [] };
}

const begunRecord = 'renewal';

interface Begun {
  readonly key: string;
  readonly ends: Readonly<Record<string, number>>;
}

async function readBegun({ catalog }: EngineCore): Promise<Begun | undefined> {
  const text = await catalog.record(begunRecord);
  return text === undefined || text === '' ? undefined : (JSON.parse(text) as Begun);
}

/** A pool of this device that ends at the same time and is not extended now: it takes what the other one does not need. */
function spareRoom(
  { lease, shrinkBytes }: Standing,
  standings: readonly Standing[],
  { renewals }: Plan,
): SuiId | undefined {
  if (shrinkBytes === 0) return undefined;
  const isExtended = new Set(renewals.map(({ id }) => id));
  const other = standings.find(
    (one) => one.lease.isOwn && !isExtended.has(one.lease.id) && one.lease.endEpoch === lease.endEpoch,
  );
  return other?.pool.id;
}

async function extend(
  core: EngineCore,
  device: Device,
  {
    standing,
    epochs,
    into,
  }: { readonly standing: Standing; readonly epochs: number; readonly into: SuiId | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { pool, space, owner, shrinkBytes } = standing;
  // Another device's address pays for itself: this one need not even have a bag yet.
  const spender = owner.index === device.index ? (await core.ready(signal)).spender : spenderOf(core, owner.index);
  const subject = { space: space.num, pack: undefined };
  const stillFits = into !== undefined && (await core.chain.pool(into, signal))?.endEpoch === pool.endEpoch;
  const step = {
    kind: 'extend-pool',
    pool: pool.id,
    epochs,
    shrinkBytes,
    into: stillFits ? into : undefined,
  } as const;
  await spender.spend(step, subject, async () => undefined, signal);
}

/** Pays from another device's address, for a device that sleeps or is gone for good. */
function spenderOf(core: EngineCore, index: number): Spender {
  const { chain, catalog, log, point } = core;
  const signer = core.account.signer(index);
  return createSpender({ chain, catalog, signer, log, permit: openPermit(chain, catalog), onPoint: point });
}

async function remember(core: EngineCore, now: Survey, unpaid: readonly Unpaid[]): Promise<void> {
  const urgentFrost = unpaid.reduce((sum, { isUrgent, frost }) => sum + (isUrgent ? frost : 0n), 0n);
  const seenEpochs = seenWith(now.state.seenEpochs, now.network.epoch);
  await writeAutopilot(core.catalog, { ...now.state, seenEpochs, ranMs: now.chainMs, urgentFrost });
}

export async function setAutopilot(core: EngineCore, isOn: boolean): Promise<void> {
  const state = await readAutopilot(core.catalog);
  await writeAutopilot(core.catalog, { ...state, isOn, urgentFrost: isOn ? state.urgentFrost : 0n });
}

/** The policy of a space: always so many epochs ahead. */
export async function setAhead(core: EngineCore, name: string, epochs: number, signal: AbortSignal): Promise<void> {
  const space = await findSpace(core.catalog, name);
  const { epochsAheadMax } = await core.chain.network(signal);
  if (epochs < 1 || epochs > epochsAheadMax)
    throw new Fault('bad-input', 'after-user', `A lease runs for 1 to ${epochsAheadMax} epochs on this network.`);
  await core.catalog.setLeaseEpochs(space.num, epochs);
}

/** Sweeping can wait for gas; nothing else waits for sweeping. */
async function sweepUnlessShort(core: EngineCore, signal: AbortSignal): Promise<number> {
  try {
    return await sweepOrphans(core, signal);
  } catch (error) {
    if (faultOf(error)?.code !== 'money-short') throw error;
    core.log.write('warning', 'sweep.short', {});
    return 0;
  }
}

export interface UpkeepTurn {
  /** Undefined: it was not due. */
  readonly report: RenewReport | undefined;
  readonly sweptBlobs: number;
  /** Spaces whose packs were looked after. */
  readonly tidied: readonly TidyReport[];
  /** After how long to ask again. */
  readonly againInMs: number;
}

const dayMs = 86_400_000;
/** An epoch ends at the earliest when the chain allows it, and usually a little later. */
const afterEpochMs = 5_000;

/** The autopilot's turn: runs when an epoch has begun or a day has passed since its last run. Leases first, then orphans, then packs. */
export async function upkeep(core: EngineCore, isFirst: boolean, signal: AbortSignal): Promise<UpkeepTurn> {
  const [network, chainMs, state] = await Promise.all([
    core.chain.network(signal),
    core.chain.timeMs(signal),
    readAutopilot(core.catalog),
  ]);
  const againInMs = Math.min(dayMs, Math.max(0, network.nextEpochAtMs - chainMs) + afterEpochMs);
  const isDue = isFirst || state.seenEpochs.at(-1) !== network.epoch || chainMs - state.ranMs >= dayMs;
  if (!isDue) return { report: undefined, sweptBlobs: 0, tidied: [], againInMs };
  const report = await renew(core, { space: undefined, epochs: undefined, isDry: false }, signal);
  const sweptBlobs = await sweepUnlessShort(core, signal);
  // Turned off, it changes nothing by itself.
  const tidied = state.isOn ? await tidyAll(core, signal) : [];
  return { report, sweptBlobs, tidied, againInMs };
}
