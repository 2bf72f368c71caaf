/** What folders hold now. Folders are read whole, each as one value (`packedChildren`); the rest are look-ups of single entries. */
import type { Database } from 'better-sqlite3';
import { parseNodeId, type DeviceId, type NodeId } from '../../domain/ids.ts';
import { joinPath, pathNames, type PathName, type SpacePath } from '../../domain/path-name.ts';
import type { CatalogOperations, EntryRow, NodeNum, PlacedRow } from '../../ports/catalog.ts';
import {
  childrenFromBytes,
  idBuffer,
  inodeKey,
  lookBytes,
  lookFromBytes,
  lookToBytes,
  nameFromBytes,
  nameToBytes,
  recordFromBytes,
} from './entry-record.ts';
import { damagedCatalog } from './sqlite-fault.ts';
import { unsynced } from './unsynced.ts';
import { openWriters, type Writers } from './writers.ts';

type Operations = Pick<
  CatalogOperations,
  | 'children'
  | 'entryAt'
  | 'entriesOf'
  | 'absent'
  | 'pathOf'
  | 'byInode'
  | 'unchangedFolders'
  | 'setFingerprints'
  | 'setLooks'
>;
type ShownFolders = Parameters<Operations['unchangedFolders']>[0];
type Inodes = Parameters<Operations['byInode']>[1];

interface RawEntry {
  readonly parent: number;
  readonly name: Buffer;
  readonly record: Buffer;
  readonly look: Buffer | null;
}

/** Entries of one folder taken at a time: SQLite makes no value above 1 GB, and an entry of a whole chunk list is some kilobytes. */
const childrenMax = 20_000;
/** Folders cannot lie deeper; a longer way up is a circle, which only damage makes. */
const depthMax = 100_000;

const noLook = `x'${'00'.repeat(lookBytes)}'`;

function entryFrom(raw: RawEntry, writers: Writers): EntryRow {
  const facts = recordFromBytes(raw.record);
  return {
    parent: raw.parent,
    name: nameFromBytes(raw.name),
    ...facts,
    place: writers.dot(facts.place),
    version: writers.dot(facts.version),
    look: raw.look === null ? undefined : lookFromBytes(raw.look),
  };
}

/** The children of folders in few pieces: for each folder the bytes of its packed rows, one after another. */
export interface PackedChildren {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: readonly number[];
  /** Devices by the numbers that the rows name them with. */
  readonly devices: ReadonlyMap<number, DeviceId>;
}

export function unpackChildren(
  folders: readonly NodeNum[],
  { bytes, lengths, devices }: PackedChildren,
): readonly (readonly EntryRow[])[] {
  let at = 0;
  return folders.map((folder, i) => {
    const end = at + (lengths[i] ?? 0);
    const rows = childrenFromBytes(folder, Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at), devices);
    at = end;
    return rows;
  });
}

/** Reads folders as packed rows; made of one statement, so that it can run on its own for the thread. */
export function openPackedChildren(db: Database): (folders: readonly NodeNum[]) => PackedChildren {
  type Packed = [count: number, bytes: Buffer | null, last: Buffer | null];
  // The range as one comparison of rows: with `parent = ?`, SQLite would plan a statement that orders anew at each call, ten times a small folder.
  const all = db
    .prepare<[number, Uint8Array, number], Packed>(
      `SELECT count(*), CAST(string_agg(piece, '') AS BLOB), CASE WHEN count(*) = ${childrenMax} THEN max(name) END FROM
       (SELECT record || coalesce(look, ${noLook}) || name AS piece, name FROM entry
        WHERE (parent, name) > (?, ?) AND parent <= ? ORDER BY parent, name LIMIT ${childrenMax})`,
    )
    .raw();
  const writers = openWriters(db);
  const read = (folder: NodeNum): readonly Buffer[] => {
    const pieces: Buffer[] = [];
    for (let after: Buffer | null = Buffer.alloc(0); after !== null;) {
      const [count, bytes, last]: Packed = all.get(folder, after, folder) ?? [0, null, null];
      if (bytes !== null) pieces.push(bytes);
      after = count < childrenMax ? null : last;
    }
    return pieces;
  };
  return db.transaction((folders: readonly NodeNum[]) => {
    const pieces: Buffer[] = [];
    const lengths = folders.map((folder) => {
      const ofFolder = read(folder);
      pieces.push(...ofFolder);
      return ofFolder.reduce((sum, piece) => sum + piece.length, 0);
    });
    const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return { bytes, lengths, devices: writers.all() };
  });
}

export function entryOperations(db: Database): Operations {
  const packedChildren = openPackedChildren(db);
  const columns = 'parent, name, record, look';
  const child = db.prepare<[number, Uint8Array], RawEntry>(
    `SELECT ${columns} FROM entry WHERE parent = ? AND name = ?`,
  );
  const idOf = db.prepare<[number], Uint8Array>('SELECT id FROM node WHERE num = ?').pluck();
  const placedFrom = (raw: RawEntry): PlacedRow => ({
    ...entryFrom(raw, writers),
    parentNode: parseNodeId(idOf.get(raw.parent) ?? new Uint8Array()),
  });
  // Hard links share an inode: the first in the order of places counts. To order, or to ask for the space here, would make SQLite plan the statement anew
  // at each call, which is ten times the search.
  const inode = db.prepare<[Uint8Array], RawEntry & { readonly space: number }>(
    `SELECT ${columns}, (SELECT space FROM node WHERE node.num = entry.num) AS space
     FROM entry WHERE look IS NOT NULL AND substr(look, 1, 16) = ?`,
  );
  const isBefore = (a: RawEntry, b: RawEntry): boolean =>
    a.parent === b.parent ? Buffer.compare(a.name, b.name) < 0 : a.parent < b.parent;
  const place = db.prepare<[number], { parent: number; name: Buffer }>('SELECT parent, name FROM entry WHERE num = ?');
  const isRoot = db.prepare<[number], { num: number }>('SELECT num FROM space WHERE root = ?');
  const rootOf = db.prepare<[number], { root: number }>('SELECT root FROM space WHERE num = ?');
  const numAt = db.prepare<[number, Uint8Array], number>('SELECT num FROM entry WHERE parent = ? AND name = ?').pluck();
  const fingerprintOf = db.prepare<[number], string>('SELECT fingerprint FROM folder_look WHERE num = ?').pluck();
  const setFingerprint = db.prepare('INSERT OR REPLACE INTO folder_look (num, fingerprint) VALUES (?, ?)');
  const ofNode = db.prepare<[number, Uint8Array], RawEntry>(
    `SELECT ${columns} FROM entry WHERE num = (SELECT num FROM node WHERE space = ? AND id = ?)`,
  );
  const absent = db.prepare<Record<string, unknown>, RawEntry>(
    `SELECT ${columns} FROM entry WHERE look IS NULL AND (parent, name) > (@parent, @name)
     AND EXISTS (SELECT 1 FROM node WHERE node.num = entry.num AND node.space = @space)
     AND NOT EXISTS (SELECT 1 FROM entry AS folder WHERE folder.num = entry.parent AND folder.look IS NULL)
     ORDER BY parent, name LIMIT @limit`,
  );
  const writers = openWriters(db);
  const setLook = db.prepare('UPDATE entry SET look = ? WHERE parent = ? AND name = ?');

  return {
    children: (folders) => unpackChildren(folders, packedChildren(folders)),
    entryAt: db.transaction((space: number, path: SpacePath): EntryRow | undefined => {
      let folder = rootOf.get(space)?.root;
      let found: EntryRow | undefined;
      for (const name of pathNames(path)) {
        const raw = folder === undefined ? undefined : child.get(folder, nameToBytes(name));
        if (raw === undefined) return undefined;
        found = entryFrom(raw, writers);
        folder = found.kind === 'folder' ? found.num : undefined;
      }
      return found;
    }),
    pathOf: db.transaction((num: NodeNum): SpacePath | undefined => {
      const names: PathName[] = [];
      for (let at = num; isRoot.get(at) === undefined;) {
        const found = place.get(at);
        if (found === undefined) return undefined;
        if (names.push(nameFromBytes(found.name)) > depthMax) throw damagedCatalog('folders lie in a circle');
        at = found.parent;
      }
      return names.reverse().reduce<SpacePath>(joinPath, '');
    }),
    byInode: db.transaction((space: number, inodes: Inodes) =>
      inodes.map(({ device, inode: number }) => {
        const [first, ...others] = inode.all(inodeKey(device, number)).filter((row) => row.space === space);
        const raw = others.reduce((best, other) => (best && isBefore(other, best) ? other : best), first);
        return raw && entryFrom(raw, writers);
      }),
    ),
    unchangedFolders: db.transaction((shown: ShownFolders) =>
      shown.map(({ num, fingerprint, folders }) => {
        if (fingerprintOf.get(num) !== fingerprint) return undefined;
        const nums = folders.flatMap((name) => numAt.get(num, nameToBytes(name)) ?? []);
        // What is there without an entry had not been found unchanged: left out then, and not any more.
        return nums.length === folders.length ? nums : undefined;
      }),
    ),
    setFingerprints: unsynced(db, (shown: Parameters<Operations['setFingerprints']>[0]) => {
      for (const { num, fingerprint } of shown) setFingerprint.run(num, fingerprint);
    }),
    entriesOf: db.transaction((space: number, nodes: readonly NodeId[]) =>
      nodes.map((node) => {
        const raw = ofNode.get(space, idBuffer(node));
        return raw && placedFrom(raw);
      }),
    ),
    absent: db.transaction((space: number, after: Parameters<Operations['absent']>[1], limit: number) => {
      const from = { parent: after?.parent ?? 0, name: after ? nameToBytes(after.name) : Buffer.alloc(0) };
      return absent.all({ space, ...from, limit }).map(placedFrom);
    }),
    setLooks: db.transaction((looks) => {
      for (const { parent, name, look } of looks) setLook.run(lookToBytes(look), parent, nameToBytes(name));
    }),
  };
}
