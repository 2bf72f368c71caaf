/**
 * The other devices' heads of a space: found on chain at the addresses that are known, opened, and checked before anything is done with them. A head
 * that is gone, or that cannot be read, is trouble to be told; it never means that something was deleted.
 */
import type { DeviceId, SuiId } from '../domain/ids.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import type { Head, Snapshot } from '../domain/space.ts';
import { snapshotFromBytes } from '../formats/snapshot.ts';
import { spaceKeys } from '../formats/space-keys.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import { openChunkReader } from '../restore/content/content.ts';
import { keepSnapshot } from '../restore/rebuild/rebuild.ts';
import { findDevices, readDevice, readKnownDevices, type KnownDevice } from './device.ts';
import type { EngineCore } from './engine-core.ts';

/** How long the list of the account's devices is believed, in ms. A new device is seen by the others after at most this. */
const devicesFreshMs = 5 * 60_000;
/** Leaves room for what counts on from it; no device makes so many snapshots. */
const sequenceMax = 0xf000_0000;
const recordKey = 'devices';

interface Address {
  readonly index: number;
  readonly address: SuiId;
  readonly name: string;
  readonly device: DeviceId;
}

/** All devices of the account, their bags fresh from the chain. Addresses are looked for anew now and then, or when `isFull` asks for it. */
export async function lookAtDevices(
  core: EngineCore,
  isFull: boolean,
  signal: AbortSignal,
): Promise<readonly KnownDevice[]> {
  const now = core.clock.steady();
  const known = await knownAddresses(core);
  if (isFull || known.length === 0 || now - core.memory.devicesAtMs > devicesFreshMs) {
    const { devices } = await findDevices(core, signal);
    core.memory.devicesAtMs = now;
    const addresses = devices.map(({ index, address, record }) => ({
      index,
      address,
      name: record.name,
      device: record.device,
    }));
    await core.catalog.setRecord(recordKey, JSON.stringify(addresses satisfies readonly Address[]));
    return devices;
  }
  const places = [...new Map(known.map(({ index, address }) => [address, index]))];
  const found = await Promise.all(places.map(([address, index]) => readKnownDevices(core, index, address, signal)));
  return found.flat();
}

async function knownAddresses(core: EngineCore): Promise<readonly Address[]> {
  const text = await core.catalog.record(recordKey);
  return text === undefined ? [] : (JSON.parse(text) as readonly Address[]);
}

/** Names of devices, for conflict names. */
export async function deviceNames(core: EngineCore): Promise<ReadonlyMap<DeviceId, string>> {
  return new Map((await knownAddresses(core)).map(({ device, name }) => [device, name]));
}

/** Whether a device that is known has a head that a space with a folder here does not contain. Of what is paused nothing is news. */
export async function hasNews(core: EngineCore, signal: AbortSignal): Promise<boolean> {
  const own = (await readDevice(core.catalog))?.id;
  const rows: SpaceRow[] = [];
  for (const row of await core.catalog.spaces())
    if (row.folder !== undefined && (await core.steering.paused(row.num)) === undefined) rows.push(row);
  if (own === undefined || rows.length === 0) return false;
  if (await isQuiet(core, signal)) return false;
  core.memory.quietBags = undefined;
  const devices = await lookAtDevices(core, false, signal);
  const heads = devices.flatMap((device) => device.heads);
  for (const row of rows) {
    const vector = await core.catalog.vector(row.num);
    const isNew = (head: Head): boolean =>
      head.space === row.id &&
      head.device !== own &&
      !core.memory.headsSeen.has(head.snapshot) &&
      (vector.get(head.device) ?? 0) < head.sequence;
    if (heads.some(isNew)) return true;
  }
  core.memory.quietBags = new Map(devices.map(({ bag }) => [bag.id, bag.state.digest]));
  return false;
}

/** Whether all bags stand as they did when none had news: one small question, where looking into them takes several for each device. */
async function isQuiet(core: EngineCore, signal: AbortSignal): Promise<boolean> {
  const { quietBags, devicesAtMs } = core.memory;
  if (quietBags === undefined || core.clock.steady() - devicesAtMs > devicesFreshMs) return false;
  const states = await core.chain.bagStates([...quietBags.keys()], signal);
  return [...quietBags].every(([bag, digest]) => states.get(bag)?.digest === digest);
}

/** The same of one space, among devices that were looked at just now. */
export async function hasNewsOf(
  core: EngineCore,
  row: SpaceRow,
  own: DeviceId,
  devices: readonly KnownDevice[],
): Promise<boolean> {
  const vector = await core.catalog.vector(row.num);
  return devices
    .flatMap(({ heads }) => heads)
    .some(({ space, device, sequence }) => space === row.id && device !== own && (vector.get(device) ?? 0) < sequence);
}

export interface HeadToMerge {
  readonly head: Head;
  readonly record: Snapshot;
}

export interface FoundHeads {
  readonly heads: readonly HeadToMerge[];
  readonly problems: readonly Fault[];
}

/** Heads of a space that its entries do not contain, oldest first. */
export async function headsToMerge(
  core: EngineCore,
  row: SpaceRow,
  own: DeviceId,
  devices: readonly KnownDevice[],
  signal: AbortSignal,
): Promise<FoundHeads> {
  const vector = await core.catalog.vector(row.num);
  const heads: HeadToMerge[] = [];
  const problems: Fault[] = [];
  for (const { record: device, heads: all } of devices) {
    const head = all.find(({ space }) => space === row.id);
    if (head === undefined || device.device === own || head.device === own) continue;
    if ((vector.get(head.device) ?? 0) >= head.sequence) continue;
    core.memory.headsSeen.add(head.snapshot);
    try {
      const record = await readSnapshot(core, head, signal);
      checkClaims(record, row, own);
      heads.push({ head, record });
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined || fault.code === 'cancelled' || fault.code === 'network-unreachable') throw error;
      problems.push(fault);
    }
  }
  return { heads: heads.toSorted((a, b) => a.record.sequence - b.record.sequence), problems };
}

/** A head's snapshot, which must be what the head says. */
export async function readSnapshot(core: EngineCore, head: Head, signal: AbortSignal): Promise<Snapshot> {
  const blob = await core.chain.pooledBlob(head.pool, head.pack, signal);
  if (!blob)
    throw new Fault(
      'blob-unavailable',
      'never',
      `The newest pack of '${head.name}' is no longer on the network: its lease has ended or it was deleted.`,
    );
  const reader = openChunkReader(spaceKeys(core.crypto, head.spaceKey), core);
  const bytes = await reader.at(head.pack, blob.unencodedBytes, head.place, signal);
  const record = snapshotFromBytes(bytes);
  if (record.space !== head.space) throw new Fault('pack-foreign', 'never', 'A snapshot belongs to another space.');
  if (record.device !== head.device || record.sequence !== head.sequence)
    throw new Fault('pack-damaged', 'never', 'A head on chain does not fit the snapshot that it names.');
  await keepSnapshot(core.catalog, head.snapshot, bytes);
  return record;
}

/** A device that is broken, or in the wrong hands, must not make others count into nowhere or believe that it knows their future. */
function checkClaims(record: Snapshot, row: SpaceRow, own: DeviceId): void {
  const isBeyond = (record.vector.get(own) ?? 0) > row.clock || record.sequence > sequenceMax;
  const isLamport = [...record.vector.values()].every((sequence) => sequence <= record.sequence);
  if (record.root.node !== row.rootNode || isBeyond || !isLamport)
    throw new Fault('pack-damaged', 'never', 'The snapshot of another device contradicts what this one knows.');
}
