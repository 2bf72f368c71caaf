/**
 * The folder of a space on this disk: is it still the one (its marker tells), does something of a killed pass lie aside in it, and does something stand
 * where the space's own should come.
 */
import { concatBytes } from '../domain/bytes.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import type { NodeId } from '../domain/ids.ts';
import { displayName, joinPath, markerName, parsePathName, type SpacePath } from '../domain/path-name.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import type { FileStat } from '../ports/disk.ts';
import { conflictName } from '../stages/merge/merge.ts';
import { lookOf, type Clash } from '../stages/scan/scan.ts';
import { parkedNodes, parkedPath } from './apply-plan.ts';
import { noteArriving } from './arriving.ts';
import type { EngineCore } from './engine-core.ts';

const markedKey = (space: number): string => `marked:${space}`;
const markerBytesMax = 4096;
/** Names that are tried for what has to make room; more in one folder at one minute is no accident. */
const turnsMax = 100;

/**
 * Refuses a folder that does not carry the mark it was given: an unplugged disk's empty mount point, another disk in its place, a folder that was moved
 * away. The first pass marks; so does the next one after the user has said that the folder is the right one. One that carries it and is not the folder that is
 * known arrives (arriving.ts): that is noted before the folder is known.
 */
export async function checkRoot(
  core: EngineCore,
  row: SpaceRow,
  folder: string,
  isConfirmed: boolean,
  signal: AbortSignal,
): Promise<void> {
  const known = await knownMark(core, row);
  const stat = await core.disk.look(folder, markerName);
  if (stat && known?.folder === folder && known.look === markText(stat)) return;
  const found = stat?.kind === 'file' ? await readMarker(core, folder, signal) : undefined;
  if (found !== row.id && !isConfirmed && (found !== undefined || known !== undefined)) {
    const what = found === undefined ? `does not carry its mark` : 'carries the mark of another space';
    throw new Fault(
      'folder-unsure',
      'after-user',
      `The folder of '${row.name}' ${what} (${markerName}): ${displayName(folder)}. Another disk may be there.`,
    );
  }
  if (found !== row.id) await mark(core, row, folder);
  const now = await core.disk.look(folder, markerName);
  if (now === undefined) return;
  if (known && !isKnownMark(known, folder, now)) await noteArriving(core.catalog, row.num, true);
  await core.catalog.setRecord(markedKey(row.num), JSON.stringify({ folder, look: markText(now) } satisfies Mark));
}

/** The folder that was marked, and how the mark looked: one that still looks so is not read again. */
export interface Mark {
  readonly folder: string;
  readonly look: string;
}

const markText = ({ device, inode, ctimeNs }: FileStat): string => `${device} ${inode} ${ctimeNs}`;

export async function knownMark(core: EngineCore, row: SpaceRow): Promise<Mark | undefined> {
  const text = await core.catalog.record(markedKey(row.num));
  return text === undefined || text === '' ? undefined : (JSON.parse(text) as Mark);
}

/**
 * Whether a mark is the very file that is known, so that its folder is the very folder. No copy has the inode of what it was made of, and none can be given its
 * time of change. A disk's own number may be another one after a restart, and at the same place some disks number their files anew: then the time tells.
 */
export function isKnownMark(known: Mark, folder: string, stat: FileStat): boolean {
  const [device, inode, ctimeNs] = known.look.split(' ');
  const isSameTime = ctimeNs === String(stat.ctimeNs);
  if (inode === String(stat.inode)) return device === String(stat.device) || isSameTime;
  return known.folder === folder && isSameTime;
}

/** What the mark of a folder says; undefined when there is none. */
export async function readMarker(core: EngineCore, folder: string, signal: AbortSignal): Promise<string | undefined> {
  if ((await core.disk.look(folder, markerName))?.kind !== 'file') return undefined;
  const { buffer, spans } = await core.disk.read(
    folder,
    [{ path: markerName, offset: 0, bytesMax: markerBytesMax }],
    signal,
  );
  const [span] = spans;
  if (span === undefined || span instanceof Fault) return undefined;
  return new TextDecoder().decode(new Uint8Array(buffer, span.start, span.bytes)).trim();
}

/** Whether the folder is there and carries the mark of its space. */
export async function isMarked(core: EngineCore, row: SpaceRow, folder: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await readMarker(core, folder, signal)) === row.id;
  } catch (error) {
    if (faultOf(error)?.code === 'not-found') return false;
    throw error;
  }
}

/** No folder of this device is known as the space's any more. */
export async function forgetMark(core: EngineCore, { num }: SpaceRow): Promise<void> {
  await core.catalog.setRecord(markedKey(num), '');
  await noteArriving(core.catalog, num, false);
}

/** The folder is no space's any more. */
export async function unmark(core: EngineCore, folder: string): Promise<void> {
  const stat = await core.disk.look(folder, markerName);
  if (stat?.kind !== 'file') return;
  const [gone] = await core.disk.act(folder, [{ kind: 'remove', path: markerName, look: lookOf(stat) }]);
  if (gone instanceof Fault) throw gone;
}

/** A disk that cannot be written to has no mark, and is not deleted from either. */
async function mark(core: EngineCore, row: SpaceRow, folder: string): Promise<void> {
  const bytes = concatBytes(new TextEncoder().encode(`${row.id}\n`));
  const file = { path: markerName, bytes, mode: 0o600, mtimeNs: BigInt(core.clock.now()) * 1_000_000n };
  const [placed] = await core.disk.placeSmall(folder, [file], 'replace', true);
  if (placed instanceof Fault) core.log.write('warning', 'root.not-marked', { code: placed.code });
}

/** Puts back what a killed pass left aside. Identities that could not be put back are given: they are not deleted. */
export async function putBackParked(core: EngineCore, row: SpaceRow, folder: string): Promise<ReadonlySet<NodeId>> {
  const left = new Set<NodeId>();
  const nodes = await parkedNodes(core.disk, folder);
  const rows = await core.catalog.entriesOf(row.num, nodes);
  for (const [i, node] of nodes.entries()) {
    const entry = rows[i];
    // Nobody knows it any more: it comes back under the name that it has there.
    const to = entry === undefined ? parsePathName(`set aside ${node}`) : await core.catalog.pathOf(entry.num);
    const from = parkedPath(node);
    const stat = await core.disk.look(folder, from);
    if (stat === undefined || to === undefined) continue;
    const look = stat.kind === 'folder' ? undefined : lookOf(stat);
    const [moved] = await core.disk.act(folder, [{ kind: 'move', from, to, look }]);
    if (moved === undefined || moved instanceof Fault) left.add(node);
    else if (entry) await core.catalog.setLooks([{ parent: entry.parent, name: entry.name, look: lookOf(moved) }]);
  }
  return left;
}

/** What stands where the space has something else goes beside it, under a conflict name. Returns how many did. */
export async function makeRoom(
  core: EngineCore,
  folder: string,
  clashes: readonly Clash[],
  deviceName: string,
): Promise<number> {
  let moved = 0;
  for (const { path, stat } of clashes) {
    const slash = path.lastIndexOf('/');
    const name = parsePathName(path.slice(slash + 1));
    for (let turn = 1; turn <= turnsMax; turn++) {
      const beside = conflictName(name, deviceName, stat.mtimeNs, turn);
      const to: SpacePath = slash < 0 ? beside : joinPath(path.slice(0, slash), beside);
      const look = stat.kind === 'folder' ? undefined : lookOf(stat);
      const [done] = await core.disk.act(folder, [{ kind: 'move', from: path, to, look }]);
      if (faultOf(done)?.code === 'already-exists') continue;
      if (done !== undefined && !(done instanceof Fault)) moved++;
      break;
    }
  }
  return moved;
}

const writingKey = (space: number): string => `writing:${space}`;

/** Before a pass writes into the folder, and when it has come to its end. */
export async function noteWriting(core: EngineCore, row: SpaceRow, isWriting: boolean): Promise<void> {
  await core.catalog.setRecord(writingKey(row.num), isWriting ? 'yes' : 'no');
}

/** A pass that did not come to its end may have left files half written: they go, where the disk lets them. */
export async function sweepLeftovers(
  core: EngineCore,
  row: SpaceRow,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  if ((await core.catalog.record(writingKey(row.num))) !== 'yes') return;
  try {
    await core.disk.sweep(folder, signal);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined || fault.code === 'cancelled') throw error;
    core.emit({ kind: 'problem', space: row.id, code: fault.code, message: fault.message });
  }
}
