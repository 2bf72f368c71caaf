/** Records of the home, spaces, and identities of files and folders. */
import type { Database } from 'better-sqlite3';
import { toHex } from '../../domain/bytes.ts';
import { Fault } from '../../domain/fault.ts';
import {
  type NodeId,
  type SnapshotId,
  idToBytes,
  parseChunkId,
  parseNodeId,
  parseSpaceId,
  parseSuiId,
} from '../../domain/ids.ts';
import type { CatalogOperations, SpaceRow } from '../../ports/catalog.ts';
import { idBuffer } from './entry-record.ts';
import { unsynced } from './unsynced.ts';

type Operations = Pick<
  CatalogOperations,
  | 'record'
  | 'setRecord'
  | 'spaces'
  | 'addSpace'
  | 'setFolder'
  | 'leaveFolder'
  | 'setPool'
  | 'setLeaseEpochs'
  | 'totals'
  | 'allotNodes'
>;

const idBytes = 32;

interface RawSpace {
  readonly num: number;
  readonly id: Uint8Array;
  readonly name: string;
  readonly mode: string;
  readonly folder: string | null;
  readonly sealed_key: Uint8Array;
  readonly chunk_min: number;
  readonly chunk_normal: number;
  readonly chunk_max: number;
  readonly lease_epochs: number;
  readonly pool: string | null;
  readonly root: number;
  readonly root_id: Uint8Array;
  readonly sequence: number;
  readonly snapshot: Uint8Array | null;
  readonly clock: number;
  readonly merged: Uint8Array | null;
}

/** Snapshot ids one after another. */
export function snapshotIds(bytes: Uint8Array): readonly SnapshotId[] {
  return Array.from({ length: bytes.length / idBytes }, (_, i) =>
    parseChunkId(bytes.subarray(i * idBytes, (i + 1) * idBytes)),
  );
}

function spaceFrom(raw: RawSpace): SpaceRow {
  return {
    num: raw.num,
    id: parseSpaceId(toHex(raw.id)),
    name: raw.name,
    mode: raw.mode === 'archive' ? 'archive' : 'sync',
    folder: raw.folder ?? undefined,
    sealedKey: Uint8Array.from(raw.sealed_key),
    limits: { min: raw.chunk_min, normal: raw.chunk_normal, max: raw.chunk_max },
    leaseEpochs: raw.lease_epochs,
    pool: raw.pool === null ? undefined : parseSuiId(raw.pool),
    root: raw.root,
    rootNode: parseNodeId(raw.root_id),
    sequence: raw.sequence,
    snapshot: raw.snapshot === null ? undefined : parseChunkId(raw.snapshot),
    clock: raw.clock,
    merged: raw.merged === null ? [] : snapshotIds(raw.merged),
  };
}

export function spaceOperations(db: Database): Operations {
  const getRecord = db.prepare<[string], { value: string }>('SELECT value FROM record WHERE key = ?');
  const putRecord = db.prepare(
    'INSERT INTO record (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const allSpaces = db.prepare<[], RawSpace>(
    'SELECT space.*, node.id AS root_id FROM space JOIN node ON node.num = space.root ORDER BY space.num',
  );
  const nextSpace = db.prepare<[], { num: number }>('SELECT coalesce(max(num), 0) + 1 AS num FROM space');
  const insertSpace = db.prepare(
    `INSERT INTO space (num, id, name, mode, folder, sealed_key, chunk_min, chunk_normal, chunk_max, lease_epochs, pool, root)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertNode = db.prepare('INSERT INTO node (space, id) VALUES (?, ?)');
  const addNode = db.prepare('INSERT INTO node (space, id) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const findNode = db.prepare<[number, Uint8Array], number>('SELECT num FROM node WHERE space = ? AND id = ?').pluck();
  const setFolder = db.prepare('UPDATE space SET folder = ? WHERE num = ?');
  const forgetLooks = db.prepare(
    'UPDATE entry SET look = NULL WHERE look IS NOT NULL AND EXISTS (SELECT 1 FROM node WHERE node.num = entry.num AND node.space = ?)',
  );
  const forgetChoices = db.prepare('DELETE FROM choice WHERE space = ?');
  const setPool = db.prepare('UPDATE space SET pool = ? WHERE num = ?');
  const setLease = db.prepare('UPDATE space SET lease_epochs = ? WHERE num = ?');
  const totals = db.prepare<[number], { files: number; folders: number; bytes: number }>(
    'SELECT files, folders, bytes FROM space WHERE num = ?',
  );

  return {
    record: (key) => getRecord.get(key)?.value,
    setRecord: (key, value) => void putRecord.run(key, value),
    spaces: () => allSpaces.all().map(spaceFrom),
    addSpace: db.transaction((space) => {
      if (allSpaces.all().some((row) => toHex(row.id) === space.id))
        throw new Fault('already-exists', 'never', 'This device knows that space already.');
      const num = nextSpace.get()?.num ?? 1;
      const root = Number(insertNode.run(num, idToBytes(space.rootNode)).lastInsertRowid);
      const { min, normal, max } = space.limits;
      insertSpace.run(
        num,
        idToBytes(space.id),
        space.name,
        space.mode,
        space.folder ?? null,
        space.sealedKey,
        min,
        normal,
        max,
        space.leaseEpochs,
        space.pool ?? null,
        root,
      );
      const added = allSpaces.all().find((row) => row.num === num);
      if (!added) throw new Error('an added space can be read back');
      return spaceFrom(added);
    }),
    setFolder: (space, folder) => void setFolder.run(folder, space),
    leaveFolder: db.transaction((space) => {
      setFolder.run(null, space);
      forgetLooks.run(space);
      forgetChoices.run(space);
    }),
    setPool: (space, pool) => void setPool.run(pool ?? null, space),
    setLeaseEpochs: (space, epochs) => void setLease.run(epochs, space),
    totals(space) {
      const found = totals.get(space);
      if (!found) throw new Fault('not-found', 'never', 'There is no such space.');
      return found;
    },
    // An identity that is known keeps its number; a fresh one that is never used is forgotten when the catalog is next opened.
    allotNodes: unsynced(db, (space: number, nodes: readonly NodeId[]) =>
      nodes.map((node) => {
        const id = idBuffer(node);
        const added = addNode.run(space, id);
        return (added.changes > 0 ? undefined : findNode.get(space, id)) ?? Number(added.lastInsertRowid);
      }),
    ),
  };
}
