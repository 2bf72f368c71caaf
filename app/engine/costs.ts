/**
 * What was spent by months, what the stored files take and save, and what would cost how much at the chain's prices of today. Nothing is changed or spent
 * by asking.
 */
import { Fault, faultOf } from '../domain/fault.ts';
import type { SpaceId } from '../domain/ids.ts';
import { contentParts, type PackSum, type PastPlace } from '../ports/catalog-sums.ts';
import { apartBytes, encodedPacks, roomCost, type RoomCost } from '../upkeep/more-room.ts';
import { monthsBefore, spendMonths, type SpendMonth } from '../upkeep/months.ts';
import { noPool } from '../upkeep/pool-size.ts';
import { readCap } from './budget.ts';
import type { EngineCore } from './engine-core.ts';
import { leasesReport } from './leases.ts';
import { findSpace } from './look.ts';
import { leaseEpochsUsual, packBytesFor } from './spaces.ts';

export interface Costs {
  /** What the last months cost, oldest first. */
  months(count: number, signal: AbortSignal): Promise<SpendReport>;
  /** What files take, from the disk to the nodes, and what is saved on the way. */
  stored(signal: AbortSignal): Promise<StoredReport>;
  /** What this device would pay to keep a space, or all of its own, so many epochs longer. */
  ahead(space: string | undefined, epochs: number, signal: AbortSignal): Promise<AheadCost>;
  /**
   * What so many more bytes would cost in a space, whose free room is used first; in a new one without a name. At most: as if nothing repeated or
   * compressed.
   */
  more(space: string | undefined, bytes: number, signal: AbortSignal): Promise<MoreCost>;
}

export const openCosts = (core: EngineCore): Costs => ({
  months: (count, signal) => spendReport(core, count, signal),
  stored: (signal) => storedReport(core, signal),
  ahead: (space, epochs, signal) => aheadCost(core, space, epochs, signal),
  more: (space, bytes, signal) => moreCost(core, space, bytes, signal),
});

/** Rows of the past in one question, so that others are answered in between: some 15 ms. */
const pastAtOnce = 10_000;

export interface SpendReport {
  /** The cap as it is now; undefined without one. */
  readonly monthFrost: bigint | undefined;
  readonly months: readonly SpendMonth[];
  /** All that was ever spent, and of that what lies in none of the months. */
  readonly spentFrost: bigint;
  readonly elsewhereFrost: bigint;
}

async function spendReport(core: EngineCore, count: number, signal: AbortSignal): Promise<SpendReport> {
  const nowMs = await core.chain.timeMs(signal);
  const months = spendMonths(await core.catalog.monthSums(monthsBefore(nowMs, count - 1)), nowMs, count);
  const { frost } = await core.catalog.spent();
  const settled = months.reduce((sum, { storageFrost, writeFrost }) => sum + storageFrost + writeFrost, 0n);
  return {
    monthFrost: await readCap(core.catalog),
    months,
    spentFrost: frost,
    elsewhereFrost: frost - settled,
  };
}

/** From files to what nodes keep, in bytes; each figure follows from the one before by what its comment says. */
export interface StoredReport {
  readonly files: number;
  readonly filesBytes: number;
  /** Versions that were replaced or deleted and are kept. */
  readonly olderVersions: number;
  readonly olderBytes: number;
  /** Each piece of all that once. May be more than files and versions together while what nobody needs waits to be deleted. */
  readonly onceBytes: number;
  /** Those, compressed and sealed. */
  readonly sealedBytes: number;
  /** With names, folders, frames and padding around them. */
  readonly packBytes: number;
  readonly packs: number;
  /** With what nodes keep to make up for failures. */
  readonly encodedBytes: number;
  /** What that would be at the least with a blob for each file and version; undefined while the chain cannot be asked. */
  readonly apartBytes: number | undefined;
}

async function storedReport(core: EngineCore, signal: AbortSignal): Promise<StoredReport> {
  let [files, filesBytes, onceBytes, sealedBytes, olderVersions, olderBytes] = [0, 0, 0, 0, 0, 0];
  for (const { num } of await core.catalog.spaces()) {
    const totals = await core.catalog.totals(num);
    files += totals.files;
    filesBytes += totals.bytes;
  }
  for (let part = 0; part < contentParts; part++) {
    signal.throwIfAborted();
    const sum = await core.catalog.contentSum(part);
    onceBytes += sum.plainBytes;
    sealedBytes += sum.sealedBytes;
  }
  let after: PastPlace | undefined;
  do {
    signal.throwIfAborted();
    const sum = await core.catalog.pastSum(after, pastAtOnce);
    olderVersions += sum.versions;
    olderBytes += sum.bytes;
    after = sum.next;
  } while (after !== undefined);
  const { packs, bytes, encodedBytes }: PackSum = await core.catalog.packSum();
  const shards = await shardsNow(core, signal);
  return {
    files,
    filesBytes,
    olderVersions,
    olderBytes,
    onceBytes,
    sealedBytes,
    packBytes: bytes,
    packs,
    encodedBytes,
    apartBytes: shards === undefined ? undefined : apartBytes(files + olderVersions, filesBytes + olderBytes, shards),
  };
}

async function shardsNow({ chain }: EngineCore, signal: AbortSignal): Promise<number | undefined> {
  try {
    return (await chain.network(signal)).committee.shards;
  } catch (error) {
    if (!faultOf(error)) throw error;
    return undefined;
  }
}

export interface AheadCost {
  readonly spaces: readonly {
    readonly space: SpaceId;
    readonly name: string;
    /** As many of those asked for as the network sells. */
    readonly epochs: number;
    readonly endEpoch: number;
    readonly frost: bigint;
  }[];
  readonly frost: bigint;
}

async function aheadCost(
  core: EngineCore,
  name: string | undefined,
  epochs: number,
  signal: AbortSignal,
): Promise<AheadCost> {
  const only = name === undefined ? undefined : (await findSpace(core.catalog, name)).id;
  const [{ epoch, leases }, { epochsAheadMax }] = await Promise.all([
    leasesReport(core, signal),
    core.chain.network(signal),
  ]);
  const own = leases.filter(
    (lease) => lease.isOwn && lease.endEpoch > epoch && (only === undefined || lease.space === only),
  );
  const spaces = own.map((lease) => {
    const sold = Math.max(0, Math.min(epochs, epoch + epochsAheadMax - lease.endEpoch));
    const frost = lease.frostPerEpoch * BigInt(sold);
    return { space: lease.space, name: lease.name, epochs: sold, endEpoch: lease.endEpoch + sold, frost };
  });
  return { spaces, frost: spaces.reduce((sum, { frost }) => sum + frost, 0n) };
}

export interface MoreCost extends RoomCost {
  /** Epochs that the first payment covers. */
  readonly epochs: number;
}

async function moreCost(
  core: EngineCore,
  name: string | undefined,
  bytes: number,
  signal: AbortSignal,
): Promise<MoreCost> {
  if (bytes <= 0) throw new Fault('bad-input', 'after-user', 'More than no byte is wanted.');
  const row = name === undefined ? undefined : await findSpace(core.catalog, name);
  const network = await core.chain.network(signal);
  const pool = row?.pool === undefined ? undefined : await core.chain.pool(row.pool, signal);
  const isLiving = pool !== undefined && pool.endEpoch > network.epoch;
  const ahead = Math.min(row?.leaseEpochs ?? leaseEpochsUsual, network.epochsAheadMax);
  const epochs = isLiving ? pool.endEpoch - network.epoch : ahead;
  const { shards } = network.committee;
  const packs = encodedPacks(bytes, shards, packBytesFor(shards, core.pool.packBytesMax));
  return { epochs, ...roomCost(packs, isLiving ? pool : noPool, epochs, network) };
}
