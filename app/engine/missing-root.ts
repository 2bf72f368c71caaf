/**
 * Spaces whose folder is not where it was, or is another one: what is said of them, and where they may be now. Nothing is followed: a place is only proposed,
 * and only where the mark of the space lies (docs/decisions/a-root-that-moved.md). Reads names and marks, changes nothing.
 */
import { Fault, faultOf } from '../domain/fault.ts';
import type { SpaceId } from '../domain/ids.ts';
import { displayName, markerName } from '../domain/path-name.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import type { FolderListing } from '../ports/disk.ts';
import type { EngineCore } from './engine-core.ts';
import { isKnownMark, knownMark, readMarker } from './root-folder.ts';

/** Folders that are looked at beside one that is gone: more of them are a place to search in, not one to glance at. */
const neighboursMax = 2_000;
/** Folders above that are looked into: the one that held the folder, and the one above it for a mount point that got another name. */
const levelsMax = 2;
/** Copies with the same mark that are named. */
const proposalsMax = 3;

export interface ProposedFolder {
  readonly folder: string;
  /** It is the very folder, under another name: its mark is the file that is known, not a copy of it. */
  readonly isSame: boolean;
}

export interface MissingFolder {
  readonly space: SpaceId;
  readonly name: string;
  readonly folder: string;
  /** Something is there, without the mark of the space. */
  readonly isAnother: boolean;
  /** Where a folder with its mark lies nearby; the very folder first. */
  readonly proposed: readonly ProposedFolder[];
}

/** All spaces whose folder cannot be found at its place, as a pass would find them. */
export async function missingFolders(core: EngineCore, signal: AbortSignal): Promise<readonly MissingFolder[]> {
  const missing: MissingFolder[] = [];
  for (const row of await core.catalog.spaces()) {
    const { folder, id: space, name } = row;
    if (folder === undefined) continue;
    const state = await stateOf(core, row, folder, signal);
    if (state === 'there') continue;
    const proposed = await proposedFor(core, row, folder, signal);
    missing.push({ space, name, folder, isAnother: state === 'another', proposed });
  }
  return missing;
}

async function stateOf(
  core: EngineCore,
  row: SpaceRow,
  folder: string,
  signal: AbortSignal,
): Promise<'there' | 'another' | 'gone'> {
  try {
    const found = await readMarker(core, folder, signal);
    if (found === row.id) return 'there';
    // One that was never marked has not been passed yet, or cannot be written to.
    return found === undefined && (await knownMark(core, row)) === undefined ? 'there' : 'another';
  } catch (error) {
    const code = faultOf(error)?.code;
    if (code === 'not-found') return 'gone';
    // What is there and may not be looked at is another trouble.
    if (code === undefined || code === 'cancelled') throw error;
    return 'there';
  }
}

/** The fault of a pass that cannot begin, with what to do about it. Any other fault is given back as it is. */
export async function rootFault(
  core: EngineCore,
  row: SpaceRow,
  folder: string,
  fault: Fault,
  signal: AbortSignal,
): Promise<Fault> {
  const isAnother = fault.code === 'folder-unsure';
  if (fault.code !== 'not-found' && !isAnother) return fault;
  const proposed = await proposedFor(core, row, folder, signal);
  const about = { name: row.name, folder, isAnother, proposed };
  const what = isAnother ? fault.message : missingText(about);
  return new Fault(fault.code, 'after-user', `${what} Nothing is deleted, here or anywhere. ${whatToDo(about)}`, fault);
}

/** For people: what is so. */
export function missingText({ name, folder, isAnother }: Pick<MissingFolder, 'name' | 'folder' | 'isAnother'>): string {
  const what = isAnother ? `does not carry its mark (${markerName})` : 'is not there';
  return `The folder of '${displayName(name)}' ${what}: ${displayName(folder)}.`;
}

/** For people: where it may be, and what to say to Floe. */
export function whatToDo({
  name,
  isAnother,
  proposed,
}: Pick<MissingFolder, 'name' | 'isAnother' | 'proposed'>): string {
  const [first, ...others] = proposed;
  const move = (folder: string): string => `floe move '${displayName(name)}' ${folder}`;
  const release = isAnother ? ` If this is the right folder: floe release '${displayName(name)}'` : '';
  if (first === undefined)
    return `If its disk is not connected, connect it. If it was moved, say where it is: ${move('NEWPATH')}${release}`;
  const path = displayName(first.folder);
  if (first.isSame) return `The very same folder is at ${path} now. If that is right: ${move(`'${path}'`)}${release}`;
  const also = others.map(({ folder }) => displayName(folder)).join(', ');
  return `A folder with its mark is at ${path}${also === '' ? '' : ` (others: ${also})`}. If that is the one: ${move(`'${path}'`)}${release}`;
}

/** Folders with the mark of a space near the place that it had. */
async function proposedFor(
  core: EngineCore,
  row: SpaceRow,
  folder: string,
  signal: AbortSignal,
): Promise<readonly ProposedFolder[]> {
  const known = await knownMark(core, row);
  let below: readonly string[] = [];
  let levels = 0;
  for (let at = folder; at !== '/' && levels < levelsMax;) {
    signal.throwIfAborted();
    const slash = at.lastIndexOf('/');
    if (slash < 0) return [];
    const [above, name] = [slash === 0 ? '/' : at.slice(0, slash), at.slice(slash + 1)];
    const listing = await core.disk.list(above, '');
    if (isThere(listing)) {
      levels++;
      const found: ProposedFolder[] = [];
      for (const place of placesIn(listing, above, name, below)) {
        const isSame = await markedLike(core, row, known, place, signal);
        if (isSame !== undefined) found.push({ folder: place, isSame });
      }
      if (found.length > 0) return found.toSorted((a, b) => Number(b.isSame) - Number(a.isSame)).slice(0, proposalsMax);
    }
    below = [name, ...below];
    at = above;
  }
  return [];
}

const isThere = ({ problems }: FolderListing): boolean =>
  !problems.some(({ path, fault }) => path === '' && fault.code === 'not-found');

/** The neighbours of what is gone, and what has its name in one of them; below each the rest of the path, when it is a folder above that is gone. */
function* placesIn(
  { folders }: FolderListing,
  above: string,
  name: string,
  below: readonly string[],
): Generator<string> {
  const base = above === '/' ? '' : above;
  // Nobody moves a folder into a hidden one, but some systems' trash is one.
  const neighbours = folders.filter((each) => each !== name && !each.startsWith('.')).slice(0, neighboursMax);
  for (const neighbour of neighbours) {
    yield [base, neighbour, ...below].join('/');
    yield [base, neighbour, name, ...below].join('/');
  }
}

/** Whether the mark of a place is the known one; undefined when it has none, or one of another space. */
async function markedLike(
  core: EngineCore,
  row: SpaceRow,
  known: Awaited<ReturnType<typeof knownMark>>,
  place: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    const stat = await core.disk.look(place, markerName);
    if (stat === undefined || (await readMarker(core, place, signal)) !== row.id) return undefined;
    return known !== undefined && isKnownMark(known, place, stat);
  } catch (error) {
    const fault = faultOf(error);
    // A neighbour that may not be looked into, or went meanwhile, is not proposed.
    if (fault === undefined || fault.code === 'cancelled') throw error;
    return undefined;
  }
}
