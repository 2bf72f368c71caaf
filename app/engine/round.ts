/**
 * One round of one space, up to the point where everything that it will ever send lies sealed on the disk: scan, brake, chunk, dedupe, seal, pack,
 * tree, snapshot. The last pack, the snapshot and the changed entries become durable in one transaction; a crash before it costs only work.
 */
import type { Released } from './held.ts';
import type { Clock, Dice } from '../domain/clock.ts';
import { Fault } from '../domain/fault.ts';
import { Feed } from '../domain/feed.ts';
import { joinVectors, type Dot } from '../domain/dot.ts';
import { parseChunkId, type DeviceId, type NodeId, type SnapshotId } from '../domain/ids.ts';
import { roundChangesMax } from '../domain/limits.ts';
import { rootName, type SpacePath } from '../domain/path-name.ts';
import type { Content, Snapshot } from '../domain/space.ts';
import { snapshotToBytes } from '../formats/snapshot.ts';
import type { SpaceKeys } from '../formats/space-keys.ts';
import type { Catalog, EntryChange, EntryRow, NewPack, RoundRow, SpaceRow } from '../ports/catalog.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Disk, DiskNature } from '../ports/disk.ts';
import type { Pool } from '../ports/pool.ts';
import type { Spool } from '../ports/spool.ts';
import { startPacker, type Packer } from '../stages/pack/pack.ts';
import { lookOf, scan, type Clash, type ContentJob, type Placed, type Scan } from '../stages/scan/scan.ts';
import { buildTree } from '../stages/snapshot/snapshot.ts';
import { lackedBy, noteArriving } from './arriving.ts';
import { isMassDeletion, type BrakeLimits } from './brake.ts';
import { freshFolders, prepareEntries, splitEarly } from './early-entries.ts';
import { startIntake, type Intake } from './intake.ts';
import { keepSnapshot } from '../restore/rebuild/rebuild.ts';
import type { LeftOut } from './left-out.ts';
import { alarmFrom, alarmOf, type Alarm } from './rewrites.ts';
import { letGo } from './selection.ts';
import { countAfter, standingIn, takenBy } from './standing.ts';
import type { OnEvent, OnPoint } from './progress.ts';
import { takeContents } from './take-contents.ts';

export interface RoundPorts {
  readonly disk: Disk;
  readonly catalog: Catalog;
  readonly pool: Pool;
  readonly spool: Spool;
  readonly crypto: Crypto;
  readonly dice: Dice;
  readonly clock: Clock;
  readonly onEvent: OnEvent;
  readonly onPoint: OnPoint;
}

export interface RoundInput {
  readonly row: SpaceRow;
  readonly folder: string;
  readonly keys: SpaceKeys;
  readonly device: { readonly id: DeviceId; readonly name: string };
  readonly packBytes: number;
  readonly leftOut: LeftOut;
  readonly nature: DiskNature;
  readonly parked: ReadonlySet<NodeId>;
  /** True when what a merge brought is to be published, even if nothing changed here. */
  readonly publishesMerge: boolean;
  /** True when the user has said that the held deletions are meant. */
  readonly released: Released;
  readonly brake: BrakeLimits;
  /** The folder is not the one that was known (arriving.ts): all that is missing waits. */
  readonly isArriving: boolean;
  /** Large files wait for another time. */
  readonly isBulkHeld: boolean;
  /** A full pack has its row; the caller may start to send it. Resolves when there is room for more packs. */
  readonly onPack: (pack: NewPack) => Promise<void>;
  /** Whether so many bytes of changes may wait for more; never asked about the first round, nor about a merge. Undefined: nothing waits. */
  readonly waits: ((bytes: number) => Promise<boolean>) | undefined;
  /** Puts chunks into this round's packs that lie where they may go away. */
  readonly carry: (packer: Pick<Packer, 'add'>) => Promise<void>;
}

export interface FileProblem {
  readonly path: SpacePath;
  readonly fault: Fault;
}

export interface RoundReport {
  /** Undefined when nothing changed. */
  readonly round: RoundRow | undefined;
  readonly problems: readonly FileProblem[];
  readonly special: number;
  /** What must make room on the disk before the space's own can come there. */
  readonly clashes: readonly Clash[];
  /** Deletions that wait for the user's word. */
  readonly held: number;
  /** Rewrites that look like somebody's encryption, since the last time the user has said a word. */
  readonly suspicious: number;
  /** Large files that wait. */
  readonly bulk: readonly SpacePath[];
  readonly newChunks: number;
  readonly newBytes: number;
  /** True when another round should follow at once. */
  readonly isPartial: boolean;
}

export async function sealRound(input: RoundInput, ports: RoundPorts, signal: AbortSignal): Promise<RoundReport> {
  const { row } = input;
  const space = { num: row.num, root: row.root, mode: row.mode };
  const onSeen = (seen: number): void => ports.onEvent({ kind: 'scanning', space: row.id, seen });
  // Contents are read while the scan goes on.
  const feed = new Feed<ContentJob>();
  const scanning = scan(
    {
      space,
      root: input.folder,
      isLeftOut: input.leftOut.isLeftOut,
      leftOutKey: input.leftOut.key,
      nature: input.nature,
      parked: input.parked,
      changesMax: roundChangesMax,
      onSeen,
      onJobs: (jobs) => feed.put(jobs),
    },
    ports,
    signal,
  );
  void scanning.then(
    () => feed.end(),
    (error: unknown) => feed.fail(error),
  );
  if (input.waits !== undefined) {
    const found = await scanning;
    const standing = input.released.areRewritesMeant ? undefined : await alarmOf(ports.catalog, row.num);
    const { gone, hasMerge, report } = await judge(input, found, standing, ports);
    const isNews = found.jobs.length + found.placed.length + gone.length > 0;
    if (isNews && !hasMerge && row.sequence > 0 && (await input.waits(bytesOf(found.jobs))))
      return { ...nothingSealed, ...report, problems: found.problems, clashes: found.clashes, bulk: [] };
  }
  const round = row.clock + 1;
  const own: Dot = { device: input.device.id, sequence: round };
  const packer = startPacker(
    { space: row, indexKey: input.keys.index, round, packBytes: input.packBytes, onPack: input.onPack },
    ports,
  );
  const intake = startIntake({ keys: input.keys, limits: row.limits, packer }, ports, signal);
  const problems: FileProblem[] = [];
  try {
    await input.carry(packer);
    const contents = await takeContents(input, feed, scanning, own, intake, problems, ports, signal);
    const found = await scanning;
    problems.unshift(...found.problems);
    const alarm = input.released.areRewritesMeant
      ? undefined
      : await alarmFrom({ space: row.num, most: input.brake.rewrites }, contents.rewrites, intake, ports);
    const judged = await judge(input, found, alarm, ports);
    const { isHeld, gone, stale, hasMerge } = judged;
    const placedNums = new Set(found.placed.map(({ num }) => num));
    // A file may have been read, and have moved on to another place before that was listed.
    const read = contents.changes.filter(({ num }) => !placedNums.has(num));
    const puts = [...found.placed.map((placed) => placedChange(placed, own)), ...read];
    const changes = orderedChanges(gone, isHeld ? besideHeld(puts, found.gone, found) : puts, found);
    const clashes = [...found.clashes, ...contents.clashes];
    const report = { ...judged.report, problems, clashes, bulk: contents.bulk };
    if (changes.length === 0 && row.sequence > 0 && !hasMerge) {
      await intake.settled();
      await packer.abandon();
      if (judged.hasArrived) await noteArriving(ports.catalog, row.num, false);
      return { ...report, ...nothingSealed };
    }
    const sealed = await publish(input, found, { changes, stale, own }, intake, packer, ports);
    await intake.settled();
    if (judged.hasArrived) await noteArriving(ports.catalog, row.num, false);
    return {
      ...report,
      round: sealed,
      newChunks: intake.newChunks,
      newBytes: intake.newBytes,
      isPartial: found.isPartial || contents.isPartial,
    };
  } catch (error) {
    feed.refuse(error);
    await scanning.catch(() => undefined);
    await intake.settled();
    await packer.abandon();
    throw error;
  }
}

interface Judged {
  readonly isHeld: boolean;
  /** Entries whose deletion goes through. */
  readonly gone: Scan['gone'];
  readonly stale: Awaited<ReturnType<Catalog['stale']>>;
  readonly hasMerge: boolean;
  /** A folder that arrived holds everything, or what it lacks is meant. */
  readonly hasArrived: boolean;
  readonly report: Pick<RoundReport, 'special' | 'held' | 'suspicious'>;
}

/** What of a scan may go through, and whether a merge waits to be published with it. */
async function judge(
  { row, nature, released, publishesMerge, brake, isArriving }: RoundInput,
  found: Scan,
  alarm: Alarm | undefined,
  { catalog }: RoundPorts,
): Promise<Judged> {
  const lacked = isArriving ? await lackedBy(found, nature, catalog) : found;
  const { deletions } = lacked;
  const totals = await catalog.totals(row.num);
  // An empty root where there were files is more likely a disk that is not mounted than a person who deleted everything.
  const isEmptied = found.seen === 0 && deletions > 0;
  const isMass = isEmptied || isMassDeletion(deletions, totals.files + totals.folders, brake);
  // What an archive lets go is not fetched again either.
  const missing = deletions + (isArriving ? lacked.letGo.reduce((sum, { below }) => sum + below.length + 1, 0) : 0);
  const isHeld = missing > released.here && (isMass || isArriving || (alarm !== undefined && deletions > 0));
  const gone = isHeld ? lacked.gone.filter((entry) => found.nodes.has(entry.num)) : lacked.gone;
  if (found.looks.length > 0) await catalog.setLooks(found.looks);
  if (!isHeld || !isArriving) await letGo(catalog, row, lacked.letGo);
  if (!isHeld && found.stays.length > 0) await catalog.forgetLooks(found.stays);
  const stale = await catalog.stale(row.num);
  const hasMerge = publishesMerge && (stale.length > 0 || row.merged.length > 0);
  const isWhole = missing > 0 || found.problems.length === 0;
  const hasArrived = isArriving && !isHeld && !found.isPartial && isWhole;
  const report = { special: found.special, held: isHeld ? missing : 0, suspicious: alarm?.rewrites ?? 0 };
  return { isHeld, gone, stale, hasMerge, hasArrived, report };
}

const nothingSealed = { round: undefined, newChunks: 0, newBytes: 0, isPartial: false };
const bytesOf = (jobs: readonly ContentJob[]): number => jobs.reduce((sum, { stat }) => sum + stat.bytes, 0);

function placedChange({ parent, name, num, stat, from }: Placed, own: Dot): Put {
  const content: Content = from?.content ?? { depth: 0, chunks: [] };
  const kind = stat.kind === 'other' ? 'file' : stat.kind;
  const before = from?.num === num ? from : undefined;
  const place = before?.parent === parent && before.name === name ? before.place : own;
  // One dot stands for one value: what keeps its dot keeps its time too.
  const isSame = before?.mode === stat.mode;
  const mtimeNs = isSame ? before.mtimeNs : stat.mtimeNs;
  const version = isSame ? before.version : own;
  return {
    kind: 'put',
    parent,
    name,
    num,
    entry: { kind, mode: stat.mode, mtimeNs, bytes: from?.bytes ?? 0, content, place, version },
    look: lookOf(stat),
  };
}

export type Put = Extract<EntryChange, { kind: 'put' }>;

/** While deletions are held, nothing may take the place of what is held, nor come to lie below such a thing. */
function besideHeld(puts: readonly Put[], gone: readonly EntryRow[], found: Scan): readonly Put[] {
  const heldPlaces = new Set(gone.filter((row) => !found.nodes.has(row.num)).map((row) => `${row.parent}/${row.name}`));
  const dropped = new Set<number>();
  return orderedChanges([], puts, found).filter((put): put is Put => {
    const isBeside = put.kind === 'put' && !heldPlaces.has(`${put.parent}/${put.name}`) && !dropped.has(put.parent);
    if (!isBeside && put.kind === 'put') dropped.add(put.num);
    return isBeside;
  });
}

/** First everything leaves its old place, children before folders; then everything takes its new one, folders before children. */
function orderedChanges(gone: readonly EntryRow[], puts: readonly Put[], found: Scan): readonly EntryChange[] {
  const removes = gone.map(({ parent, name }) => ({ kind: 'remove', parent, name }) as const);
  const depth = (num: number): number => found.folders.get(num)?.path.split('/').length ?? 0;
  const isRoot = (num: number): boolean => found.folders.get(num)?.path === '';
  const depthOf = (num: number): number => (isRoot(num) ? 0 : depth(num));
  // Few folders hold many entries: each folder's depth is found once.
  const depths = new Map([...new Set(puts.map(({ parent }) => parent))].map((num) => [num, depthOf(num)]));
  return [...removes, ...[...puts].sort((a, b) => (depths.get(a.parent) ?? 0) - (depths.get(b.parent) ?? 0))];
}

interface Publication {
  readonly changes: readonly EntryChange[];
  readonly stale: Awaited<ReturnType<Catalog['stale']>>;
  readonly own: Dot;
}

async function publish(
  input: RoundInput,
  found: Scan,
  { changes, stale, own }: Publication,
  intake: Intake,
  packer: ReturnType<typeof startPacker>,
  ports: RoundPorts,
): Promise<RoundRow> {
  const { row, keys, device } = input;
  // A folder that is not on this disk lies where the catalog has it.
  const staleParents = new Map(stale.map(({ num, parent }) => [num, parent]));
  const unmet = await unmetParents(row, changes, found, ports.catalog);
  const parentOf = (num: number): number | undefined =>
    found.folders.has(num) ? found.folders.get(num)?.parent : (staleParents.get(num) ?? unmet.get(num));
  const rootLook = await ports.disk.look(input.folder, '');
  const fresh = freshFolders(found);
  const { early, late } = splitEarly(changes, fresh);
  // The catalog makes rows of them while the tree is built.
  const preparing = prepareEntries(row.num, own.sequence, early, ports.catalog);
  preparing.catch(() => undefined);
  const tree = await buildTree(
    {
      root: row.root,
      changes,
      stale: stale.map(({ num }) => num),
      isNew: (num) => fresh.has(num),
      parentOf,
      nodeOf: (num) => found.nodes.get(num),
    },
    { catalog: ports.catalog, store: intake.store },
  );
  const standing = await standingIn(changes, fresh, ports.catalog);
  const counted = await countAfter(row, changes, standing, ports.catalog);
  const timeMs = ports.clock.now();
  const record: Snapshot = {
    space: row.id,
    device: device.id,
    deviceName: device.name,
    sequence: own.sequence,
    parents: [...(row.snapshot === undefined ? [] : [row.snapshot]), ...row.merged],
    vector: joinVectors(await ports.catalog.vector(row.num), new Map([[own.device, own.sequence]])),
    taken: await takenBy(row, changes, standing, ports.catalog),
    timeMs,
    ...counted,
    root: {
      name: rootName,
      node: row.rootNode,
      kind: 'folder',
      mode: rootLook?.mode ?? 0o755,
      mtimeNs: rootLook?.mtimeNs ?? 0n,
      bytes: tree.rootBytes,
      content: tree.root,
    },
  };
  const bytes = snapshotToBytes(record);
  const snapshot: SnapshotId = parseChunkId(ports.crypto.hmac(keys.chunkId, bytes));
  await intake.storeWhole(bytes, snapshot, 'snapshot');
  const place = packer.lastPlace();
  const lastPack = await packer.finish();
  if (place?.id !== snapshot || !lastPack) throw new Error('the snapshot is the last chunk of its pack');
  ports.onPoint('round:last-pack-spooled');
  await keepSnapshot(ports.catalog, snapshot, bytes);
  const { sequence, parents } = record;
  await preparing;
  const sealed = await ports.catalog.sealRound(
    { space: row.num, sequence, snapshot, parents, device: device.id, timeMs, ...counted, root: tree.root, place },
    lastPack,
    late,
    tree.folders,
    early.length,
  );
  ports.onPoint('round:sealed');
  return sealed;
}

/**
 * Parents of folders that change and that the scan did not meet: below one that could not be listed something may have moved elsewhere. They lie where the
 * catalog has them, and their listings are written without it; but for those that leave in this round.
 */
async function unmetParents(
  row: SpaceRow,
  changes: readonly EntryChange[],
  found: Scan,
  catalog: Catalog,
): Promise<ReadonlyMap<number, number>> {
  const removed = new Set(changes.flatMap(({ kind, parent, name }) => (kind === 'remove' ? `${parent}/${name}` : [])));
  const parents = new Map<number, number>();
  for (const change of changes) {
    for (let at = change.parent; !found.folders.has(at) && !parents.has(at);) {
      const path = await catalog.pathOf(at);
      const entry = path === undefined ? undefined : await catalog.entryAt(row.num, path);
      if (entry === undefined || removed.has(`${entry.parent}/${entry.name}`)) break;
      parents.set(at, entry.parent);
      at = entry.parent;
    }
  }
  return parents;
}
