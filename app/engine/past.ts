/**
 * The past as a person asks about it: what changed between two moments, and where a name ever was. Answered from the catalog alone.
 */
import { Fault } from '../domain/fault.ts';
import type { NodeId, SnapshotId } from '../domain/ids.ts';
import { nameBytesFromText, pathNames, type SpacePath } from '../domain/path-name.ts';
import type { Version } from '../domain/space.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import type { EngineCore } from './engine-core.ts';
import { findSpace } from './look.ts';
import { findMoment, type Moment } from './moment.ts';

export interface Difference {
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  readonly path: SpacePath;
  /** Of what was moved: where it was before. */
  readonly from: SpacePath | undefined;
  readonly before: Version | undefined;
  readonly after: Version | undefined;
}

export interface DiffReport {
  readonly from: SnapshotId | undefined;
  readonly to: SnapshotId;
  /** In the order of paths. What lies in an added, removed or moved folder is listed too, unless it only moved along. */
  readonly differences: readonly Difference[];
}

export interface FoundName {
  readonly version: Version;
  /** Not there any more. */
  readonly isDeleted: boolean;
  /** When it came and, if it left, when; ms since 1970. */
  readonly sinceMs: number;
  readonly untilMs: number | undefined;
  /** Only this snapshot, of another device, is known to hold it. */
  readonly side: SnapshotId | undefined;
}

const pageEntries = 2_000;
/** More differences than anybody reads, and some hundred megabytes of them. */
const differencesMax = 500_000;
/** Names found; a longer text finds fewer. */
export const foundMax = 1_000;

/** From the snapshot before `to` when `from` is not given. */
export async function diffSnapshots(
  core: EngineCore,
  name: string,
  from: string | undefined,
  to: string | undefined,
): Promise<DiffReport> {
  const space = await findSpace(core.catalog, name);
  const last = await findMoment(core, space, to);
  const first = await momentBefore(core, space, from, last);
  const [left, right] = [walk(space.num, first), walk(space.num, last)];
  return { from: first?.snapshot, to: last.snapshot, differences: withMoves(await compare(left, right)) };
}

/** What is asked for; else what a side snapshot followed on its own device, or the one before on this device's line. */
async function momentBefore(
  core: EngineCore,
  space: SpaceRow,
  from: string | undefined,
  { isSide, snapshot, sequence }: Moment,
): Promise<Moment | undefined> {
  if (from !== undefined) return findMoment(core, space, from);
  const rounds = await core.catalog.snapshots(space.num);
  if (isSide) {
    const sides = await core.catalog.sides(space.num);
    const [parent] = sides.find((side) => side.snapshot === snapshot)?.parents ?? [];
    const isKept = [...rounds, ...sides.filter(({ state }) => state !== 'given-up')].some(
      (one) => one.snapshot === parent,
    );
    if (parent !== undefined && isKept) return findMoment(core, space, parent);
  }
  const before = rounds.filter((round) => round.sequence < sequence).toSorted((a, b) => b.sequence - a.sequence);
  return before[0] && findMoment(core, space, before[0].snapshot);
}

async function* walk(space: number, moment: Moment | undefined): AsyncGenerator<Version> {
  for (let after: SpacePath | undefined; moment !== undefined;) {
    const page = await moment.tree.treeAt(space, '', moment.sequence, after, pageEntries);
    yield* page;
    if (page.length === 0) return;
    after = page.at(-1)?.path;
  }
}

/** Both trees come with parents before children, and neighbours by the bytes of their names. */
async function compare(left: AsyncGenerator<Version>, right: AsyncGenerator<Version>): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  const add = (kind: Difference['kind'], before: Version | undefined, after: Version | undefined): void => {
    if (found.length >= differencesMax)
      throw new Fault(
        'bad-input',
        'after-user',
        `There are more than ${differencesMax} differences. Compare moments that are closer.`,
      );
    found.push({ kind, path: (after ?? before)?.path ?? '', from: undefined, before, after });
  };
  let a = await left.next();
  let b = await right.next();
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : comparePaths(a.value.path, b.value.path);
    if (order < 0 && !a.done) add('removed', a.value, undefined);
    else if (order > 0 && !b.done) add('added', undefined, b.value);
    else if (!a.done && !b.done) {
      const isOther = a.value.node !== b.value.node && (a.value.kind === 'folder' || b.value.kind === 'folder');
      if (isOther) {
        add('removed', a.value, undefined);
        add('added', undefined, b.value);
      } else if (!isSame(a.value, b.value)) add('changed', a.value, b.value);
    }
    if (order <= 0) a = await left.next();
    if (order >= 0) b = await right.next();
  }
  return found;
}

/** A folder's own time and listing follow from what is in it. */
function isSame(a: Version, b: Version): boolean {
  if (a.kind !== b.kind || a.mode !== b.mode) return false;
  if (a.kind === 'folder') return true;
  const [one, two] = [a.content, b.content];
  return (
    a.bytes === b.bytes &&
    (a.kind === 'symlink' || a.mtimeNs === b.mtimeNs) &&
    one.depth === two.depth &&
    one.chunks.length === two.chunks.length &&
    one.chunks.every((id, i) => id === two.chunks[i])
  );
}

/** What left one place and took another is one move, told once for all that moved along. */
function withMoves(differences: readonly Difference[]): readonly Difference[] {
  const gone = new Map<NodeId, Version>();
  for (const { kind, before } of differences) if (kind === 'removed' && before) gone.set(before.node, before);
  const moved = new Map<NodeId, Version>();
  const told: Difference[] = [];
  const movedFolders = new Map<SpacePath, SpacePath>();
  for (const each of differences) {
    const before = each.kind === 'added' && each.after ? gone.get(each.after.node) : undefined;
    if (each.after === undefined || before === undefined) {
      told.push(each);
      continue;
    }
    moved.set(before.node, before);
    const { after } = each;
    if (after.kind === 'folder') movedFolders.set(after.path, before.path);
    const isAlong =
      movedFolders.get(parentOf(after.path)) === parentOf(before.path) && nameOf(after.path) === nameOf(before.path);
    if (!isAlong) told.push({ ...each, kind: 'moved', from: before.path, before });
    else if (!isSame(before, after)) told.push({ ...each, kind: 'changed', from: before.path, before });
  }
  return told.filter(({ kind, before }) => kind !== 'removed' || before === undefined || !moved.has(before.node));
}

const parentOf = (path: SpacePath): SpacePath => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const nameOf = (path: SpacePath): string => path.slice(path.lastIndexOf('/') + 1);

function comparePaths(a: SpacePath, b: SpacePath): number {
  if (a === b) return 0;
  const [left, right] = [pathNames(a), pathNames(b)];
  for (const [i, name] of left.entries()) {
    const other = right[i];
    if (other === undefined) return 1;
    if (name !== other) return compareBytes(nameBytesFromText(name), nameBytesFromText(other));
  }
  return -1;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (const [i, byte] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    if (byte !== other) return byte - other;
  }
  return a.length - b.length;
}

/** Newest first. Large and small letters are the same. */
export async function findNames(
  core: EngineCore,
  name: string,
  text: string,
  isDeletedOnly: boolean,
): Promise<readonly FoundName[]> {
  if (text === '' && !isDeletedOnly) throw new Fault('bad-input', 'after-user', 'Say what the name contains.');
  const space = await findSpace(core.catalog, name);
  const times = new Map((await core.catalog.snapshots(space.num)).map(({ sequence, timeMs }) => [sequence, timeMs]));
  const found = await core.catalog.findNames(space.num, text, isDeletedOnly, foundMax);
  const sides = found.some(({ side }) => side !== undefined) ? await core.catalog.sides(space.num) : [];
  const sideTimes = new Map(sides.map(({ snapshot, timeMs }) => [snapshot, timeMs]));
  return found.map(({ version, isDeleted, side }) => {
    const sideMs = side && (sideTimes.get(side) ?? 0);
    return {
      version,
      isDeleted,
      sinceMs: sideMs ?? times.get(version.since) ?? 0,
      untilMs: version.until === undefined ? undefined : (sideMs ?? times.get(version.until)),
      side,
    };
  });
}
