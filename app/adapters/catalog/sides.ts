/**
 * Side snapshots (docs/decisions/side-snapshots.md): records of what other devices were at between merges, and the versions that stand only there. A
 * version is the same when node and dots are, so none is kept twice.
 */
import type { Database } from 'better-sqlite3';
import { concatBytes, toHex } from '../../domain/bytes.ts';
import { idToBytes, parseChunkId, parseDeviceId, type NodeId } from '../../domain/ids.ts';
import type { SpacePath } from '../../domain/path-name.ts';
import type { NewSide, SideEntry, SideOperations, SideRow, SideVersion } from '../../ports/catalog-sides.ts';
import {
  contentFromBytes,
  contentToBytes,
  dotsOf,
  idBuffer,
  nameToBytes,
  recordDots,
  recordToBytes,
} from './entry-record.ts';
import { snapshotIds } from './spaces.ts';
import { versionFrom, type RawVersion } from './version-row.ts';
import { openWriters } from './writers.ts';

interface RawSide {
  readonly num: number;
  readonly snapshot: Uint8Array;
  readonly sequence: number;
  readonly parents: Uint8Array;
  readonly device: Uint8Array;
  readonly maker: string;
  readonly time_ms: number;
  readonly files: number;
  readonly bytes: number;
  readonly root: Buffer;
  readonly state: SideRow['state'];
}

interface RawSideVersion extends RawVersion {
  readonly snapshot: Uint8Array;
  readonly path: string;
}

/** Versions of one file that are looked at: as many as of its history here. */
const versionsMax = 10_000;

/** Columns of a version that stands with a side snapshot: there at least as of that. */
export const sideColumns =
  'v.parent, v.name, v.num, s.sequence AS since, s.sequence + 1 AS until, v.record, v.path, s.snapshot';

export function sideOperations(db: Database): SideOperations {
  const strange = db
    .prepare<[number, number], Uint8Array>(
      `SELECT c.id FROM pack p JOIN chunk c ON c.pack = p.num AND c.kind = 2
       WHERE p.space = ? AND p.state = 'live' AND NOT EXISTS (SELECT 1 FROM round r WHERE r.snapshot = c.id)
       AND NOT EXISTS (SELECT 1 FROM side s WHERE s.snapshot = c.id) ORDER BY p.num DESC LIMIT ?`,
    )
    .pluck();
  const all = db.prepare<[number, string], RawSide>(
    `SELECT * FROM side WHERE space = ? AND hex(snapshot) GLOB ? AND NOT EXISTS (SELECT 1 FROM round r WHERE r.snapshot = side.snapshot)
     ORDER BY sequence, num`,
  );
  const insert = db.prepare(
    `INSERT OR IGNORE INTO side (space, snapshot, sequence, parents, device, maker, time_ms, files, bytes, root, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'known')`,
  );
  const sequenceOf = db.prepare<[number], number>('SELECT sequence FROM side WHERE num = ?').pluck();
  const records = `SELECT record FROM entry WHERE num = @num UNION ALL SELECT record FROM past WHERE num = @num
    UNION ALL SELECT record FROM side_version WHERE num = @num`;
  const standsWith = db.prepare<{ num: number; dots: Buffer }, unknown>(
    `SELECT 1 FROM (${records}) WHERE ${recordDots} = @dots LIMIT 1`,
  );
  const addVersion = db.prepare(
    'INSERT OR IGNORE INTO side_version (num, side, parent, name, path, record) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const setState = db.prepare('UPDATE side SET state = ? WHERE num = ?');
  const dropVersions = db.prepare('DELETE FROM side_version WHERE side = ?');
  const numOfNode = db.prepare<[number, Uint8Array], number>('SELECT num FROM node WHERE space = ? AND id = ?').pluck();
  const numAtPath = db
    .prepare<[string, number], number>(
      `SELECT v.num FROM side_version v JOIN side s ON s.num = v.side WHERE v.path = ? AND s.space = ?
       ORDER BY s.sequence DESC LIMIT 1`,
    )
    .pluck();
  const ofNum = db.prepare<[number], RawSideVersion>(
    `SELECT ${sideColumns} FROM side_version v JOIN side s ON s.num = v.side
     WHERE v.num = ? AND NOT EXISTS (SELECT 1 FROM round r WHERE r.snapshot = s.snapshot)
     ORDER BY s.sequence DESC LIMIT ${versionsMax}`,
  );
  const writers = openWriters(db);

  function addOne(side: number, since: number, { path, num, parent, entry }: SideEntry): void {
    const { place, version, ...facts } = entry;
    const name = nameToBytes(entry.name);
    const dots = { place: writers.stored(place), version: writers.stored(version) };
    const record = recordToBytes({ ...facts, ...dots, num, since }, name.length);
    if (standsWith.get({ num, dots: dotsOf(record) }) === undefined)
      addVersion.run(num, side, parent, name, path, record);
  }

  return {
    strangeSnapshots: (space, limit) => strange.all(space, limit).map((id) => parseChunkId(id)),
    sides: (space, digits = '') => all.all(space, `${digits.toUpperCase()}*`).map(sideFrom),
    addSide(space: number, side: NewSide) {
      const { snapshot, sequence, parents, device, deviceName, timeMs, files, bytes, root } = side;
      const ids = concatBytes(...parents.map(idToBytes));
      const counts = [deviceName, timeMs, files, bytes];
      insert.run(space, idToBytes(snapshot), sequence, ids, idToBytes(device), ...counts, contentToBytes(root));
    },
    addSideVersions: db.transaction((side: number, versions: readonly SideEntry[]) => {
      const since = sequenceOf.get(side);
      if (since === undefined) throw new Error('versions are of a known side snapshot');
      for (const each of versions) addOne(side, since, each);
    }),
    setSideState: db.transaction((side: number, state: SideRow['state']) => {
      setState.run(state, side);
      if (state === 'given-up') dropVersions.run(side);
    }),
    sideVersions: db.transaction(
      (space: number, at: { readonly node: NodeId } | { readonly path: SpacePath }): readonly SideVersion[] => {
        const num = 'node' in at ? numOfNode.get(space, idBuffer(at.node)) : numAtPath.get(at.path, space);
        if (num === undefined) return [];
        return ofNum.all(num).map((raw) => ({
          snapshot: parseChunkId(raw.snapshot),
          version: versionFrom(raw, raw.path, writers),
        }));
      },
    ),
  };
}

function sideFrom(raw: RawSide): SideRow {
  return {
    num: raw.num,
    snapshot: parseChunkId(raw.snapshot),
    sequence: raw.sequence,
    parents: snapshotIds(raw.parents),
    device: parseDeviceId(toHex(raw.device)),
    deviceName: raw.maker,
    timeMs: raw.time_ms,
    files: raw.files,
    bytes: raw.bytes,
    root: contentFromBytes(raw.root),
    state: raw.state,
  };
}
