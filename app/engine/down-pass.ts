/**
 * What other devices did comes to this disk: each of their heads that the entries do not contain is merged, planned and applied. Afterwards the entries
 * contain it (and either are that device's snapshot, or wait to be published as one of ours), or, where something could not be done, the parts that could.
 */
import { containsVector, joinVectors, type Dot } from '../domain/dot.ts';
import { toHex } from '../domain/bytes.ts';
import { faultOf, type Fault } from '../domain/fault.ts';
import { parseNodeId, type DeviceId, type NodeId, type SnapshotId } from '../domain/ids.ts';
import type { PathName, SpacePath } from '../domain/path-name.ts';
import type { PlacedRow, SpaceRow } from '../ports/catalog.ts';
import { openChunkReader, type ChunkReader } from '../restore/content/content.ts';
import { importPacks } from '../restore/rebuild/rebuild.ts';
import { merge, type Merged } from '../stages/merge/merge.ts';
import { plan, type DiskPlan, type DiskTraits, type NotHere } from '../stages/plan/plan.ts';
import { applyPlan } from './apply-plan.ts';
import { namesTaken, notHereProblems } from './disk-names.ts';
import { brakeOf, isMassDeletion } from './brake.ts';
import { rewritesElsewhere } from './rewrites-elsewhere.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import type { KnownDevice } from './device.ts';
import { deviceNames, headsToMerge, type HeadToMerge } from './heads.ts';
import type { Released } from './held.ts';
import { differenceOf, type TreeDifference } from './tree-difference.ts';
import { choiceIn } from './selection.ts';
import { stateOf, TreeWindow } from './tree-window.ts';

export interface DownInput {
  readonly space: OpenSpace;
  readonly folder: string;
  readonly traits: DiskTraits;
  readonly device: DeviceId;
  /** Paths that could not be read just now: what lies there is left alone. */
  readonly busy: readonly SpacePath[];
  readonly released: Released;
  readonly devices: readonly KnownDevice[];
}

export interface DownReport {
  readonly applied: number;
  readonly conflicts: number;
  /** Deletions of other devices that wait for the user's word. */
  readonly held: number;
  /** Rewrites of other devices that look like somebody's encryption, and wait too. */
  readonly suspicious: number;
  readonly problems: readonly { readonly path: SpacePath; readonly fault: Fault }[];
  /** Something of a head is left for the next pass. */
  readonly isIncomplete: boolean;
}

interface Tally {
  applied: number;
  conflicts: number;
  held: number;
  suspicious: number;
  readonly problems: { path: SpacePath; fault: Fault }[];
  isIncomplete: boolean;
}

export async function downPass(core: EngineCore, input: DownInput, signal: AbortSignal): Promise<DownReport> {
  const { row } = input.space;
  const tally: Tally = { applied: 0, conflicts: 0, held: 0, suspicious: 0, problems: [], isIncomplete: false };
  const { heads, problems } = await headsToMerge(core, row, input.device, input.devices, signal);
  for (const fault of problems) tally.problems.push({ path: '', fault });
  for (const head of heads) {
    try {
      await mergeHead(core, input, head, tally, signal);
    } catch (error) {
      const fault = faultOf(error);
      // One device's damage does not keep the others' changes away.
      if (fault === undefined || (fault.code !== 'pack-damaged' && fault.code !== 'blob-unavailable')) throw error;
      tally.problems.push({ path: '', fault });
    }
  }
  return tally;
}

async function mergeHead(
  core: EngineCore,
  input: DownInput,
  { head, record }: HeadToMerge,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const row = await freshRow(core, input.space.row);
  const mine = await core.catalog.vector(row.num);
  // An earlier head of this pass may have brought it along.
  if ((mine.get(record.device) ?? 0) >= record.sequence) return;
  const { shards } = (await core.chain.network(signal)).committee;
  const imported = await importPacks(
    {
      row,
      keys: input.space.keys,
      shards,
      onPack: (packs, ofPacks) => core.emit({ kind: 'recovering', space: row.id, packs, ofPacks }),
    },
    [head.pool],
    core,
    signal,
  );
  for (const fault of imported.problems) tally.problems.push({ path: '', fault });
  core.memory.sidesLearnt.delete(row.num);
  const reader = openChunkReader(input.space.keys, core, 'bulk');
  const window = new TreeWindow(core.catalog, row);
  const difference = await differenceOf(row, record.root, window, { catalog: core.catalog, reader }, signal);
  const joined = joinVectors(mine, record.vector);
  const contains =
    containsVector(record.vector, mine) && record.sequence >= row.clock && record.sequence > row.sequence;
  const dot: Dot = { device: input.device, sequence: Math.max(row.clock, ...joined.values()) + 1 };
  const merged = await mergeTrees(core, row, { difference, window, record, dot });
  // Parts of a third device's head may be here already: then this is no longer the other's snapshot, although it contains all of ours.
  const isForward = contains && merged.isTheirs;
  if (merged.isMine && merged.isTheirs && !isForward) return core.catalog.joinVector(row.num, joined, undefined);
  const planned = await planFor(core, input, { merged, window }, tally);
  const applied = await applyPlan(
    planned,
    {
      row,
      folder: input.folder,
      sequence: isForward ? record.sequence : dot.sequence,
      window,
      leavesFoldersOpen: false,
      onApplied: (done, of) => core.emit({ kind: 'applying', space: row.id, operations: done, ofOperations: of }),
    },
    { ...core, reader, onPoint: core.point },
    signal,
  );
  tally.applied += applied.done;
  tally.problems.push(...applied.problems);
  await noteConflicts(core, row, merged, tally);
  const refused = [...planned.notHere].filter(([, why]) => why === 'name-clash' || why === 'name-refused');
  tally.problems.push(...(await notHereProblems(core.catalog, row, refused)));
  if (!applied.isComplete) tally.isIncomplete = true;
  else await conclude(core, row, { head, record }, { difference, joined, isForward });
  core.point('merge:concluded');
}

async function freshRow(core: EngineCore, row: SpaceRow): Promise<SpaceRow> {
  return (await core.catalog.spaces()).find(({ num }) => num === row.num) ?? row;
}

interface MergeParts {
  readonly difference: TreeDifference;
  readonly window: TreeWindow;
  readonly record: HeadToMerge['record'];
  readonly dot: Dot;
}

async function mergeTrees(
  core: EngineCore,
  row: SpaceRow,
  { difference: { differences }, window, record, dot }: MergeParts,
): Promise<Merged> {
  const names = await deviceNames(core);
  const taken = new Map<NodeId, Dot[]>();
  for (const one of await core.catalog.taken(row.num)) taken.set(one.node, [...(taken.get(one.node) ?? []), one.dot]);
  const theirTaken = new Map<NodeId, Dot[]>();
  for (const one of record.taken) theirTaken.set(one.node, [...(theirTaken.get(one.node) ?? []), one.dot]);
  const mine = { vector: await core.catalog.vector(row.num), taken };
  const shared = {
    get: (node: NodeId) => (node === row.rootNode || differences.has(node) ? undefined : window.state(node)),
    at(parent: NodeId, name: PathName) {
      const node = window.children(parent).get(name);
      return node === undefined || differences.has(node) ? undefined : node;
    },
  };
  const deviceName = (device: DeviceId): string =>
    names.get(device) ?? (device === record.device ? record.deviceName : device.slice(0, 8));
  const deriveNode = (text: string): NodeId => {
    const digest = core.crypto.digest();
    digest.add(new TextEncoder().encode(text));
    return parseNodeId(toHex(digest.finish().subarray(0, 16)));
  };
  const theirs = { vector: record.vector, taken: theirTaken };
  return window.ask(() =>
    merge({ root: row.rootNode, differences, mine, theirs, shared, dot, deviceName, deriveNode }),
  );
}

/** The plan, with deletions held back when there are more than happen by hand. */
async function planFor(
  core: EngineCore,
  input: DownInput,
  { merged, window }: { readonly merged: Merged; readonly window: TreeWindow },
  tally: Tally,
): Promise<DiskPlan> {
  const { row } = input.space;
  const busy = new Set<NodeId>();
  for (const path of input.busy) {
    const entry = path === '' ? undefined : await core.catalog.entryAt(row.num, path);
    if (entry) busy.add(entry.node);
  }
  const synced = {
    get: (node: NodeId) => window.state(node),
    children: (folder: NodeId) => window.children(folder).values(),
    isHere: (node: NodeId) => window.row(node)?.look !== undefined,
    lookOf(node: NodeId) {
      const entry = window.row(node);
      return entry?.kind === 'folder' ? undefined : entry?.look;
    },
    isBusy: (node: NodeId) => busy.has(node),
  };
  const choices = await core.catalog.choices(row.num);
  const planWith = (areDeletionsHeld: boolean): Promise<DiskPlan> =>
    window.ask(() => {
      const isChosen = choiceIn(choices, row, window, merged.nodes);
      return plan({
        root: row.rootNode,
        synced,
        target: merged.nodes,
        conflicts: merged.conflicts,
        traits: input.traits,
        // What was made here where nothing is chosen was meant to be here.
        isChosen: (state) => isChosen(state) || window.row(state.node)?.look !== undefined,
        areDeletionsHeld,
      });
    });
  const brake = await brakeOf(core.catalog, row.num);
  const suspicious = input.released.areRewritesMeant ? [] : await rewritesElsewhere(core, merged, window);
  const isAlarm = suspicious.length > brake.rewrites;
  // What is here stays here as if somebody worked on it: the rest of the head is applied without it.
  for (const { node } of isAlarm ? suspicious : []) busy.add(node);
  tally.suspicious += isAlarm ? suspicious.length : 0;
  const first = await planWith(false);
  const totals = await core.catalog.totals(row.num);
  const isMass = isMassDeletion(first.deletions, totals.files + totals.folders, brake);
  const waits = isMass || (isAlarm && first.deletions > 0);
  if (!waits || first.deletions <= input.released.elsewhere) return first;
  tally.held += first.deletions;
  return planWith(true);
}

/** Told to people once both files stand. */
async function noteConflicts(core: EngineCore, row: SpaceRow, { conflicts }: Merged, tally: Tally): Promise<void> {
  if (conflicts.length === 0) return;
  tally.conflicts += conflicts.length;
  const timeMs = core.clock.now();
  await core.catalog.addConflicts(
    row.num,
    conflicts.map(({ kind, node, beside }) => ({ kind, node, beside, timeMs })),
  );
}

/** The head is contained now: as our own newest snapshot, or as something that our next round follows. */
async function conclude(
  core: EngineCore,
  row: SpaceRow,
  { head, record }: HeadToMerge,
  {
    difference,
    joined,
    isForward,
  }: {
    readonly difference: TreeDifference;
    readonly joined: ReadonlyMap<DeviceId, number>;
    readonly isForward: boolean;
  },
): Promise<void> {
  if (isForward && (await adopt(core, row, { head, record }, difference, joined))) return;
  await core.catalog.joinVector(row.num, joined, head.snapshot);
}

async function adopt(
  core: EngineCore,
  row: SpaceRow,
  { head, record }: HeadToMerge,
  { listings }: TreeDifference,
  joined: ReadonlyMap<DeviceId, number>,
): Promise<boolean> {
  const nodes = [...listings.keys()].filter((node) => node !== row.rootNode);
  const rows = await core.catalog.entriesOf(row.num, nodes);
  const root = { num: row.root, content: record.root.content, bytes: record.root.bytes };
  const folders = nodes.flatMap((node, i) => {
    const listed = listings.get(node);
    const num = rows[i]?.num;
    return listed && num !== undefined ? [{ num, content: listed.content, bytes: listed.bytes }] : [];
  });
  const [location] = await core.catalog.chunkLocations([head.snapshot]);
  const { sequence, parents, device, timeMs, files, bytes } = record;
  const round = {
    space: row.num,
    sequence,
    snapshot: head.snapshot satisfies SnapshotId,
    parents,
    device,
    timeMs,
    files,
    bytes,
    root: record.root.content,
    place: head.place,
    lastPack: location?.pack,
  };
  return core.catalog.adoptRound(round, [...folders, root], joined);
}

/** Operations as a plan makes them, for entries that never were on this disk. */
export async function fetchAbsent(
  core: EngineCore,
  space: OpenSpace,
  folder: string,
  traits: DiskTraits,
  signal: AbortSignal,
): Promise<Pick<DownReport, 'applied' | 'problems'>> {
  const reader: ChunkReader = openChunkReader(space.keys, core, 'bulk');
  let applied = 0;
  const problems: { path: SpacePath; fault: Fault }[] = [];
  const totals = await core.catalog.totals(space.row.num);
  const choices = await core.catalog.choices(space.row.num);
  const made: PlacedRow[] = [];
  const refused = new Map<NodeId, NotHere>();
  // Folders that are made open the way to what lies in them, so it goes on until a sweep makes none.
  for (let isDeeper = true; isDeeper;) {
    isDeeper = false;
    for (let after: { parent: number; name: PathName } | undefined; ;) {
      signal.throwIfAborted();
      const page = await core.catalog.absent(space.row.num, after, absentPage);
      const last = page.at(-1);
      if (last === undefined) break;
      after = { parent: last.parent, name: last.name };
      const whyNot = await namesTaken(core.catalog, page, traits);
      for (const [node, why] of whyNot) refused.set(node, why);
      const window = new TreeWindow(core.catalog, space.row);
      const wanted = await window.ask(() => {
        const isChosen = choiceIn(choices, space.row, window);
        return page.filter((row) => !whyNot.has(row.node) && isChosen({ node: row.node, parent: row.parentNode }));
      });
      const operations = wanted.map((row) => {
        const state = stateOf(row, row.parentNode);
        const at = { parent: row.parentNode, name: row.name };
        if (row.kind === 'folder')
          return { node: row.node, needs: [], kind: 'make-folder' as const, to: at, after: state };
        const kind = row.kind === 'file' ? ('write' as const) : ('link' as const);
        return { node: row.node, needs: [], kind, at, over: undefined, source: undefined, after: state };
      });
      const done = await applyPlan(
        { operations, notHere: new Map(), waiting: new Map(), deletions: 0 },
        {
          row: space.row,
          folder,
          sequence: space.row.clock,
          window,
          leavesFoldersOpen: true,
          onApplied: () => undefined,
        },
        { ...core, reader, onPoint: core.point },
        signal,
      );
      applied += done.done;
      made.push(...wanted.filter(({ kind }) => kind === 'folder'));
      isDeeper ||= done.done > 0 && wanted.some(({ kind }) => kind === 'folder');
      problems.push(...done.problems);
      core.emit({
        kind: 'restoring',
        space: space.row.id,
        files: applied,
        ofFiles: totals.files,
        bytes: 0,
        ofBytes: 0,
      });
    }
  }
  await dateFolders(core, folder, made);
  problems.push(...(await notHereProblems(core.catalog, space.row, [...refused])));
  return { applied, problems };
}

/** A folder's time changes while things are put into it, so the deepest get theirs first, and all of them last. */
async function dateFolders(core: EngineCore, root: string, made: readonly PlacedRow[]): Promise<void> {
  for (const row of made.toReversed()) {
    const path = await core.catalog.pathOf(row.num);
    if (path !== undefined && (await core.disk.look(root, path))?.kind === 'folder')
      await core.disk.setFolder(root, path, row);
  }
}

/** Entries of one page of a sweep. */
const absentPage = 2000;
