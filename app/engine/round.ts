/**
 * One round of one space, up to the point where everything that it will ever send lies sealed on the disk: scan, brake, chunk, dedupe, seal, pack,
 * tree, snapshot. The last pack, the snapshot and the changed entries become durable in one transaction; a crash before it costs only work.
 */
import type { Clock, Dice } from '../domain/clock.ts';
import { Fault } from '../domain/fault.ts';
import { joinVectors, type Dot } from '../domain/dot.ts';
import { parseChunkId, type DeviceId, type NodeId, type SnapshotId } from '../domain/ids.ts';
import { roundBytesMax, roundChangesMax } from '../domain/limits.ts';
import { nameBytesFromText, rootName, type SpacePath } from '../domain/path-name.ts';
import type { Content, Snapshot } from '../domain/space.ts';
import { contentToBytes } from '../formats/listing.ts';
import { snapshotToBytes } from '../formats/snapshot.ts';
import type { SpaceKeys } from '../formats/space-keys.ts';
import type { Catalog, EntryChange, EntryRow, NewPack, RoundRow, SpaceRow } from '../ports/catalog.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Disk, FileStat } from '../ports/disk.ts';
import type { Pool } from '../ports/pool.ts';
import type { Spool } from '../ports/spool.ts';
import { chunkFiles } from '../stages/chunk/chunk.ts';
import { startPacker } from '../stages/pack/pack.ts';
import { lookOf, scan, type Clash, type ContentJob, type Placed, type Scan } from '../stages/scan/scan.ts';
import { buildTree, foldContent } from '../stages/snapshot/snapshot.ts';
import { isMassDeletion } from './brake.ts';
import { dressJoined, type OtherDress } from './dress-joined.ts';
import { startIntake, type Intake } from './intake.ts';
import type { LeftOut } from './left-out.ts';
import type { OnEvent, OnPoint } from './progress.ts';
import { sameBytes } from '../domain/bytes.ts';

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
  readonly parked: ReadonlySet<NodeId>;
  /** True when what a merge brought is to be published, even if nothing changed here. */
  readonly publishesMerge: boolean;
  /** True when the user has said that the held deletions are meant. */
  readonly deletionsReleased: boolean;
  /** A full pack has its row; the caller may start to send it. Resolves when there is room for more packs. */
  readonly onPack: (pack: NewPack) => Promise<void>;
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
  readonly newChunks: number;
  readonly newBytes: number;
  /** True when another round should follow at once. */
  readonly isPartial: boolean;
}

export async function sealRound(input: RoundInput, ports: RoundPorts, signal: AbortSignal): Promise<RoundReport> {
  const { row } = input;
  const space = { num: row.num, root: row.root, mode: row.mode };
  const onSeen = (seen: number): void => ports.onEvent({ kind: 'scanning', space: row.id, seen });
  const found = await scan(
    {
      space,
      root: input.folder,
      isLeftOut: input.leftOut.isLeftOut,
      leftOutKey: input.leftOut.key,
      parked: input.parked,
      changesMax: roundChangesMax,
      onSeen,
    },
    ports,
    signal,
  );
  const totals = await ports.catalog.totals(row.num);
  // An empty root where there were files is more likely a disk that is not mounted than a person who deleted everything.
  const isEmptied = found.seen === 0 && found.deletions > 0;
  const isHeld =
    !input.deletionsReleased && (isEmptied || isMassDeletion(found.deletions, totals.files + totals.folders));
  const gone = isHeld ? found.gone.filter((entry) => found.nodes.has(entry.num)) : found.gone;
  if (found.looks.length > 0) await ports.catalog.setLooks(found.looks);

  const round = row.clock + 1;
  const own: Dot = { device: input.device.id, sequence: round };
  const stale = await ports.catalog.stale(row.num);
  const packer = startPacker(
    { space: row, indexKey: input.keys.index, round, packBytes: input.packBytes, onPack: input.onPack },
    ports,
  );
  const intake = startIntake({ keys: input.keys, limits: row.limits, packer }, ports, signal);
  const problems: FileProblem[] = [...found.problems];
  try {
    const contents = await takeContents(input, found, own, intake, problems, ports, signal);
    const puts = [...found.placed.map((placed) => placedChange(placed, own)), ...contents.changes];
    const changes = orderedChanges(gone, isHeld ? besideHeld(puts, found.gone, found) : puts, found);
    const clashes = [...found.clashes, ...contents.clashes];
    const report = { problems, special: found.special, clashes, held: isHeld ? found.deletions : 0 };
    const hasMerge = input.publishesMerge && (stale.length > 0 || row.merged.length > 0);
    if (changes.length === 0 && row.sequence > 0 && !hasMerge) {
      await intake.settled();
      await packer.abandon();
      return { ...report, round: undefined, newChunks: 0, newBytes: 0, isPartial: false };
    }
    const sealed = await publish(input, found, { changes, stale, own }, intake, packer, ports);
    await intake.settled();
    return {
      ...report,
      round: sealed,
      newChunks: intake.newChunks,
      newBytes: intake.newBytes,
      isPartial: found.isPartial || contents.isPartial,
    };
  } catch (error) {
    await intake.settled();
    await packer.abandon();
    throw error;
  }
}

interface Contents {
  readonly changes: readonly Put[];
  readonly clashes: readonly Clash[];
  readonly isPartial: boolean;
}

/** Looks into changed files and links; entries that turn out to be what they were only get their new look. */
async function takeContents(
  input: RoundInput,
  found: Scan,
  own: Dot,
  intake: Intake,
  problems: FileProblem[],
  ports: RoundPorts,
  signal: AbortSignal,
): Promise<Contents> {
  const changes: Put[] = [];
  const looks: { parent: number; name: ContentJob['name']; look: ReturnType<typeof lookOf> }[] = [];
  const clashes: Clash[] = [];
  const otherDress: OtherDress[] = [];
  const keep = (job: ContentJob, content: Content, stat: FileStat, bytes: number): void => {
    const look = lookOf(stat);
    const isAbsent = job.before !== undefined && job.before.look === undefined;
    const before = job.before && isSameContent(job.before, content) ? job.before : undefined;
    if (before && isAbsent && before.mode !== stat.mode && stat.kind === 'file') otherDress.push({ job, before, look });
    else if (before && (isAbsent || before.mode === stat.mode))
      looks.push({ parent: job.parent, name: job.name, look });
    else if (isAbsent) clashes.push({ path: job.path, stat });
    else {
      const entry = {
        kind: stat.kind === 'symlink' ? 'symlink' : 'file',
        mode: stat.mode,
        mtimeNs: stat.mtimeNs,
        bytes,
        content,
        place: job.before?.place ?? own,
        version: own,
      } as const;
      changes.push({ kind: 'put', parent: job.parent, name: job.name, num: job.num, entry, look });
    }
  };
  await takeLinks(
    found.jobs.filter((job) => job.target !== undefined),
    intake,
    keep,
  );

  const { files, isPartial } = withinRound(found.jobs.filter((job) => job.target === undefined));
  const ofBytes = files.reduce((sum, job) => sum + job.stat.bytes, 0);
  let done = 0;
  let bytes = 0;
  for await (const batch of chunkFiles(files, { disk: ports.disk, root: input.folder, sink: intake }, signal)) {
    for (const { file, result } of batch) {
      done++;
      bytes += file.stat.bytes;
      if (result instanceof Fault) problems.push({ path: file.path, fault: result });
      else keep(file, await foldContent(result.chunks, intake.store), result.stat, result.stat.bytes);
    }
    ports.onEvent({ kind: 'reading', space: input.row.id, files: done, ofFiles: files.length, bytes, ofBytes });
  }
  looks.push(...(await dressJoined(ports.disk, input.folder, otherDress)));
  if (looks.length > 0) await ports.catalog.setLooks(looks);
  return { changes, clashes, isPartial };
}

/** As many files as one round takes; at least one, whatever its size. */
function withinRound(jobs: readonly ContentJob[]): { files: readonly ContentJob[]; isPartial: boolean } {
  let bytes = 0;
  const over = jobs.findIndex((job, i) => (bytes += job.stat.bytes) > roundBytesMax && i > 0);
  return over < 0 ? { files: jobs, isPartial: false } : { files: jobs.slice(0, over), isPartial: true };
}

async function takeLinks(
  jobs: readonly ContentJob[],
  intake: Intake,
  keep: (job: ContentJob, content: Content, stat: FileStat, bytes: number) => void,
): Promise<void> {
  const targets = jobs.map((job) => nameBytesFromText(job.target ?? ''));
  const contents = jobs.length > 0 ? await intake.store(targets) : [];
  for (const [i, job] of jobs.entries())
    keep(job, contents[i] ?? { depth: 0, chunks: [] }, job.stat, targets[i]?.length ?? 0);
}

/** With the same permissions too, a touched file is no new version. */
function isSameContent(before: EntryRow, content: Content): boolean {
  return sameBytes(contentToBytes(before.content), contentToBytes(content));
}

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

type Put = Extract<EntryChange, { kind: 'put' }>;

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
  return [...removes, ...[...puts].sort((a, b) => depthOf(a.parent) - depthOf(b.parent))];
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
  const parentOf = (num: number): number | undefined =>
    found.folders.has(num) ? found.folders.get(num)?.parent : staleParents.get(num);
  const rootLook = await ports.disk.look(input.folder, '');
  const tree = await buildTree(
    { root: row.root, changes, stale: stale.map(({ num }) => num), parentOf, nodeOf: (num) => found.nodes.get(num) },
    { catalog: ports.catalog, store: intake.store },
  );
  const counted = await countAfter(row, changes, ports.catalog);
  const timeMs = ports.clock.now();
  const record: Snapshot = {
    space: row.id,
    device: device.id,
    deviceName: device.name,
    sequence: own.sequence,
    parents: [...(row.snapshot === undefined ? [] : [row.snapshot]), ...row.merged],
    vector: joinVectors(await ports.catalog.vector(row.num), new Map([[own.device, own.sequence]])),
    taken: await takenBy(row, changes, ports.catalog),
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
  const { sequence, parents } = record;
  const sealed = await ports.catalog.sealRound(
    { space: row.num, sequence, snapshot, parents, device: device.id, timeMs, ...counted, root: tree.root, place },
    lastPack,
    changes,
    tree.folders,
  );
  ports.onPoint('round:sealed');
  return sealed;
}

/** Dots of single nodes that this round contains beyond its vector: those from before, and of what it replaces or removes. */
async function takenBy(row: SpaceRow, changes: readonly EntryChange[], catalog: Catalog): Promise<Snapshot['taken']> {
  const vector = await catalog.vector(row.num);
  const leaving = new Set(changes.map(({ parent, name }) => `${parent}/${name}`));
  const taken = [...(await catalog.taken(row.num))];
  const parents = [...new Set(changes.map((change) => change.parent))];
  for (const rows of await catalog.children(parents)) {
    for (const { parent, name, node, kind, place, version } of rows) {
      if (!leaving.has(`${parent}/${name}`)) continue;
      // A file's place alone says nothing of its content, which may have the same dot and never have been here.
      const seen = kind === 'folder' ? [place, version] : [version];
      for (const dot of seen) if ((vector.get(dot.device) ?? 0) < dot.sequence) taken.push({ node, dot });
    }
  }
  return taken;
}

/** Files and bytes of the space once the changes are in. */
async function countAfter(
  row: SpaceRow,
  changes: readonly EntryChange[],
  catalog: Catalog,
): Promise<{ files: number; bytes: number }> {
  const touched = [...new Set(changes.map((change) => change.parent))];
  const before = new Map(
    (await catalog.children(touched)).flat().map((entry) => [`${entry.parent}/${entry.name}`, entry]),
  );
  let { files, bytes } = await catalog.totals(row.num);
  const now = new Map<string, { kind: string; bytes: number } | undefined>();
  for (const change of changes)
    now.set(`${change.parent}/${change.name}`, change.kind === 'put' ? change.entry : undefined);
  for (const [key, entry] of now) {
    const old = before.get(key);
    if (old?.kind === 'file') {
      files--;
      bytes -= old.bytes;
    }
    if (entry?.kind === 'file') {
      files++;
      bytes += entry.bytes;
    }
  }
  return { files, bytes };
}
