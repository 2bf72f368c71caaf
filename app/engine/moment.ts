/**
 * A moment of a space by the words of a person: the newest, one at a time, or any snapshot by its id. On this device's own line the catalog has its tree;
 * that of a side snapshot is read from its packs.
 */
import { Fault } from '../domain/fault.ts';
import type { DeviceId, SnapshotId } from '../domain/ids.ts';
import type { Catalog, RoundRow, SpaceRow } from '../ports/catalog.ts';
import { openChunkReader } from '../restore/content/content.ts';
import type { EngineCore } from './engine-core.ts';
import { openStoredTree, type MomentTree } from './stored-tree.ts';

export interface Moment {
  readonly snapshot: SnapshotId;
  readonly sequence: number;
  readonly device: DeviceId;
  readonly timeMs: number;
  readonly files: number;
  readonly bytes: number;
  /** What its tree is asked: `tree.listAt(space, path, sequence)`. */
  readonly tree: MomentTree;
  /** Not on this device's own line. */
  readonly isSide: boolean;
}

/** A snapshot's id, or enough first digits of one. */
const isIdPart = (text: string): boolean => /^[0-9a-f]{6,64}$/.test(text);

const severalBegin = (text: string): Fault =>
  new Fault('bad-input', 'after-user', `Several snapshots begin with ${text}. Give more digits.`);

export async function findMoment(
  core: EngineCore,
  space: SpaceRow,
  at: string | undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<Moment> {
  const isId = at !== undefined && isIdPart(at);
  const sides = isId ? await core.catalog.sides(space.num, at) : [];
  const standing = sides.filter(({ state }) => state !== 'given-up');
  const isRound = isId && (await core.catalog.snapshots(space.num)).some(({ snapshot }) => snapshot.startsWith(at));
  if (isId && standing.length + Number(isRound) > 1) throw severalBegin(at);
  const [side] = standing;
  if (side !== undefined && !isRound) {
    const tree = openStoredTree(side.root, openChunkReader(core.open(space).keys, core), signal);
    return { ...side, tree, isSide: true };
  }
  if (sides.length > 0 && !isRound)
    throw new Fault('not-found', 'never', `The snapshot ${at} was given up by the device that made it.`);
  return { ...(await findRound(core.catalog, space, at)), tree: core.catalog, isSide: false };
}

/** A certified round of this device's own line: the newest, one by its id (or its first digits), or the newest at a time. */
export async function findRound(catalog: Catalog, space: SpaceRow, at: string | undefined): Promise<RoundRow> {
  const rounds = (await catalog.snapshots(space.num)).filter((round) => round.state === 'certified');
  const newest = rounds.toSorted((a, b) => b.sequence - a.sequence);
  if (at === undefined) {
    const [last] = newest;
    if (!last) throw new Fault('not-found', 'later', `Nothing of '${space.name}' is certified yet.`);
    return last;
  }
  if (isIdPart(at)) {
    const matching = newest.filter((round) => round.snapshot.startsWith(at));
    if (matching.length > 1) throw severalBegin(at);
    const [one] = matching;
    if (one) return one;
  }
  const time = /^\d{4}-\d{2}/.test(at) ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(time))
    throw new Fault(
      'bad-input',
      'after-user',
      `'${at}' is neither a snapshot of '${space.name}' nor a time such as 2026-11-20T14:03:00Z.`,
    );
  const then = newest.find((round) => round.timeMs <= time);
  if (!then) throw new Fault('not-found', 'never', `'${space.name}' has no snapshot as old as ${at}.`);
  return then;
}
