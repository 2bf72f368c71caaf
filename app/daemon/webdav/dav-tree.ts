/**
 * What a mount shows: a folder for each space, in it `now` and a folder for each snapshot, in these the tree as it was. Answered by the engine at
 * each request, so that what is certified meanwhile appears.
 */
import { Fault } from '../../domain/fault.ts';
import { displayName, parsePathName } from '../../domain/path-name.ts';
import type { Engine, SpaceStatus, VersionLine } from '../../engine/engine.ts';
import { writableTime } from './dav-path.ts';

export interface DavEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly tag: string;
}

/** Where a file of the tree is to be read. */
export interface DavFile {
  readonly space: string;
  readonly path: string;
  readonly at: string | undefined;
}

export interface DavResource {
  readonly entry: DavEntry;
  /** Undefined for a folder. */
  readonly file: DavFile | undefined;
  /** Undefined for a file. */
  readonly children: readonly DavEntry[] | undefined;
}

export interface TreeOptions {
  readonly engine: Pick<Engine, 'spaces' | 'log' | 'list'>;
  /** Only this space (id or name). */
  readonly space: string | undefined;
  /** Only this moment of it. */
  readonly at: string | undefined;
}

const nowName = 'now';
const notThere = (): Fault => new Fault('not-found', 'never', 'There is nothing at this address.');

const folder = (name: string, modifiedMs = 0): DavEntry => ({ name, isFolder: true, bytes: 0, modifiedMs, tag: '' });

/** Links are shown as small files that hold their target: nothing on this side follows them. */
function entryOf(line: VersionLine): DavEntry {
  return {
    name: line.path.slice(line.path.lastIndexOf('/') + 1),
    isFolder: line.kind === 'folder',
    bytes: line.kind === 'folder' ? 0 : line.bytes,
    modifiedMs: Number(line.mtimeNs / 1_000_000n),
    tag: `"${line.since}-${line.bytes}-${line.mtimeNs}"`,
  };
}

/** Names of spaces as names of folders: one for each, whatever a space is called. */
function labelsOf(spaces: readonly SpaceStatus[]): ReadonlyMap<string, SpaceStatus> {
  const labels = new Map<string, SpaceStatus>();
  for (const space of spaces) {
    const plain = displayName(space.name).replaceAll('/', '_').slice(0, 80);
    const isTaken = plain === '' || plain === '.' || plain === '..' || labels.has(plain);
    labels.set(parsePathName(isTaken ? `${plain} ${space.space.slice(0, 12)}` : plain), space);
  }
  return labels;
}

/** Sorts by time; a colon would not be a name on every system. */
const snapshotLabel = (timeMs: number, snapshot: string): string =>
  `${writableTime(timeMs).toISOString().slice(0, 19).replaceAll(':', '-')}Z ${snapshot.slice(0, 12)}`;

/** Moments of a space by the name of their folder; the snapshot's id, undefined for the newest. */
async function momentsOf(
  { engine, at }: TreeOptions,
  space: SpaceStatus,
): Promise<ReadonlyMap<string, { readonly at: string | undefined; readonly timeMs: number }>> {
  const moments = new Map<string, { at: string | undefined; timeMs: number }>();
  const snapshots = (await engine.log(space.space)).filter(({ state }) => state === 'certified');
  const newest = snapshots.find(({ isSide }) => !isSide);
  if (newest === undefined) return moments;
  if (at !== undefined) {
    const { snapshot, timeMs } = await engine.list(space.space, '', at);
    return moments.set(snapshotLabel(timeMs, snapshot), { at: snapshot, timeMs });
  }
  moments.set(nowName, { at: undefined, timeMs: newest.timeMs });
  for (const { snapshot, timeMs } of snapshots) moments.set(snapshotLabel(timeMs, snapshot), { at: snapshot, timeMs });
  return moments;
}

/** Fault 'not-found' when there is nothing. */
export async function findResource(options: TreeOptions, names: readonly string[]): Promise<DavResource> {
  const [spaceName, momentName, ...inner] = names;
  const { engine } = options;
  const spaces = (await engine.spaces()).filter(
    ({ space, name }) => options.space === undefined || space === options.space || name === options.space,
  );
  const labels = labelsOf(spaces);
  if (spaceName === undefined) {
    return { entry: folder(''), file: undefined, children: [...labels.keys()].map((label) => folder(label)) };
  }
  const space = labels.get(spaceName);
  if (space === undefined) throw notThere();
  const moments = await momentsOf(options, space);
  if (momentName === undefined) {
    const children = [...moments].map(([label, { timeMs }]) => folder(label, timeMs));
    return { entry: folder(spaceName), file: undefined, children };
  }
  const moment = moments.get(momentName);
  if (moment === undefined) throw notThere();
  const path = inner.join('/');
  const { entries } = await engine.list(space.space, path, moment.at);
  const [own] = entries;
  if (own?.path === path && own.kind !== 'folder') {
    return { entry: entryOf(own), file: { space: space.space, path, at: moment.at }, children: undefined };
  }
  const name = inner.at(-1) ?? momentName;
  return { entry: folder(name, moment.timeMs), file: undefined, children: entries.map(entryOf) };
}
