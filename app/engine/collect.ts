/**
 * The collector of one space on this device: settles its doom list, deletes what nobody needs, publishes the next. Every step asks chain and catalog
 * afresh, so it may be killed anywhere and run again; deleting what is gone already is noticed and not paid.
 */
import type { BlobId } from '../domain/blob-id.ts';
import type { DeviceId } from '../domain/ids.ts';
import type { SpaceGarbage } from '../formats/garbage.ts';
import type { PackRow } from '../ports/catalog.ts';
import { deletable, doomedMax, graceMsOf, nextList, standingOf } from '../upkeep/garbage.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { meetDoomLists, moveOf, putGarbage, type Doomed, type Self } from './doom-lists.ts';
import { isCopied } from './copied-home.ts';
import { lookAtDevices } from './heads.ts';
import { deviceCopied, ownNewest } from './own-head.ts';
import { markReachable } from './reachable.ts';
import { thinnedOf } from './retention.ts';
import { unsoundPacks } from './unsound-packs.ts';

export interface CollectRequest {
  /** Devices that a person called gone for good: nobody waits for their answers. */
  readonly gone: ReadonlySet<DeviceId>;
}

export interface PackSum {
  readonly packs: number;
  /** What they take of the pool. */
  readonly encodedBytes: number;
}

export interface CollectReport {
  readonly deleted: PackSum;
  /** On the list that stands now. */
  readonly doomed: PackSum;
  /** The chain's time from which on the list can be settled; undefined without one. */
  readonly ripeAtMs: number | undefined;
  /** Devices whose answer is missing. */
  readonly waitsFor: readonly DeviceId[];
}

/** By the chain. */
interface Now {
  readonly epoch: number;
  readonly chainMs: number;
  readonly graceMs: number;
}

/** Epochs for which a pack is not doomed again after somebody needed it. */
const restEpochs = 4;
const restKey = (space: number): string => `needed:${space}`;

export async function collect(
  core: EngineCore,
  space: OpenSpace,
  { gone }: CollectRequest,
  signal: AbortSignal,
): Promise<CollectReport> {
  const self = await core.ready(signal);
  const met = await meet(core, space, self, signal);
  await markReachable(core, space, signal);
  const [{ epoch, epochDurationMs }, chainMs] = await Promise.all([
    core.chain.network(signal),
    core.chain.timeMs(signal),
  ]);
  const now: Now = { epoch, chainMs, graceMs: graceMsOf(epochDurationMs) };
  const { own, participants } = met;
  if (own.list.packs.length === 0)
    return { deleted: sumOf([]), ...(await doomNext(core, space, self, own, now, signal)) };
  const standing = standingOf(self.device.id, own.list, participants, { ...now, gone });
  const packs = await ownPacks(core, space);
  const needed = new Set<BlobId>();
  for (const { num, blobId } of packs) if (blobId && (await core.catalog.isNeeded(num))) needed.add(blobId);
  const going = deletable(own.list, standing, (blobId) => needed.has(blobId));
  if (going === undefined) {
    const doomed = sumOf(named(packs, own.list.packs));
    return { deleted: sumOf([]), doomed, ripeAtMs: ripeAt(own, now), waitsFor: standing.waitsFor };
  }
  const settled = { ...own, list: nextList(own.list, [], chainMs) };
  await settle(core, space, self, { settled, bag: met.bag, packs: named(packs, going) }, signal);
  await rest(
    core,
    space,
    own.list.packs.filter((blobId) => !going.includes(blobId)),
    epoch,
  );
  const next = await doomNext(core, space, self, settled, now, signal);
  return { deleted: sumOf(named(packs, going)), ...next };
}

/** All devices as they are now, and this one as what the chain has of it: a copy of this home must not decide by its older catalog. */
async function meet(core: EngineCore, space: OpenSpace, self: Self, signal: AbortSignal): Promise<Doomed> {
  for (;;) {
    const devices = await lookAtDevices(core, true, signal);
    if (await isCopied(core, space.row, self.device, devices)) throw deviceCopied();
    const met = await meetDoomLists(core, space, self, devices, signal);
    if (met.bag !== undefined) return met;
  }
}

const ripeAt = ({ list }: SpaceGarbage, { graceMs }: Now): number | undefined =>
  list.packs.length > 0 ? list.timeMs + graceMs : undefined;

const named = (packs: readonly PackRow[], blobIds: readonly BlobId[]): readonly PackRow[] =>
  packs.filter(({ blobId }) => blobId !== undefined && blobIds.includes(blobId));

function sumOf(packs: readonly PackRow[]): PackSum {
  return { packs: packs.length, encodedBytes: packs.reduce((sum, pack) => sum + (pack.encodedBytes ?? 0), 0) };
}

async function ownPacks(
  core: EngineCore,
  { row }: OpenSpace,
  states: readonly PackRow['state'][] = ['live'],
): Promise<readonly PackRow[]> {
  const pool = (await core.catalog.spaces()).find(({ num }) => num === row.num)?.pool;
  return (await core.catalog.packs(row.num, states)).filter((pack) => pool !== undefined && pack.pool === pool);
}

interface Settlement {
  readonly settled: SpaceGarbage;
  readonly bag: Doomed['bag'];
  readonly packs: readonly PackRow[];
}

/** Deletes and takes the list off in one transaction, which fails if anybody wrote to this device's bag since it was looked at. */
async function settle(
  core: EngineCore,
  { row }: OpenSpace,
  self: Self,
  { settled, bag, packs }: Settlement,
  signal: AbortSignal,
): Promise<void> {
  const pool = packs[0]?.pool;
  const blobIds: BlobId[] = [];
  for (const { blobId } of packs)
    if (pool && blobId && (await core.chain.pooledBlob(pool, blobId, signal))) blobIds.push(blobId);
  const subject = { space: row.num, pack: undefined };
  const entry = await moveOf(core, self, settled, bag, signal);
  const step =
    pool === undefined
      ? ({ kind: 'put-entry', move: entry } as const)
      : ({ kind: 'delete-blobs', pool, blobIds, entry } as const);
  await self.spender.spend(step, subject, async () => undefined, signal);
  core.point('garbage:deleted');
  for (const { num } of packs) await core.catalog.setDead(num);
  await core.catalog.setDoomed(
    row.num,
    packs.flatMap(({ blobId }) => blobId ?? []),
    false,
  );
  core.point('garbage:buried');
}

/** The next list, when there is anything to put on it. */
async function doomNext(
  core: EngineCore,
  space: OpenSpace,
  self: Self,
  own: SpaceGarbage,
  now: Now,
  signal: AbortSignal,
): Promise<Omit<CollectReport, 'deleted'>> {
  await pardon(core, space, signal);
  const packs = await ownPacks(core, space);
  const resting = await restingPacks(core, space, now.epoch);
  const head = await ownNewest(space.row, self.device.id, core.catalog);
  const next: PackRow[] = [];
  for (const pack of packs) {
    const { num, blobId } = pack;
    // The head names its pack: an empty machine begins there.
    if (blobId === undefined || num === head?.lastPack || resting.has(blobId)) continue;
    if (next.length >= doomedMax || (await core.catalog.isNeeded(num))) continue;
    // One after another: of two packs with the same chunks one stays.
    await core.catalog.setDoomed(space.row.num, [blobId], true);
    next.push(pack);
  }
  const none = { doomed: sumOf([]), ripeAtMs: undefined, waitsFor: [] };
  if (next.length === 0) return none;
  core.point('garbage:doomed');
  const list = nextList(
    own.list,
    next.flatMap(({ blobId }) => blobId ?? []),
    now.chainMs,
  );
  const said = { ...own, list, thinned: await thinnedOf(core.catalog, space.row.num) };
  await putGarbage(core, space, self, said, signal);
  core.point('garbage:listed');
  return { doomed: sumOf(next), ripeAtMs: ripeAt(said, now), waitsFor: [] };
}

/** Own packs that are on no list any more count again, unless the chain has lost them: a run that was killed had deleted them. */
async function pardon(core: EngineCore, space: OpenSpace, signal: AbortSignal): Promise<void> {
  const { row } = space;
  const doomed = new Set(await core.catalog.doomed(row.num));
  const unsound = await unsoundPacks(core.catalog, row.num);
  for (const { num, pool, blobId, state } of await ownPacks(core, space, ['live', 'dead'])) {
    if (pool === undefined || blobId === undefined || !doomed.has(blobId)) continue;
    // What is lost does not count, list or not.
    if (unsound.get(blobId) === 'lost') continue;
    if (state === 'live' && (await core.chain.pooledBlob(pool, blobId, signal)) === undefined)
      await core.catalog.setDead(num);
    await core.catalog.setDoomed(row.num, [blobId], false);
  }
}

async function restingPacks(core: EngineCore, { row }: OpenSpace, epoch: number): Promise<ReadonlySet<string>> {
  const text = await core.catalog.record(restKey(row.num));
  const kept = text === undefined ? {} : (JSON.parse(text) as Readonly<Record<string, number>>);
  return new Set(Object.entries(kept).flatMap(([blobId, until]) => (until > epoch ? [blobId] : [])));
}

/** What somebody needed is not asked about again at once. */
async function rest(core: EngineCore, space: OpenSpace, kept: readonly BlobId[], epoch: number): Promise<void> {
  const before = [...(await restingPacks(core, space, epoch))].map((blobId) => [blobId, epoch + 1] as const);
  const now = kept.map((blobId) => [blobId, epoch + restEpochs] as const);
  await core.catalog.setRecord(restKey(space.row.num), JSON.stringify(Object.fromEntries([...before, ...now])));
}
