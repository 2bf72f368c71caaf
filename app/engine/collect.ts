/**
 * The collector of one space on this device: settles its doom list, deletes what nobody needs, publishes the next. Every step asks chain and catalog
 * afresh, so it may be killed anywhere and run again; deleting what is gone already is noticed and not paid.
 */
import type { BlobId } from '../domain/blob-id.ts';
import type { DeviceId } from '../domain/ids.ts';
import type { SpaceGarbage } from '../formats/garbage.ts';
import type { PackRow } from '../ports/catalog.ts';
import { deletable, doomedMax, graceEpochs, nextList, standingOf } from '../upkeep/garbage.ts';
import type { EngineCore, OpenSpace } from './engine.ts';
import { meetDoomLists, putGarbage, type Doomed, type Self } from './doom-lists.ts';
import { lookAtDevices } from './heads.ts';
import { ownNewest } from './own-head.ts';
import { markReachable } from './reachable.ts';

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
  /** The epoch from which on the list can be settled; undefined without one. */
  readonly ripeAtEpoch: number | undefined;
  /** Devices whose answer is missing. */
  readonly waitsFor: readonly DeviceId[];
}

/** Deletions of one transaction. */
const deletedAtOnce = 64;
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
  const devices = await lookAtDevices(core, true, signal);
  const met = await meetDoomLists(core, space, self, devices, signal);
  await markReachable(core, space, signal);
  const { epoch } = await core.chain.network(signal);
  const packs = await ownPacks(core, space);
  const { own, participants } = met;
  const standing = standingOf(self.device.id, own.list, participants, { epoch, gone });
  if (own.list.packs.length > 0) {
    const needed = new Set<BlobId>();
    for (const { num, blobId } of packs) if (blobId && (await core.catalog.isNeeded(num))) needed.add(blobId);
    const going = deletable(own.list, standing, (blobId) => needed.has(blobId));
    if (going === undefined) {
      const { waitsFor } = standing;
      return { deleted: sumOf([]), doomed: sumOf(named(packs, own.list.packs)), ripeAtEpoch: ripeAt(own), waitsFor };
    }
    await remove(core, space, self, named(packs, going), signal);
    await rest(
      core,
      space,
      own.list.packs.filter((blobId) => !going.includes(blobId)),
      epoch,
    );
    const next = await doomNext(core, space, self, met, epoch, signal);
    return { deleted: sumOf(named(packs, going)), ...next };
  }
  return { deleted: sumOf([]), ...(await doomNext(core, space, self, met, epoch, signal)) };
}

const ripeAt = ({ list }: SpaceGarbage): number | undefined =>
  list.packs.length > 0 ? list.epoch + graceEpochs + 1 : undefined;

const named = (packs: readonly PackRow[], blobIds: readonly BlobId[]): readonly PackRow[] =>
  packs.filter(({ blobId }) => blobId !== undefined && blobIds.includes(blobId));

function sumOf(packs: readonly PackRow[]): PackSum {
  return { packs: packs.length, encodedBytes: packs.reduce((sum, pack) => sum + (pack.encodedBytes ?? 0), 0) };
}

async function ownPacks(core: EngineCore, { row }: OpenSpace): Promise<readonly PackRow[]> {
  const pool = (await core.catalog.spaces()).find(({ num }) => num === row.num)?.pool;
  return (await core.catalog.packs(row.num, ['live'])).filter((pack) => pool !== undefined && pack.pool === pool);
}

/** Some at a time; those that the chain no longer has were deleted by a run that was killed. */
async function remove(
  core: EngineCore,
  { row }: OpenSpace,
  { spender }: Self,
  packs: readonly PackRow[],
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < packs.length; at += deletedAtOnce) {
    const some = packs.slice(at, at + deletedAtOnce);
    const pool = some[0]?.pool;
    if (pool === undefined) throw new Error('an own pack lies in a pool');
    const blobIds: BlobId[] = [];
    for (const { blobId } of some)
      if (blobId && (await core.chain.pooledBlob(pool, blobId, signal))) blobIds.push(blobId);
    const subject = { space: row.num, pack: undefined };
    if (blobIds.length > 0)
      await spender.spend({ kind: 'delete-blobs', pool, blobIds }, subject, async () => undefined, signal);
    core.point('garbage:deleted');
    for (const { num } of some) await core.catalog.setDead(num);
    core.point('garbage:buried');
  }
}

/** The next list, or an empty one after a list that is settled. */
async function doomNext(
  core: EngineCore,
  space: OpenSpace,
  self: Self,
  { own }: Doomed,
  epoch: number,
  signal: AbortSignal,
): Promise<Omit<CollectReport, 'deleted'>> {
  const packs = await ownPacks(core, space);
  const resting = await restingPacks(core, space, epoch);
  const head = await ownNewest(space.row, self.device.id, core.catalog);
  await pardon(core, space, packs);
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
  const none = { doomed: sumOf([]), ripeAtEpoch: undefined, waitsFor: [] };
  if (next.length === 0 && own.list.packs.length === 0) return none;
  core.point('garbage:doomed');
  const list = nextList(
    own.list,
    next.flatMap(({ blobId }) => blobId ?? []),
    epoch,
  );
  const said = { ...own, list };
  await putGarbage(core, space, self, said, signal);
  core.point('garbage:listed');
  return { doomed: sumOf(next), ripeAtEpoch: ripeAt(said), waitsFor: [] };
}

/** Own packs that are on no list that stands count again. */
async function pardon(core: EngineCore, { row }: OpenSpace, packs: readonly PackRow[]): Promise<void> {
  const doomed = new Set(await core.catalog.doomed(row.num));
  const own = packs.flatMap(({ blobId }) => (blobId && doomed.has(blobId) ? [blobId] : []));
  if (own.length > 0) await core.catalog.setDoomed(row.num, own, false);
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
