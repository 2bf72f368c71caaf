/**
 * Side snapshots become known: the records of snapshots that lie in the packs and on no line of this catalog are read, then of each what it holds that
 * nothing else does. Each step is kept as it is done, so a run that stops goes on later; what cannot be read costs itself only.
 */
import { sameDot } from '../domain/dot.ts';
import { Fault } from '../domain/fault.ts';
import type { DeviceId, NodeId, SnapshotId } from '../domain/ids.ts';
import { joinPath, type PathName, type SpacePath } from '../domain/path-name.ts';
import type { Content, TreeEntry } from '../domain/space.ts';
import { listingFromBytes } from '../formats/listing.ts';
import { snapshotFromBytes } from '../formats/snapshot.ts';
import type { SideEntry, SideRow } from '../ports/catalog-sides.ts';
import { openChunkReader, type ChunkReader } from '../restore/content/content.ts';
import { listingBytesMax, ownTrouble, sameContent } from '../restore/rebuild/rebuild.ts';
import { readDevice, type KnownDevice } from './device.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { thinnedOf } from './retention.ts';

export interface SidesReport {
  /** Side snapshots that became known. */
  readonly found: number;
  readonly problems: readonly Fault[];
  /** Nothing is left for another turn but what could not be read. */
  readonly isComplete: boolean;
}

/** How much one turn reads at most. */
interface Turn {
  readonly records: number;
  readonly trees: number;
}

/** A recovery: more than a year of snapshots every ten minutes. */
const wholeTurn: Turn = { records: 100_000, trees: 100_000 };
/** A pass, in which other work waits: seconds. The next pass goes on. */
const passTurn: Turn = { records: 1_000, trees: 200 };

/** Records fetched together. They lie at the ends of different packs. */
const recordsAtOnce = 16;
const recordBytesMax = 1024 * 1024;
/** Versions given to the catalog at once. */
const versionsAtOnce = 1_000;
/** After so many that cannot be read one after another the rest waits for the next turn: the network is not answering, or their packs are gone. */
const failuresMax = 24;

/** `devices`: as their bags are now; what their makers gave up is passed over. */
export async function learnSides(
  core: EngineCore,
  space: OpenSpace,
  devices: readonly KnownDevice[],
  signal: AbortSignal,
  turn: Turn = wholeTurn,
): Promise<SidesReport> {
  const reader = openChunkReader(space.keys, core, 'bulk');
  const problems: Fault[] = [];
  const ids = await core.catalog.strangeSnapshots(space.row.num, turn.records);
  const found = await readRecords(core, space, ids, { reader, problems }, signal);
  await giveUp(core, space, devices);
  const isRead = await readVersions(core, space, turn.trees, { reader, problems }, signal);
  if (found + problems.length > 0) core.log.write('info', 'sides.learnt', { found, problems: problems.length });
  return { found, problems, isComplete: isRead && ids.length < turn.records };
}

/** At the end of a pass: when packs of another device came since the last time, or this process has not looked yet. */
export async function learnSidesOnce(
  core: EngineCore,
  space: OpenSpace,
  devices: readonly KnownDevice[],
  signal: AbortSignal,
): Promise<void> {
  if (core.memory.sidesLearnt.has(space.row.num)) return;
  const { isComplete } = await learnSides(core, space, devices, signal, passTurn);
  if (isComplete) core.memory.sidesLearnt.add(space.row.num);
}

interface Reading {
  readonly reader: ChunkReader;
  readonly problems: Fault[];
}

async function readRecords(
  core: EngineCore,
  { row }: OpenSpace,
  ids: readonly SnapshotId[],
  { reader, problems }: Reading,
  signal: AbortSignal,
): Promise<number> {
  let found = 0;
  const read = async (id: SnapshotId): Promise<void> => {
    try {
      const bytes = await reader.bytes({ depth: 0, chunks: [id] }, recordBytesMax, signal);
      const record = snapshotFromBytes(bytes);
      // A record of another space is passed over like a pack of another space.
      if (record.space !== row.id) return;
      const { sequence, parents, device, deviceName, timeMs, files, bytes: size, root } = record;
      const facts = { sequence, parents, device, deviceName, timeMs, files, bytes: size, root: root.content };
      await core.catalog.addSide(row.num, { ...facts, snapshot: id });
      found++;
    } catch (error) {
      const fault = ownTrouble(error);
      if (fault === undefined) throw error;
      problems.push(fault);
    }
  };
  for (let at = 0; at < ids.length && problems.length < failuresMax; at += recordsAtOnce) {
    signal.throwIfAborted();
    await Promise.all(ids.slice(at, at + recordsAtOnce).map(read));
  }
  return found;
}

/**
 * A snapshot is given up when its maker thinned it out, unless another device had taken it for its own newest and kept it: then the packs of both still
 * hold it.
 */
async function giveUp(core: EngineCore, { row }: OpenSpace, devices: readonly KnownDevice[]): Promise<void> {
  const thinned = new Map<DeviceId, readonly (readonly [from: number, to: number])[]>();
  for (const { record, garbage } of devices)
    thinned.set(record.device, garbage.find(({ space }) => space === row.id)?.thinned ?? []);
  const self = (await readDevice(core.catalog))?.id;
  if (self !== undefined)
    thinned.set(self, [...(thinned.get(self) ?? []), ...(await thinnedOf(core.catalog, row.num))]);
  const heads = new Set(devices.flatMap(({ heads: all }) => all.map(({ snapshot }) => snapshot)));
  const hasGivenUp = (device: DeviceId, sequence: number): boolean =>
    thinned.get(device)?.some(([from, to]) => from <= sequence && sequence <= to) ?? false;
  const sides = await core.catalog.sides(row.num);
  const adopters = new Map<SnapshotId, DeviceId[]>();
  for (const { parents, device } of [...sides, ...(await core.catalog.snapshots(row.num))]) {
    const [first] = parents;
    if (first !== undefined) adopters.set(first, [...(adopters.get(first) ?? []), device]);
  }
  for (const { num, snapshot, sequence, device, state } of sides) {
    const keepers = [device, ...(adopters.get(snapshot) ?? [])];
    const isGone = !heads.has(snapshot) && keepers.every((keeper) => hasGivenUp(keeper, sequence));
    if (isGone && state !== 'given-up') await core.catalog.setSideState(num, 'given-up');
    // What this device gave up stays so, although its bag has room for its newest ranges only.
    if (!isGone && state === 'given-up' && device !== self) await core.catalog.setSideState(num, 'known');
  }
}

async function readVersions(
  core: EngineCore,
  space: OpenSpace,
  treesMax: number,
  { reader, problems }: Reading,
  signal: AbortSignal,
): Promise<boolean> {
  const sides = (await core.catalog.sides(space.row.num)).filter(({ state }) => state !== 'given-up');
  const known: Base[] = [
    ...(await core.catalog.snapshots(space.row.num)).filter(({ state }) => state === 'certified'),
    ...sides.filter(({ state }) => state === 'read'),
  ];
  const readBeside = async (side: SideRow): Promise<void> => {
    const base = baseOf(side, known);
    try {
      await readOne(core, space, side, base, reader, signal);
    } catch (error) {
      // It may be the other tree that cannot be read.
      if (base === undefined || ownTrouble(error) === undefined) throw error;
      await readOne(core, space, side, undefined, reader, signal);
    }
  };
  let failures = 0;
  let trees = 0;
  for (const side of sides) {
    if (side.state === 'read') continue;
    if (++trees > treesMax) return false;
    if (failures >= failuresMax) return true;
    signal.throwIfAborted();
    try {
      await readBeside(side);
      known.push(side);
      await core.catalog.setSideState(side.num, 'read');
      failures = 0;
    } catch (error) {
      const fault = ownTrouble(error);
      if (fault === undefined) throw error;
      problems.push(fault);
      failures++;
    }
  }
  return true;
}

type Base = Pick<SideRow, 'snapshot' | 'sequence' | 'root'>;

/** A tree near this one whose versions the catalog has: its first parent's, else that of the newest snapshot before it. Only saves reading. */
function baseOf({ parents, sequence }: SideRow, known: readonly Base[]): Content | undefined {
  let near: Base | undefined;
  for (const one of known) {
    if (one.snapshot === parents[0]) return one.root;
    if (one.sequence < sequence && one.sequence > (near?.sequence ?? 0)) near = one;
  }
  return near?.root;
}

interface Pair {
  readonly path: SpacePath;
  readonly node: NodeId;
  readonly content: Content;
  readonly base: Content | undefined;
}

/** What differs from the base, folder by folder: equal listings are not read. */
async function readOne(
  core: EngineCore,
  { row }: OpenSpace,
  side: SideRow,
  base: Content | undefined,
  reader: ChunkReader,
  signal: AbortSignal,
): Promise<void> {
  const list = async (content: Content): Promise<readonly TreeEntry[]> =>
    listingFromBytes(await reader.bytes(content, listingBytesMax, signal));
  const pairs: Pair[] = [{ path: '', node: row.rootNode, content: side.root, base }];
  // A node lies at one place; a tree that says otherwise must not be walked without end.
  const opened = new Set<NodeId>();
  let found: { path: SpacePath; parent: NodeId; entry: TreeEntry }[] = [];
  const flush = async (): Promise<void> => {
    const nodes = found.flatMap(({ parent, entry }) => [parent, entry.node]);
    const nums = await core.catalog.allotNodes(row.num, nodes);
    const versions: SideEntry[] = found.map(({ path, entry }, i) => {
      const [parent, num] = [nums[2 * i], nums[2 * i + 1]];
      if (parent === undefined || num === undefined) throw new Error('each node gets a number');
      return { path, entry, parent, num };
    });
    await core.catalog.addSideVersions(side.num, versions);
    found = [];
  };
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const { path, node, content } = pair;
    if (opened.has(node)) throw new Fault('pack-damaged', 'never', 'A stored folder lies at two places at once.');
    opened.add(node);
    if (pair.base && sameContent(pair.base, content)) continue;
    const before = new Map<PathName, TreeEntry>();
    if (pair.base) for (const entry of await list(pair.base)) before.set(entry.name, entry);
    for (const entry of await list(content)) {
      const was = before.get(entry.name);
      const place = joinPath(path, entry.name);
      const isSame = was?.node === entry.node && sameDot(was.place, entry.place) && sameDot(was.version, entry.version);
      if (!isSame) found.push({ path: place, parent: node, entry });
      if (entry.kind === 'folder') {
        const former = was?.kind === 'folder' && was.node === entry.node ? was.content : undefined;
        pairs.push({ path: place, node: entry.node, content: entry.content, base: former });
      }
      if (found.length >= versionsAtOnce) await flush();
    }
  }
  if (found.length > 0) await flush();
}
