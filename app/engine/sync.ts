/**
 * One pass of one space to rest: what an earlier run left is finished first, then rounds follow until nothing is left to send. Packs leave while
 * the folder is still being read. The report tells everything that was done, held back or could not be read.
 */
import type { BlobId } from '../domain/blob-id.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import type { NodeId, SnapshotId, SpaceId, SuiId } from '../domain/ids.ts';
import type { SpacePath } from '../domain/path-name.ts';
import type { NewPack, PackRow, SpaceRow } from '../ports/catalog.ts';
import { isArriving } from './arriving.ts';
import { brakeOf } from './brake.ts';
import { forgetEnded } from './ended-leases.ts';
import { packBytesFor } from './spaces.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import type { Packer } from '../stages/pack/pack.ts';
import { carryGoing, meetDoomLists } from './doom-lists.ts';
import type { DiskNature } from '../ports/disk.ts';
import { traitsOf } from './disk-names.ts';
import { downPass, fetchAbsent } from './down-pass.ts';
import { checkRoot, makeRoom, noteWriting, putBackParked, sweepLeftovers } from './root-folder.ts';
import { forgetRelease, noteHeld, releasedIn, type Released } from './held.ts';
import { readLeftOut } from './left-out.ts';
import { rootFault } from './missing-root.ts';
import { leaveUnchosen } from './selection.ts';
import { sealRound, type RoundReport } from './round.ts';
import { isCopied, takeOwnIdentity } from './copied-home.ts';
import { readDevice, type KnownDevice } from './device.ts';
import { hasNewsOf, lookAtDevices } from './heads.ts';
import { deviceCopied } from './own-head.ts';
import { learnSidesOnce } from './sides.ts';
import { settlingMs, waits } from './settling.ts';
import { startShipping } from './shipping.ts';
import { sweepSpool } from './sweep-spool.ts';
import type { Paused } from './steering.ts';
import { shipPack, shipRound, type ShipPorts, type ShipSpace } from './ship.ts';

export interface SyncedPack {
  readonly blobId: BlobId;
  readonly objectId: SuiId;
  readonly bytes: number;
  readonly encodedBytes: number;
}

export interface SyncReport {
  readonly space: SpaceId;
  readonly name: string;
  /** Newest certified snapshot; undefined when there is none yet. */
  readonly snapshot: SnapshotId | undefined;
  readonly files: number;
  readonly bytes: number;
  readonly newChunks: number;
  readonly newBytes: number;
  readonly packs: readonly SyncedPack[];
  /** Changes of other devices that were put into the folder. */
  readonly applied: number;
  readonly conflicts: number;
  readonly problems: readonly { readonly path: SpacePath; readonly fault: Fault }[];
  /** Pipes, sockets and devices, which are not kept. */
  readonly special: number;
  /** Deletions that wait for the user's word. */
  readonly held: number;
  /** Nothing, or not everything, was done, because the space is paused. */
  readonly paused?: Paused | undefined;
  /** Large files that wait for mains or for a line that is not metered. */
  readonly bulkWaiting?: number;
  /** Rewrites that look like somebody's encryption; deletions wait, and so do those that other devices made. */
  readonly suspicious?: number;
}

/** What is told of a space whose pass did not begin, or was stopped. */
export async function pausedReport(core: EngineCore, row: SpaceRow, paused: Paused): Promise<SyncReport> {
  const { snapshot } = await rowNow(core, row);
  const totals = await core.catalog.totals(row.num);
  return { space: row.id, name: row.name, snapshot, ...totals, ...nothingDone, packs: [], paused };
}

/** Passes up and down until nothing is left to do; what changes while they run is the next call's business. */
const passesMax = 4;

interface Work {
  readonly space: OpenSpace;
  readonly ship: ShipSpace;
  readonly ports: ShipPorts;
  readonly folder: string;
  readonly nature: DiskNature;
  readonly released: Released;
  /** As they were when the pass began. */
  readonly devices: readonly KnownDevice[];
  /** Packs that other devices may delete at any time. */
  readonly going: readonly BlobId[];
  /** Small changes may wait for more: nobody asked for this pass, and no other device has news. */
  readonly mayWait: boolean;
}

export async function syncSpace(
  core: EngineCore,
  row: SpaceRow,
  isFull: boolean,
  signal: AbortSignal,
): Promise<SyncReport> {
  const { folder } = row;
  if (folder === undefined)
    throw new Fault(
      'bad-input',
      'after-user',
      `The space '${row.name}' has no folder on this computer yet. Choose one for it first.`,
    );
  try {
    return await syncAsDevice(core, row, folder, isFull, signal);
  } catch (error) {
    const device = await readDevice(core.catalog);
    if (faultOf(error)?.code !== 'device-copied' || device === undefined) throw error;
    await takeOwnIdentity(core, device, signal);
    return syncAsDevice(core, await rowNow(core, row), folder, true, signal);
  }
}

async function syncAsDevice(
  core: EngineCore,
  row: SpaceRow,
  folder: string,
  isFull: boolean,
  signal: AbortSignal,
): Promise<SyncReport> {
  const { device, spender } = await core.ready(signal);
  const devices = await lookAtDevices(core, isFull, signal);
  if (await isCopied(core, row, device, devices)) throw deviceCopied();
  const space = core.open(row);
  const { going } = await meetDoomLists(core, space, { device, spender }, devices, signal);
  const ports: ShipPorts = {
    ...core,
    // A limit makes nobody late.
    clock: core.pace?.clock ?? core.clock,
    spender,
    network: (s) => core.chain.network(s),
    onEvent: core.emit,
    onPoint: core.point,
  };
  const ship: ShipSpace = { ...space, accountKey: core.account.key, device };
  const released = await releasedIn(core.catalog, row.num);
  const before = new Set((await core.catalog.packs(row.num, ['live'])).map((pack) => pack.num));
  await finishEarlier(core, ship, ports, signal);
  const trouble = await rootTrouble(core, row, folder, released.isRootMeant, signal);
  if (trouble?.code === 'folder-unsure') await noteHeld(core.catalog, row.num, { isRootUnsure: true });
  if (trouble && row.sequence === 0) throw trouble;
  const mayWait = !isFull && !(await hasNewsOf(core, row, device.id, devices));
  const done = trouble
    ? { ...nothingDone, problems: [{ path: '', fault: trouble }] }
    : await toRest(
        core,
        { space, ship, ports, folder, nature: await core.disk.nature(folder), released, devices, going, mayWait },
        signal,
      );
  await forgetRelease(core.catalog, row.num);

  const now = await rowNow(core, row);
  const totals = await core.catalog.totals(row.num);
  const packs = (await core.catalog.packs(row.num, ['live'])).filter(
    (pack) => !before.has(pack.num) && pack.round !== undefined,
  );
  return {
    space: row.id,
    name: row.name,
    snapshot: now.snapshot,
    ...totals,
    ...done,
    packs: packs.flatMap(syncedPack),
  };
}

/** Why nothing can be said about the folder now: then nothing is deleted, sent or fetched. */
async function rootTrouble(
  core: EngineCore,
  row: SpaceRow,
  folder: string,
  isConfirmed: boolean,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  try {
    await checkRoot(core, row, folder, isConfirmed, signal);
    return undefined;
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined || fault.code === 'cancelled') throw error;
    return rootFault(core, row, folder, fault, signal);
  }
}

async function rowNow(core: EngineCore, row: SpaceRow): Promise<SpaceRow> {
  return (await core.catalog.spaces()).find((known) => known.num === row.num) ?? row;
}

type Done = Omit<SyncReport, 'space' | 'name' | 'snapshot' | 'files' | 'bytes' | 'packs'>;

const nothingDone: Done = { newChunks: 0, newBytes: 0, applied: 0, conflicts: 0, problems: [], special: 0, held: 0 };

/** Up, down, and up again with what a merge made. */
async function toRest(core: EngineCore, work: Work, signal: AbortSignal): Promise<Done> {
  const { row } = work.space;
  let total: Done = nothingDone;
  const traits = traitsOf(work.nature);
  let publishesMerge = false;
  await sweepLeftovers(core, row, work.folder, signal);
  for (let pass = 1; pass <= passesMax; pass++) {
    const { bulk, ...up } = await upRounds(core, work, publishesMerge, signal);
    total = { ...total, ...up, newChunks: total.newChunks + up.newChunks, newBytes: total.newBytes + up.newBytes };
    if (bulk.length > 0) total = { ...total, bulkWaiting: bulk.length };
    if (publishesMerge) break;
    await noteWriting(core, row, true);
    const left = await leaveUnchosen(core, work.space, work.folder, signal);
    const fetched = await fetchAbsent(core, work.space, work.folder, traits, signal);
    const busy = [...up.problems.map(({ path }) => path), ...bulk];
    const down = await downPass(
      core,
      {
        space: work.space,
        folder: work.folder,
        traits,
        device: work.ship.device.id,
        busy,
        released: work.released,
        devices: work.devices,
      },
      signal,
    );
    total = {
      ...total,
      applied: total.applied + fetched.applied + down.applied,
      conflicts: total.conflicts + down.conflicts,
      held: up.held + down.held,
      suspicious: up.suspicious + down.suspicious,
      problems: [...up.problems, ...left.problems, ...fetched.problems, ...down.problems],
    };
    await noteHeld(core.catalog, row.num, { here: up.held, elsewhere: down.held, rewritesElsewhere: down.suspicious });
    const { merged } = await rowNow(core, row);
    const isStale = (await core.catalog.stale(row.num)).length > 0;
    publishesMerge = merged.length > 0 || (isStale && !down.isIncomplete);
    if (!publishesMerge) break;
  }
  await noteWriting(core, row, false);
  await learnSidesOnce(core, work.space, work.devices, signal);
  return total;
}

/** Rounds until this disk has nothing new, and nothing stands in the way of what the space has here. */
async function upRounds(
  core: EngineCore,
  work: Work,
  publishesMerge: boolean,
  signal: AbortSignal,
): Promise<Pick<RoundReport, 'newChunks' | 'newBytes' | 'problems' | 'special' | 'held' | 'suspicious' | 'bulk'>> {
  const { space, ship, folder } = work;
  let newChunks = 0;
  let newBytes = 0;
  for (let clashRounds = 0; ;) {
    const parked = await putBackParked(core, space.row, folder);
    const row = await rowNow(core, space.row);
    const input = { ...work, space: { ...space, row }, ship: { ...ship, row }, parked, publishesMerge };
    const report = await oneRound(core, input, signal);
    newChunks += report.newChunks;
    newBytes += report.newBytes;
    if (report.isPartial) continue;
    const moved = await makeRoom(core, folder, report.clashes, ship.device.name);
    if (moved > 0 && ++clashRounds < passesMax) continue;
    const { problems, special, held, suspicious, bulk } = report;
    return { newChunks, newBytes, problems, special, held, suspicious, bulk };
  }
}

function syncedPack({ blobId, object, bytes, encodedBytes }: PackRow): readonly SyncedPack[] {
  return blobId && object && encodedBytes !== undefined ? [{ blobId, objectId: object, bytes, encodedBytes }] : [];
}

/** Packs on their way from an earlier run, then the round that waits for its head. Sweeps spool files that no pack needs. */
async function finishEarlier(core: EngineCore, ship: ShipSpace, ports: ShipPorts, signal: AbortSignal): Promise<void> {
  await forgetEnded(core, ship.row.num, signal);
  const round = await core.catalog.pendingRound(ship.row.num);
  const waiting = await core.catalog.packs(ship.row.num, ['spooled', 'encoded', 'registered', 'stored']);
  try {
    for (const pack of waiting) if (pack.num !== round?.lastPack) await shipPack(ship, pack.num, ports, signal);
    if (round) await shipRound(ship, round, ports, signal);
  } catch (error) {
    if (faultOf(error)?.code !== 'pack-damaged') throw error;
    await giveUpPacks(core, ship.row, round?.sequence);
  }
  await sweepSpool(core);
}

/**
 * The spool lost a pack that was on its way (a failing disk, a hand in the wrong folder). The files are still there: what had not been certified is
 * forgotten, and the scan that follows packs it again.
 */
async function giveUpPacks(core: EngineCore, row: SpaceRow, round: number | undefined): Promise<void> {
  core.emit({
    kind: 'problem',
    space: row.id,
    code: 'pack-damaged',
    message: 'A pack on this disk was damaged before it was sent. It is made again from your files.',
  });
  if (round !== undefined) await core.catalog.abandonRound(row.num, round);
  for (const pack of await core.catalog.packs(row.num, ['spooled', 'encoded', 'registered', 'stored']))
    await core.catalog.setDead(pack.num);
}

interface OneRound extends Work {
  readonly parked: ReadonlySet<NodeId>;
  readonly publishesMerge: boolean;
}

/** Seals a round while its full packs are already on their way, then sends the last one with the head. */
async function oneRound(core: EngineCore, work: OneRound, signal: AbortSignal): Promise<RoundReport> {
  const { space, ship, ports, folder, parked, publishesMerge } = work;
  const { row, keys } = space;
  const network = await core.chain.network(signal);
  const shipping = startShipping((num) => shipPack(ship, num, ports, signal));
  const onPack = async (pack: NewPack): Promise<void> => {
    const { num } = await core.catalog.addPack(pack);
    core.point('pack:spooled');
    core.emit({ kind: 'packed', space: row.id, packs: 1, bytes: pack.bytes });
    await shipping.add(num);
  };
  const maySettle = work.mayWait && (await settlingMs(core, row.num)) > 0;
  const packBytes = packBytesFor(network.committee.shards, core.pool.packBytesMax);
  const input = {
    row,
    folder,
    keys,
    device: ship.device,
    packBytes,
    leftOut: await readLeftOut(core, folder, signal),
    nature: work.nature,
    parked,
    publishesMerge,
    released: work.released,
    brake: await brakeOf(core.catalog, row.num),
    isArriving: await isArriving(core.catalog, row.num),
    isBulkHeld: await core.steering.isBulkHeld(),
    onPack,
    waits: maySettle ? (bytes: number) => waits(core, row.num, bytes, packBytes) : undefined,
    carry: (packer: Pick<Packer, 'add'>) => carryGoing(core, space, work.going, packer, signal),
  };
  let report: RoundReport;
  try {
    report = await sealRound(input, { ...core, onEvent: core.emit, onPoint: core.point }, signal);
  } catch (error) {
    await shipping.settled();
    throw error;
  }
  await shipping.done();
  if (report.round) await shipRound(ship, report.round, ports, signal);
  await sweepSpool(core);
  return report;
}
