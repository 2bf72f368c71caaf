/**
 * From the phrase alone: the account's devices are found on chain, their heads opened, and each space's catalog rebuilt from its packs. Nothing is
 * spent. Running it again only takes what is missing.
 */
import { Fault, faultOf } from '../domain/fault.ts';
import type { DeviceId, SnapshotId, SpaceId } from '../domain/ids.ts';
import type { Head, Snapshot } from '../domain/space.ts';
import { snapshotFromBytes } from '../formats/snapshot.ts';
import { spaceKeys, wrapSpaceKey } from '../formats/space-keys.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import { openChunkReader } from '../restore/content/content.ts';
import { importPacks, ownTrouble, rebuild, type RebuildInput } from '../restore/rebuild/rebuild.ts';
import { findDevices, readDevice, type KnownDevice } from './device.ts';
import type { EngineCore } from './engine-core.ts';
import { readSnapshot } from './heads.ts';
import { learnSides } from './sides.ts';
import { leaseEpochsUsual } from './spaces.ts';

export interface RecoveredSpace {
  readonly space: SpaceId;
  readonly name: string;
  readonly snapshot: SnapshotId;
  readonly snapshots: number;
  readonly packs: number;
}

/** One space that cannot be read does not keep the others from coming back. */
export interface RecoverReport {
  readonly spaces: readonly RecoveredSpace[];
  readonly problems: readonly { readonly space: SpaceId; readonly name: string; readonly fault: Fault }[];
}

/** The snapshots that spaces were at in a catalog that was lost: what other devices certified since then is for passes to merge, with their brakes. */
export type StoodAt = ReadonlyMap<SpaceId, SnapshotId>;

export async function recoverSpaces(core: EngineCore, stoodAt: StoodAt, signal: AbortSignal): Promise<RecoverReport> {
  const { devices } = await findDevices(core, signal);
  if (devices.length === 0) {
    throw new Fault(
      'not-found',
      'after-user',
      'This phrase has no Floe account on this network. Check the words and the network.',
    );
  }
  const heads = devices.flatMap((device) => device.heads);
  const recovered: RecoveredSpace[] = [];
  const problems: RecoverReport['problems'][number][] = [];
  let failed: Fault | undefined;
  const published = new Set(heads.map((head) => head.space));
  // In the order that they had.
  const before = [...stoodAt.keys()].filter((id) => published.has(id));
  for (const id of new Set([...before, ...published])) {
    const mine = heads.filter((head) => head.space === id);
    try {
      const done = await recoverSpace(core, { heads: mine, devices, stoodAt: stoodAt.get(id) }, signal);
      if (done.recovered) recovered.push(done.recovered);
      for (const fault of done.problems) problems.push({ space: id, name: mine[0]?.name ?? '', fault });
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined || fault.code === 'cancelled' || fault.code === 'network-unreachable') throw error;
      problems.push({ space: id, name: mine[0]?.name ?? '', fault });
      failed ??= fault;
    }
  }
  if (failed && recovered.length === 0) throw failed;
  return { spaces: recovered, problems };
}

interface Found {
  /** Of this space. */
  readonly heads: readonly Head[];
  readonly devices: readonly KnownDevice[];
  readonly stoodAt: SnapshotId | undefined;
}

interface KnownSnapshot {
  readonly id: SnapshotId;
  readonly record: Snapshot;
}

/** `recovered` is undefined when this device knows the space already; packs and snapshots that could not be read before are asked for again. */
async function recoverSpace(
  core: EngineCore,
  { heads, devices, stoodAt }: Found,
  signal: AbortSignal,
): Promise<{ readonly recovered: RecoveredSpace | undefined; readonly problems: readonly Fault[] }> {
  const snapshots = await Promise.all(
    heads.map(async (head) => ({ head, id: head.snapshot, record: await readSnapshot(core, head, signal) })),
  );
  // Of several devices' heads the one that knows most rounds is the newest; equal ones are told apart by their own time.
  const [newest] = snapshots.toSorted(
    (a, b) => b.record.sequence - a.record.sequence || b.record.timeMs - a.record.timeMs,
  );
  if (!newest) return { recovered: undefined, problems: [] };
  const { head } = newest;
  const device = await readDevice(core.catalog);
  const own = snapshots.find((one) => one.record.device === device?.id);
  const known = (await core.catalog.spaces()).find((space) => space.id === head.space);
  const row = known ?? (await addRecovered(core, head, newest.record));
  // This device's pool goes on: heads name one pool, so what lay in a forgotten one would be found and paid by nobody.
  if (row.pool === undefined && own) await core.catalog.setPool(row.num, own.head.pool);
  const network = await core.chain.network(signal);
  const input = {
    row,
    keys: spaceKeys(core.crypto, head.spaceKey),
    shards: network.committee.shards,
    onPack: (packs: number, ofPacks: number) => core.emit({ kind: 'recovering', space: head.space, packs, ofPacks }),
    going: new Set(
      devices.flatMap(({ garbage }) => garbage.flatMap(({ space, list }) => (space === head.space ? list.packs : []))),
    ),
  };
  const pools = [...new Set(heads.map((one) => one.pool))];
  const { packs, problems } = await importPacks(input, pools, core, signal);
  // A space that is kept in step here gets newer snapshots by its passes, which know what lies on this disk.
  const last = row.folder === undefined ? await lastHere(core, input, { newest, own, stoodAt }, signal) : newest;
  const isNew = row.folder === undefined && row.sequence < last.record.sequence;
  const done = isNew ? await rebuildLine(core, { ...input, last }, devices, signal) : { snapshots: 0 };
  const sides = await learnSides(core, core.open(row), devices, signal);
  const found = { space: head.space, name: head.name, snapshot: last.id, packs };
  return {
    recovered: isNew ? { ...found, snapshots: done.snapshots + sides.found } : undefined,
    problems: [...problems, ...sides.problems],
  };
}

/** Where this device was: what it certified itself is in there in any case, or its own head would be taken for another installation's. */
async function lastHere(
  core: EngineCore,
  { row, keys }: Pick<RebuildInput, 'row' | 'keys'>,
  from: {
    readonly newest: KnownSnapshot;
    readonly own: KnownSnapshot | undefined;
    readonly stoodAt?: SnapshotId | undefined;
  },
  signal: AbortSignal,
): Promise<KnownSnapshot> {
  const { newest, own, stoodAt } = from;
  const stood = stoodAt && (await storedSnapshot(core, { row, keys }, stoodAt, signal));
  const last = stood ?? newest;
  if (own === undefined || own.id === last.id) return last;
  const { device, sequence } = own.record;
  return (last.record.vector.get(device) ?? 0) < sequence ? own : last;
}

/** Undefined when it can be read no more. */
async function storedSnapshot(
  core: EngineCore,
  { row, keys }: Pick<RebuildInput, 'row' | 'keys'>,
  id: SnapshotId,
  signal: AbortSignal,
): Promise<KnownSnapshot | undefined> {
  const [place] = await core.catalog.chunkLocations([id]);
  if (place?.blobId === undefined) return undefined;
  try {
    const reader = openChunkReader(keys, core);
    const record = snapshotFromBytes(await reader.at(place.blobId, place.packBytes, place, signal));
    return record.space === row.id ? { id, record } : undefined;
  } catch (error) {
    if (ownTrouble(error) === undefined) throw error;
    return undefined;
  }
}

async function rebuildLine(
  core: EngineCore,
  input: Pick<RebuildInput, 'row' | 'keys'> & { readonly last: KnownSnapshot },
  devices: readonly KnownDevice[],
  signal: AbortSignal,
): ReturnType<typeof rebuild> {
  const { row, keys, last } = input;
  const thinnedBy = (id: DeviceId): RebuildInput['thinned'] =>
    devices.find(({ record }) => record.device === id)?.garbage.find(({ space }) => space === row.id)?.thinned ?? [];
  const { device, sequence } = last.record;
  const own = (await readDevice(core.catalog))?.id ?? device;
  const lines = { thinned: thinnedBy(device), own: { device: own, thinned: thinnedBy(own) } };
  const head = { snapshot: last.id, sequence };
  return rebuild({ row, keys, head, ...lines }, { ...core, reader: openChunkReader(keys, core) }, signal);
}

function addRecovered(core: EngineCore, head: Head, record: Snapshot): Promise<SpaceRow> {
  return core.catalog.addSpace({
    id: head.space,
    name: head.name,
    mode: head.mode,
    folder: undefined,
    sealedKey: wrapSpaceKey(core.crypto, core.account.key, core.dice.bytes(12), head.space, head.spaceKey),
    limits: head.limits,
    leaseEpochs: leaseEpochsUsual,
    pool: undefined,
    rootNode: record.root.node,
  });
}
