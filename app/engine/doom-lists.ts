/**
 * Doom lists of the other devices (docs/decisions/garbage-in-two-phases.md): what is on one counts as stored nowhere from the moment it is seen, then the
 * list is answered with what is needed here. A device that comes to a space that others have says so on chain before its first round.
 */
import type { BlobId } from '../domain/blob-id.ts';
import { sameBytes } from '../domain/bytes.ts';
import { faultOf } from '../domain/fault.ts';
import type { Answer } from '../domain/garbage.ts';
import type { ChunkId, DeviceId, SuiId } from '../domain/ids.ts';
import type { SpaceGarbage } from '../formats/garbage.ts';
import type { BagState, HeadMove } from '../ports/chain.ts';
import { garbageKey, sealGarbage } from '../formats/head.ts';
import { importPacks } from '../restore/rebuild/rebuild.ts';
import type { Packer } from '../stages/pack/pack.ts';
import { answerTo, noGarbage, unanswered, type Participant } from '../upkeep/garbage.ts';
import type { Device, KnownDevice } from './device.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { lookAtDevices } from './heads.ts';
import { noteLists } from './missed-lists.ts';
import { moveChunks } from './move-chunks.ts';
import { markReachable } from './reachable.ts';
import type { Spender } from './spend.ts';

export interface Self {
  readonly device: Device & { readonly bag: SuiId };
  readonly spender: Spender;
}

export interface Doomed {
  readonly own: SpaceGarbage;
  readonly participants: readonly Participant<BlobId, DeviceId>[];
  /** Its own bag as it is now; undefined when this device wrote to it just now, so that it must be looked at again. */
  readonly bag: BagState | undefined;
  /** Listed by others and not named as needed in this device's answer: they may go at any time. */
  readonly going: readonly BlobId[];
}

const emptyGarbage = (space: OpenSpace): SpaceGarbage => ({
  ...noGarbage<BlobId, DeviceId>(),
  space: space.row.id,
  thinned: [],
});

/** Devices that have a head or a record of the space. */
function participantsOf(space: OpenSpace, devices: readonly KnownDevice[]): readonly Participant<BlobId, DeviceId>[] {
  return devices.flatMap(({ record, heads, garbage }) => {
    const said = garbage.find((one) => one.space === space.row.id);
    const isHere = said !== undefined || heads.some((head) => head.space === space.row.id);
    return isHere ? [{ device: record.device, record: said }] : [];
  });
}

function ownGarbage(space: OpenSpace, self: Self, devices: readonly KnownDevice[]): SpaceGarbage {
  const mine = devices.find(({ bag }) => bag.id === self.device.bag);
  return mine?.garbage.find((one) => one.space === space.row.id) ?? emptyGarbage(space);
}

/** To be called before anything is sealed. Nothing is paid when there is nothing new to answer. */
export async function meetDoomLists(
  core: EngineCore,
  space: OpenSpace,
  self: Self,
  devices: readonly KnownDevice[],
  signal: AbortSignal,
): Promise<Doomed> {
  const participants = participantsOf(space, devices);
  const own = ownGarbage(space, self, devices);
  const others = participants.filter(({ device }) => device !== self.device.id);
  await noteLists(core.catalog, space.row.num, others);
  await takeOver(core, space, others, signal);
  const isPresent = participants.length > others.length || others.length === 0;
  const open = unanswered({ device: self.device.id, record: own }, participants);
  const bag = devices.find((one) => one.bag.id === self.device.bag)?.bag.state;
  if (open.length === 0 && isPresent) return { own, participants, bag, going: goingOf(own, others) };
  const answers = new Map(own.answers);
  for (const [device, answer] of await answersTo(core, space, open, devices, signal)) answers.set(device, answer);
  const said = { ...own, answers };
  await putGarbage(core, space, self, said, signal);
  core.point('garbage:answered');
  if (isPresent) return { own: said, participants, bag: undefined, going: goingOf(said, others) };
  // Whoever collects could not see this device until now, so all lists are looked at once more.
  return meetDoomLists(core, space, self, await lookAtDevices(core, true, signal), signal);
}

function goingOf(own: SpaceGarbage, others: Doomed['participants']): readonly BlobId[] {
  return others.flatMap(({ device, record }) => {
    const needs = new Set(own.answers.get(device)?.needs);
    return (record?.list.packs ?? []).filter((_, at) => !needs.has(at));
  });
}

/** Listed packs are doomed here too; what is on no list any more is back if the chain still has it, and dead if not. */
async function takeOver(
  core: EngineCore,
  { row }: OpenSpace,
  others: Doomed['participants'],
  signal: AbortSignal,
): Promise<void> {
  const listed = new Set(others.flatMap(({ record }) => record?.list.packs ?? []));
  const known = new Set(await core.catalog.doomed(row.num));
  const fresh = [...listed].filter((blobId) => !known.has(blobId));
  if (fresh.length > 0) await core.catalog.setDoomed(row.num, fresh, true);
  const left = [...known].filter((blobId) => !listed.has(blobId));
  if (left.length === 0) return;
  const packs = new Map(
    (await core.catalog.packs(row.num)).flatMap((pack) => (pack.blobId ? [[pack.blobId, pack]] : [])),
  );
  const poolNow = (await core.catalog.spaces()).find(({ num }) => num === row.num)?.pool;
  for (const blobId of left) {
    const pack = packs.get(blobId);
    if (pack?.pool !== undefined && pack.pool === poolNow) continue;
    const stands = pack?.pool && (await core.chain.pooledBlob(pack.pool, blobId, signal));
    if (pack && pack.state !== 'dead' && stands === undefined) await core.catalog.setDead(pack.num);
    await core.catalog.setDoomed(row.num, [blobId], false);
  }
}

async function answersTo(
  core: EngineCore,
  space: OpenSpace,
  open: ReturnType<typeof unanswered<BlobId, DeviceId>>,
  devices: readonly KnownDevice[],
  signal: AbortSignal,
): Promise<ReadonlyMap<DeviceId, Answer>> {
  if (open.length === 0) return new Map();
  const { row, keys } = space;
  const { shards } = (await core.chain.network(signal)).committee;
  const pools = devices.flatMap(({ record, heads }) =>
    open.some(({ device }) => device === record.device) ? heads.filter((head) => head.space === row.id) : [],
  );
  // What the owner has moved elsewhere is known first.
  const input = { row, keys, shards, onPack: () => undefined };
  const { problems } = await importPacks(input, [...new Set(pools.map(({ pool }) => pool))], core, signal);
  // A pack that is on the list and cannot be looked into may hold what is needed: nothing is answered yet.
  if (problems[0]) throw problems[0];
  const isNeeded = await needs(core, space, signal);
  const answers = new Map<DeviceId, Answer>();
  for (const { device, list } of open) {
    const needed = new Set<BlobId>();
    for (const blobId of list.packs) if (await isNeeded(blobId)) needed.add(blobId);
    answers.set(
      device,
      answerTo(list, (pack) => needed.has(pack)),
    );
  }
  return answers;
}

/** Whether this device needs a pack. What cannot be told, because something cannot be read just now, is a yes. */
async function needs(
  core: EngineCore,
  space: OpenSpace,
  signal: AbortSignal,
): Promise<(blobId: BlobId) => Promise<boolean>> {
  let isMarked = true;
  try {
    await markReachable(core, space, signal);
  } catch (error) {
    const code = faultOf(error)?.code;
    if (code !== 'blob-unavailable' && code !== 'pack-damaged') throw error;
    core.log.write('warning', 'garbage.unmarked', { code });
    isMarked = false;
  }
  const packs = new Map(
    (await core.catalog.packs(space.row.num)).flatMap((pack) => (pack.blobId ? [[pack.blobId, pack]] : [])),
  );
  return async (blobId) => {
    const pack = packs.get(blobId);
    return pack !== undefined && (!isMarked || (await core.catalog.isNeeded(pack.num)));
  };
}

/** What a merge brought may lie in packs that other devices are about to delete: it goes into this round. */
export async function carryGoing(
  core: EngineCore,
  space: OpenSpace,
  going: readonly BlobId[],
  packer: Pick<Packer, 'add'>,
  signal: AbortSignal,
): Promise<void> {
  const { num, merged } = space.row;
  if (going.length === 0 || (merged.length === 0 && (await core.catalog.stale(num)).length === 0)) return;
  await markReachable(core, space, signal);
  const ids = new Set<ChunkId>();
  for (const pack of await core.catalog.packs(num, ['live'])) {
    if (pack.blobId === undefined || !going.includes(pack.blobId)) continue;
    for (const id of await core.catalog.neededChunks(pack.num)) ids.add(id);
  }
  await moveChunks(core, [...ids], packer, signal);
}

/** Writes what this device says of the space into its bag. */
export async function putGarbage(
  core: EngineCore,
  space: OpenSpace,
  self: Self,
  garbage: SpaceGarbage,
  signal: AbortSignal,
): Promise<void> {
  const move = await moveOf(core, self, garbage, undefined, signal);
  const subject = { space: space.row.num, pack: undefined };
  await self.spender.spend({ kind: 'put-entry', move }, subject, async () => undefined, signal);
}

/** The entry's way into the bag as it was `seen`, or as it is now. */
export async function moveOf(
  core: EngineCore,
  { device }: Self,
  garbage: SpaceGarbage,
  seen: BagState | undefined,
  signal: AbortSignal,
): Promise<HeadMove> {
  const key = garbageKey(core.crypto, core.account.key, garbage.space);
  const bag = (await core.chain.bags(device.address, signal)).find(({ id }) => id === device.bag);
  const entry = sealGarbage(core.crypto, core.dice, core.account.key, garbage);
  const replaces = bag?.entries.some((one) => sameBytes(one.key, key)) ?? false;
  return { bag: device.bag, entry, replaces, seen: seen ?? bag?.state };
}
