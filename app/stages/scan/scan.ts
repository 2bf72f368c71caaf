/**
 * Compares a folder on disk with what the catalog says the space holds, and tells what changed. Reads names and looks only, never contents.
 * What could not be listed is unknown: it is reported and kept, never taken for deleted. A moved folder keeps its identity by its inode, so
 * that its contents are not looked at again; a moved file keeps its own when size and time are those it had.
 */
import type { Dice } from '../../domain/clock.ts';
import type { Fault } from '../../domain/fault.ts';
import { parseNodeId, type NodeId } from '../../domain/ids.ts';
import { joinPath, type PathName, type SpacePath } from '../../domain/path-name.ts';
import type { SpaceMode } from '../../domain/space.ts';
import type { Catalog, EntryRow, Look, NodeNum } from '../../ports/catalog.ts';
import type { Disk, DiskNature, FileStat, FolderListing, IsLeftOut } from '../../ports/disk.ts';
import { leaveInPlace, sameThing, spareClashing, withoutClashing } from './clashes.ts';
import { openMeetings } from './meetings.ts';
import { believeDeletions, leaveOldPlaces, letGoOf, settle, stayingIn, subtrees } from './missing.ts';
import { compareFolder, lookOf, shownStat, type Findings, type Identities, type Newcomer } from './compare-folder.ts';

/** A file or symlink whose content must be looked at. `before` is what the space holds in its place, when there is something. */
export interface ContentJob {
  readonly path: SpacePath;
  readonly parent: NodeNum;
  readonly name: PathName;
  readonly num: NodeNum;
  readonly stat: FileStat;
  /** A symlink's target; undefined for files. */
  readonly target: string | undefined;
  readonly before: EntryRow | undefined;
}

/** An entry that takes a place without its content being looked at: a new folder, a changed mode, a move. */
export interface Placed {
  readonly path: SpacePath;
  readonly parent: NodeNum;
  readonly name: PathName;
  readonly num: NodeNum;
  readonly stat: FileStat;
  /** Content comes from here; undefined for a new folder. */
  readonly from: EntryRow | undefined;
}

/** Something on the disk where the space has something else that never was here. It has to make room before either can go on. */
export interface Clash {
  readonly path: SpacePath;
  readonly stat: FileStat;
}

export interface FolderPlace {
  readonly path: SpacePath;
  readonly parent: NodeNum | undefined;
  readonly name: PathName | undefined;
}

export interface Scan {
  readonly jobs: readonly ContentJob[];
  /** Also where a file is that moved on after its old place became one of `jobs`. */
  readonly placed: readonly Placed[];
  /** Entries that are no longer at their place: deleted, moved away, or replaced by another kind. Children stand before their folder. */
  readonly gone: readonly EntryRow[];
  /** How many of `gone` are deletions rather than moves. */
  readonly deletions: number;
  /** Of an archive: what is no longer on this disk and stays in the space, each with all below it. */
  readonly letGo: readonly { readonly row: EntryRow; readonly below: readonly EntryRow[] }[];
  /** Folders that are no longer on this disk and hold what never was here or left it by choice. That was not deleted, so they stay, and come back. */
  readonly stays: readonly EntryRow[];
  /** Looks of unchanged folders that have a new inode. */
  readonly looks: readonly { readonly parent: NodeNum; readonly name: PathName; readonly look: Look }[];
  /** Every folder seen, by number: where it is now. */
  readonly folders: ReadonlyMap<NodeNum, FolderPlace>;
  /** Identities of everything in `jobs` and `placed`, by number. */
  readonly nodes: ReadonlyMap<NodeNum, NodeId>;
  readonly clashes: readonly Clash[];
  readonly problems: readonly { readonly path: SpacePath; readonly fault: Fault }[];
  /** Pipes, sockets and devices. */
  readonly special: number;
  readonly seen: number;
  /** True when the scan stopped at its limit; another pass goes on. */
  readonly isPartial: boolean;
}

export interface ScanInput {
  readonly space: { readonly num: number; readonly root: NodeNum; readonly mode: SpaceMode };
  readonly root: string;
  readonly isLeftOut: IsLeftOut;
  /** Names the rules behind `isLeftOut`: with other rules, what was found unchanged has to be compared again. */
  readonly leftOutKey: string;
  /** What this disk does not tell, or tells in its own way. */
  readonly nature: Pick<DiskNature, 'foldsForms' | 'keepsModes'>;
  /** Put aside by a pass that was killed and could not be put back yet: not at its place, and not deleted. */
  readonly parked: ReadonlySet<NodeId>;
  /** New or changed entries after which the scan stops taking more, so that memory stays bounded. */
  readonly changesMax: number;
  readonly onSeen: (entries: number) => void;
  /** Told of jobs as they are found; nothing takes one back later. What it throws ends the scan. */
  readonly onJobs: (jobs: readonly ContentJob[]) => void;
}

const nodeIdBytes = 16;

/** Tells whether two looks are of the same unchanged file. */
export { lookOf };
export { reservedPrefix } from './compare-folder.ts';

export async function scan(
  input: ScanInput,
  ports: { disk: Disk; catalog: Catalog; dice: Dice },
  signal: AbortSignal,
): Promise<Scan> {
  const found = noFindings();
  const folders = new Map<NodeNum, FolderPlace>([[input.space.root, { path: '', parent: undefined, name: undefined }]]);
  const numOf = new Map<SpacePath, NodeNum>([['', input.space.root]]);
  /** Numbers that have a place on disk now: an entry of `missing` with such a number has moved. */
  const placedNums = new Set<NodeNum>();
  const meetings = openMeetings(input.root, found.placed, ports);
  const nodes = new Map<NodeNum, NodeId>();
  const identities: Identities = {
    isTaken: (num) => placedNums.has(num),
    keep(row, path, parent) {
      if (row.kind === 'folder') enter(row.num, path, parent, row.name);
      else {
        placedNums.add(row.num);
        meetings.note(row.num, path);
      }
    },
  };
  let isPartial = false;
  let told = 0;

  for await (const batch of ports.disk.walk(input.root, '', input.isLeftOut, signal)) {
    isPartial ||= found.jobs.length + found.placed.length >= input.changesMax;
    const placed = batch.flatMap((listing) => {
      const num = numOf.get(listing.path);
      return num === undefined ? [] : [{ listing, num }];
    });
    const known = await passUnchanged(placed, input, ports.catalog, found, enter);
    const children = await ports.catalog.children(known.map(({ num }) => num));
    const newcomers: Newcomer[] = [];
    // Parents come before children, but perhaps in one batch: a folder that is new in it is met again below, once it has a number.
    const same: { num: NodeNum; fingerprint: string }[] = [];
    for (const [i, { listing, num }] of known.entries()) {
      const before = findingsCount(found);
      const fresh = await compare(listing, num, children[i] ?? []);
      newcomers.push(...fresh);
      if (listing.fingerprint !== undefined && fresh.length === 0 && findingsCount(found) === before)
        same.push({ num, fingerprint: listing.fingerprint + input.leftOutKey });
    }
    if (same.length > 0) await ports.catalog.setFingerprints(same);
    if (isPartial) leaveInPlace(newcomers, found);
    else await admit(newcomers);
    const late = batch.filter((listing) => !placed.some((one) => one.listing === listing));
    if (!isPartial) await compareNew(late);
    input.onSeen(found.seen);
    input.onJobs(found.jobs.slice(told));
    told = found.jobs.length;
  }

  await spareClashing(input.space.num, found, ports.catalog);
  const below = await subtrees(found.missing, placedNums, ports.catalog);
  await believeDeletions(input, found, { placedNums, below, folders, numOf }, isPartial, ports, signal);
  leaveOldPlaces(found, below);
  for (const { num, before } of found.jobs) if (before) nodes.set(num, before.node);
  for (const { num, from } of found.placed) if (from && from.num === num) nodes.set(num, from.node);
  const isArchive = input.space.mode === 'archive';
  const movesOnly = isArchive || isPartial;
  const staying = stayingIn(found, placedNums, below);
  return {
    ...found,
    ...settle(movesOnly, found, placedNums, below, staying),
    stays: movesOnly ? [] : [...staying.values()].filter(({ look }) => look !== undefined),
    letGo: isArchive && !isPartial ? letGoOf(found, placedNums, below) : [],
    folders,
    nodes,
    isPartial,
  };

  function enter(num: NodeNum, path: SpacePath, parent: NodeNum, name: PathName): void {
    folders.set(num, { path, parent, name });
    numOf.set(path, num);
    placedNums.add(num);
  }

  async function compare(
    listing: FolderListing,
    num: NodeNum,
    children: readonly EntryRow[],
  ): Promise<readonly Newcomer[]> {
    const fresh = compareFolder(input, listing, num, children, found, identities);
    if (fresh.every(({ replaces }) => replaces === undefined)) return fresh;
    return withoutClashing(fresh, found, ports.catalog, (one) => placedNums.has(one));
  }

  /** Listings of folders that were new in their own batch, level by level. */
  async function compareNew(listings: readonly FolderListing[]): Promise<void> {
    for (let rest = listings; rest.length > 0;) {
      const ready = rest.filter((listing) => numOf.has(listing.path));
      if (ready.length === 0) return;
      const nums = ready.map((listing) => numOf.get(listing.path) ?? 0);
      const children = await ports.catalog.children(nums);
      const newcomers: Newcomer[] = [];
      for (const [i, listing] of ready.entries())
        newcomers.push(...(await compare(listing, nums[i] ?? 0, children[i] ?? [])));
      await admit(newcomers);
      rest = rest.filter((listing) => !ready.includes(listing));
    }
  }

  /** Gives newcomers their identity: that of the entry whose inode they have, or a fresh one. */
  async function admit(newcomers: readonly Newcomer[]): Promise<void> {
    if (newcomers.length === 0) return;
    const origins = await ports.catalog.byInode(
      input.space.num,
      newcomers.map(({ entry }) => ({ device: entry.stat.device, inode: entry.stat.inode })),
    );
    // Drawn at once: each draw costs more than what it gives.
    const drawn = ports.dice.bytes(nodeIdBytes * newcomers.length);
    const ids = newcomers.map((_, i) => parseNodeId(drawn.subarray(nodeIdBytes * i, nodeIdBytes * (i + 1))));
    const fresh = await ports.catalog.allotNodes(input.space.num, ids);
    for (const [i, { parent, path, entry }] of newcomers.entries()) {
      const origin = sameThing(origins[i], entry);
      const isTaken =
        origin !== undefined &&
        !(placedNums.has(origin.num) ? await meetings.movesOn(origin) : await meetings.isAway(origin));
      const num = origin && !isTaken ? origin.num : (fresh[i] ?? 0);
      const stat = shownStat(entry.stat, isTaken ? undefined : origin, input.nature);
      const common = { path, parent, name: entry.name, num, stat };
      placedNums.add(num);
      const id = origin && !isTaken ? origin.node : ids[i];
      if (id) nodes.set(num, id);
      if (entry.stat.kind === 'folder') enter(num, path, parent, entry.name);
      // A folder that is not the old one has a listing of its own.
      if (entry.stat.kind === 'folder') found.placed.push({ ...common, from: isTaken ? undefined : origin });
      else if (origin) {
        const placed: Placed = { ...common, from: origin };
        found.placed.push(placed);
        meetings.note(num, path, placed);
      } else found.jobs.push({ ...common, target: entry.target, before: undefined });
    }
  }
}

type EnterFolder = (num: NodeNum, path: SpacePath, parent: NodeNum, name: PathName) => void;

/** Folders that show what they showed when they were last found unchanged are done: only what lies in them is gone into. Returns the others. */
async function passUnchanged<T extends { readonly listing: FolderListing; readonly num: NodeNum }>(
  some: readonly T[],
  { leftOutKey }: ScanInput,
  catalog: Catalog,
  found: Findings,
  enter: EnterFolder,
): Promise<readonly T[]> {
  const shown = some.flatMap(({ listing: { fingerprint, folders }, num }) =>
    fingerprint === undefined ? [] : [{ num, fingerprint: fingerprint + leftOutKey, folders }],
  );
  const inside = await catalog.unchangedFolders(shown);
  const byNum = new Map(shown.map(({ num }, i) => [num, inside[i]]));
  return some.filter(({ listing, num }) => {
    const nums = byNum.get(num);
    if (nums === undefined) return true;
    found.seen += listing.count;
    for (const [i, name] of listing.folders.entries()) enter(nums[i] ?? 0, joinPath(listing.path, name), num, name);
    return false;
  });
}

function noFindings(): Findings {
  return {
    jobs: [],
    placed: [],
    missing: [],
    replaced: new Set(),
    looks: [],
    clashes: [],
    problems: [],
    special: 0,
    seen: 0,
  };
}

/** What a comparison found in a folder, special files too: none of it is found by a folder that is passed over. */
function findingsCount({ jobs, placed, missing, looks, clashes, problems, special }: Findings): number {
  return jobs.length + placed.length + missing.length + looks.length + clashes.length + problems.length + special;
}
