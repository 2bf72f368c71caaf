/**
 * Conflicts that wait for a person, and what the person says. Resolving acts on this disk only, on files that look as they did when they were stored; the
 * next pass carries it to the other devices, and what was not kept stays in the history.
 */
import { Fault } from '../domain/fault.ts';
import type { DeviceId } from '../domain/ids.ts';
import { displayName, type SpacePath } from '../domain/path-name.ts';
import type { ConflictRow, PlacedRow, SpaceRow } from '../ports/catalog.ts';
import type { DiskAct } from '../ports/disk.ts';
import { readDevice } from './device.ts';
import type { EngineCore } from './engine-core.ts';
import { deviceNames } from './heads.ts';
import { findSpace } from './look.ts';

export interface ConflictSide {
  readonly path: SpacePath;
  readonly bytes: number;
  readonly mtimeNs: bigint;
  /** Who wrote it. */
  readonly device: DeviceId;
  readonly deviceName: string | undefined;
  readonly isMine: boolean;
}

export interface ConflictLine {
  readonly kind: ConflictRow['kind'];
  readonly timeMs: number;
  /** The one that kept its name, and the one beside it. */
  readonly kept: ConflictSide;
  readonly beside: ConflictSide;
}

export type Keep = 'mine' | 'theirs' | 'both';

interface Standing {
  readonly line: ConflictLine;
  readonly row: ConflictRow;
  readonly kept: PlacedRow;
  readonly beside: PlacedRow;
}

async function standing(core: EngineCore, space: SpaceRow): Promise<readonly Standing[]> {
  const conflicts = await core.catalog.conflicts(space.num);
  const rows = await core.catalog.entriesOf(
    space.num,
    conflicts.flatMap(({ node, beside }) => [node, beside]),
  );
  const names = await deviceNames(core);
  const own = (await readDevice(core.catalog))?.id;
  const sideOf = async (row: PlacedRow): Promise<ConflictSide> => ({
    path: (await core.catalog.pathOf(row.num)) ?? row.name,
    bytes: row.bytes,
    mtimeNs: row.mtimeNs,
    device: row.version.device,
    deviceName: names.get(row.version.device),
    isMine: row.version.device === own,
  });
  const found: Standing[] = [];
  for (const [i, row] of conflicts.entries()) {
    const kept = rows[2 * i];
    const beside = rows[2 * i + 1];
    if (kept === undefined || beside === undefined) continue;
    const line = { kind: row.kind, timeMs: row.timeMs, kept: await sideOf(kept), beside: await sideOf(beside) };
    found.push({ line, row, kept, beside });
  }
  return found;
}

export async function conflictsOf(core: EngineCore, name: string): Promise<readonly ConflictLine[]> {
  return (await standing(core, await findSpace(core.catalog, name))).map(({ line }) => line);
}

/** `path` may be either of the two. */
export async function resolveConflict(
  core: EngineCore,
  name: string,
  path: SpacePath,
  keep: Keep,
): Promise<ConflictLine> {
  const space = await findSpace(core.catalog, name);
  const found = (await standing(core, space)).find(({ line }) => line.kept.path === path || line.beside.path === path);
  if (found === undefined)
    throw new Fault('not-found', 'after-user', `'${space.name}' has no conflict about '${displayName(path)}'.`);
  if (keep !== 'both') await keepOne(core, space, found, keep);
  await core.catalog.dropConflict(space.num, found.row.beside);
  return found.line;
}

async function keepOne(core: EngineCore, space: SpaceRow, { line, kept, beside }: Standing, keep: Keep): Promise<void> {
  if (space.folder === undefined) throw new Fault('bad-input', 'after-user', `'${space.name}' has no folder here.`);
  if (line.kept.isMine === line.beside.isMine)
    throw new Fault(
      'bad-input',
      'after-user',
      'Not exactly one of the two was written on this device. Keep both, or delete the one that is not wanted.',
    );
  const isKeptMeant = line.kept.isMine === (keep === 'mine');
  const loser = isKeptMeant ? beside : kept;
  if (kept.look === undefined || beside.look === undefined || loser.look === undefined)
    throw new Fault('not-found', 'later', 'Not both files are on this disk yet. Run a pass first.');
  const acts: DiskAct[] = [
    { kind: 'remove', path: isKeptMeant ? line.beside.path : line.kept.path, look: loser.look },
    ...(isKeptMeant ? [] : [{ kind: 'move', from: line.beside.path, to: line.kept.path, look: beside.look } as const]),
  ];
  for (const act of acts) {
    const [done] = await core.disk.act(space.folder, [act]);
    if (done instanceof Fault) throw done;
  }
}
