/**
 * The folder of a space is at another place now: moved by a person, who says where. Only a folder that carries the mark of the space is taken, and nothing is
 * moved, written or deleted here: the next pass compares, with what is known of every file (docs/decisions/a-root-that-moved.md).
 */
import { Fault, faultOf } from '../domain/fault.ts';
import type { SpaceId } from '../domain/ids.ts';
import { displayName, markerName } from '../domain/path-name.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import type { EngineCore } from './engine-core.ts';
import { forgetRelease } from './held.ts';
import { findSpace } from './look.ts';
import { isKnownMark, isMarked, knownMark, readMarker } from './root-folder.ts';
import { refuseWithin } from './spaces.ts';

export interface MoveRequest {
  readonly space: string;
  /** Absolute. */
  readonly folder: string;
  /** Only looks whether it may be. */
  readonly isDry: boolean;
}

export interface MovedSpace {
  readonly space: SpaceId;
  readonly name: string;
  /** Where it was, and where it is. */
  readonly from: string;
  readonly folder: string;
  /** It is the very folder. In any other, such as a copy, all that is missing waits for the user's word. */
  readonly isSame: boolean;
}

export async function moveSpace(core: EngineCore, request: MoveRequest, signal: AbortSignal): Promise<MovedSpace> {
  const row = await findSpace(core.catalog, request.space);
  const { id: space, name, folder: from } = row;
  if (from === undefined)
    throw new Fault(
      'bad-input',
      'after-user',
      `The space '${name}' has no folder on this device. Give it one: floe add PATH --space '${displayName(name)}'`,
    );
  const folder = await placeFor(core, row, from, request.folder, signal);
  refuseWithin(
    folder,
    (await core.catalog.spaces()).filter(({ num }) => num !== row.num),
  );
  const isSame = await demandMark(core, row, { from, folder }, signal);
  if (folder !== from && !request.isDry) {
    // A word that was given was about the other place.
    await forgetRelease(core.catalog, row.num);
    await core.catalog.setFolder(row.num, folder);
    core.point('move:moved');
  }
  return { space, name, from, folder, isSame };
}

/** The folder without links; a fault that helps when there is none. */
async function placeFor(
  core: EngineCore,
  row: SpaceRow,
  from: string,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await core.disk.resolveFolder(folder);
  } catch (error) {
    if (faultOf(error)?.code !== 'not-found') throw error;
    throw await nothingThere(core, row, { from, folder }, signal);
  }
}

interface Way {
  readonly from: string;
  readonly folder: string;
}

async function nothingThere(
  core: EngineCore,
  row: SpaceRow,
  { from, folder }: Way,
  signal: AbortSignal,
): Promise<Fault> {
  const name = displayName(row.name);
  const what = `There is nothing at ${displayName(folder)}`;
  if (await isMarked(core, row, from, signal))
    return new Fault(
      'not-found',
      'after-user',
      `${what}, and '${name}' is still at ${displayName(from)}. Move the folder there first, as you move any folder, then say this again.`,
    );
  return new Fault(
    'not-found',
    'after-user',
    `${what}, and '${name}' is not at ${displayName(from)} any more. If it is elsewhere, say where. If it is lost, fetch it again: floe leave '${name}', then floe add PATH --space '${name}'`,
  );
}

/** Whether it is the very folder. Refuses one that does not carry the mark of the space. */
async function demandMark(core: EngineCore, row: SpaceRow, way: Way, signal: AbortSignal): Promise<boolean> {
  const { folder } = way;
  const name = displayName(row.name);
  const stat = await core.disk.look(folder, markerName);
  const found = stat && (await readMarker(core, folder, signal));
  if (stat && found === row.id) {
    const known = await knownMark(core, row);
    return known !== undefined && isKnownMark(known, folder, stat);
  }
  if (stat === undefined && (await core.disk.list(folder, '')).count === 0)
    throw await nothingThere(core, row, way, signal);
  const path = displayName(folder);
  if (found !== undefined) {
    const other = (await core.catalog.spaces()).find(({ id }) => id === found);
    const whose = other ? `the space '${displayName(other.name)}'` : 'a space that this account does not have here';
    throw new Fault(
      'folder-unsure',
      'after-user',
      `${path} is the folder of ${whose}, not of '${name}'. Nothing was changed.`,
    );
  }
  throw new Fault(
    'folder-unsure',
    'after-user',
    `${path} does not carry the mark of '${name}' (${markerName}), so it may be any folder. Nothing was changed. If it is a copy that was made without hidden files: floe leave '${name}', then floe add '${path}' --space '${name}'. What is equal is taken over, what is missing is fetched, nothing is deleted.`,
  );
}
