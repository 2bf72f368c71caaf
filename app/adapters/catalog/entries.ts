/** What folders hold now, and how a round's changes are applied and undone. */
import type { Database } from 'better-sqlite3';
import { joinPath, pathNames, type SpacePath } from '../../domain/path-name.ts';
import type { CatalogOperations, EntryChange, EntryRow, FolderContent, NodeNum } from '../../ports/catalog.ts';
import {
  entryColumns,
  entryFrom,
  kindNumber,
  lookColumns,
  nameFrom,
  nameTo,
  packContent,
  type RawEntry,
} from './rows.ts';

type Operations = Pick<CatalogOperations, 'children' | 'entryAt' | 'pathOf' | 'byInode' | 'setLooks'>;
type Inodes = Parameters<Operations['byInode']>[1];
type RawNamed = RawEntry & { readonly id: Uint8Array };

const columns = entryColumns.replaceAll(/(\w+)/g, 'e.$1');

export function entryOperations(db: Database): Operations {
  const children = db
    .prepare<[number], RawNamed>(
      `SELECT ${columns}, node.id FROM entry e JOIN node ON node.num = e.num WHERE e.parent = ? ORDER BY e.name`,
    )
    .safeIntegers();
  const child = db
    .prepare<[number, Uint8Array], RawNamed>(
      `SELECT ${columns}, node.id FROM entry e JOIN node ON node.num = e.num WHERE e.parent = ? AND e.name = ?`,
    )
    .safeIntegers();
  const inode = db
    .prepare<[bigint, bigint, number], RawNamed>(
      `SELECT ${columns}, node.id FROM entry e JOIN node ON node.num = e.num WHERE e.seen_inode = ? AND e.seen_device = ? AND node.space = ? LIMIT 1`,
    )
    .safeIntegers();
  const place = db.prepare<[number], { parent: number; name: Uint8Array }>(
    'SELECT parent, name FROM entry WHERE num = ?',
  );
  const isRoot = db.prepare<[number], { num: number }>('SELECT num FROM space WHERE root = ?');
  const rootOf = db.prepare<[number], { root: number }>('SELECT root FROM space WHERE num = ?');
  const setLook = db.prepare(
    'UPDATE entry SET seen_device = ?, seen_inode = ?, seen_bytes = ?, seen_mtime_ns = ?, seen_ctime_ns = ? WHERE parent = ? AND name = ?',
  );

  return {
    children: db.transaction((folders: readonly NodeNum[]) => folders.map((folder) => children.all(folder).map(entryFrom))),
    entryAt: db.transaction((space: number, path: SpacePath): EntryRow | undefined => {
      let folder = rootOf.get(space)?.root;
      let found: RawNamed | undefined;
      for (const name of pathNames(path)) {
        if (folder === undefined) return undefined;
        found = child.get(folder, nameTo(name));
        folder = found === undefined ? undefined : Number(found.num);
      }
      return found && entryFrom(found);
    }),
    pathOf: db.transaction((num: NodeNum): SpacePath | undefined => {
      const names: string[] = [];
      for (let at = num; !isRoot.get(at);) {
        const found = place.get(at);
        if (!found) return undefined;
        names.push(nameFrom(found.name));
        at = found.parent;
      }
      return names.reverse().reduce((path, name) => joinPath(path, nameFrom(nameTo(name))), '');
    }),
    byInode: db.transaction((space: number, inodes: Inodes) =>
      inodes.map(({ device, inode: number }) => {
        const found = inode.get(BigInt.asIntN(64, number), BigInt.asIntN(64, device), space);
        return found && entryFrom(found);
      }),
    ),
    setLooks: db.transaction((looks) => {
      for (const { parent, name, look } of looks) setLook.run(...lookColumns(look), parent, nameTo(name));
    }),
  };
}

/** Applies and undoes the changes of rounds; runs inside the caller's transaction. */
export interface ChangeApplier {
  apply(
    space: number,
    sequence: number,
    changes: readonly EntryChange[],
    folders: readonly FolderContent[],
    keepsUndo: boolean,
  ): void;
  undo(space: number, sequence: number): void;
  /** The undo information of a certified round is no longer needed. */
  forgetUndo(space: number, sequence: number): void;
}

export function openApplier(db: Database): ChangeApplier {
  const get = db
    .prepare<[number, Uint8Array], RawEntry>(`SELECT ${entryColumns} FROM entry WHERE parent = ? AND name = ?`)
    .safeIntegers();
  const marks = entryColumns.replaceAll(/\w+/g, '?');
  const insert = db.prepare(`INSERT INTO entry (${entryColumns}) VALUES (${marks})`);
  const remove = db.prepare('DELETE FROM entry WHERE parent = ? AND name = ?');
  const keep = db.prepare(`INSERT INTO past (${entryColumns}, until) VALUES (${marks}, ?)`);
  const hasChildren = db.prepare<[number], unknown>('SELECT 1 FROM entry WHERE parent = ? LIMIT 1');
  const hasPlace = db.prepare<[number], unknown>('SELECT 1 FROM entry WHERE num = ?');
  const setListing = db.prepare('UPDATE entry SET content = ?, bytes = ? WHERE num = ?');
  const keepListing = db.prepare(
    'INSERT OR IGNORE INTO folder_before (space, num, bytes, content) SELECT ?, num, bytes, content FROM entry WHERE num = ?',
  );
  const addTotals = db.prepare(
    'UPDATE space SET files = files + ?, folders = folders + ?, bytes = bytes + ? WHERE num = ?',
  );
  const ofRound = `num IN (SELECT num FROM node WHERE space = ?)`;
  const fresh = db
    .prepare<[number, number], RawEntry>(`SELECT ${entryColumns} FROM entry WHERE since = ? AND ${ofRound}`)
    .safeIntegers();
  const replaced = db
    .prepare<[number, number], RawEntry>(`SELECT ${entryColumns} FROM past WHERE until = ? AND ${ofRound}`)
    .safeIntegers();
  const dropReplaced = db.prepare(`DELETE FROM past WHERE until = ? AND ${ofRound}`);
  const listings = db.prepare<[number], { num: number; bytes: number; content: Uint8Array }>(
    'SELECT num, bytes, content FROM folder_before WHERE space = ?',
  );
  const dropListings = db.prepare('DELETE FROM folder_before WHERE space = ?');
  const clearLooks = db.prepare(
    `UPDATE past SET seen_device = NULL, seen_inode = NULL, seen_bytes = NULL, seen_mtime_ns = NULL, seen_ctime_ns = NULL WHERE until = ? AND ${ofRound}`,
  );

  class Totals {
    files = 0;
    folders = 0;
    bytes = 0;
    count(raw: { readonly kind: bigint | number; readonly bytes: bigint | number }, sign: 1 | -1): void {
      if (Number(raw.kind) === kindNumber('folder')) this.folders += sign;
      else if (Number(raw.kind) === kindNumber('file')) {
        this.files += sign;
        this.bytes += sign * Number(raw.bytes);
      }
    }
    save(space: number): void {
      addTotals.run(this.files, this.folders, this.bytes, space);
    }
  }

  const values = (raw: RawEntry): readonly unknown[] =>
    entryColumns.split(', ').map((column) => Reflect.get(raw, column));

  /** Takes an entry out of its place; a version that a snapshot has seen goes to the past. */
  function takeOut(raw: RawEntry, sequence: number, totals: Totals): void {
    if (Number(raw.since) < sequence) keep.run(...values(raw), sequence);
    remove.run(raw.parent, raw.name);
    totals.count(raw, -1);
  }

  return {
    apply(space, sequence, changes, folders, keepsUndo) {
      const totals = new Totals();
      const left = new Set<number>();
      if (keepsUndo) for (const { num } of folders) keepListing.run(space, num);
      for (const change of changes) {
        const name = nameTo(change.name);
        const standing = get.get(change.parent, name);
        if (change.kind === 'remove') {
          if (!standing) throw new Error('an entry that is removed is there');
          takeOut(standing, sequence, totals);
          left.add(Number(standing.num));
          continue;
        }
        if (standing) takeOut(standing, sequence, totals);
        if (standing && Number(standing.num) !== change.num) left.add(Number(standing.num));
        const { kind, mode, mtimeNs, bytes, content } = change.entry;
        insert.run(
          change.parent,
          name,
          change.num,
          sequence,
          kindNumber(kind),
          mode,
          mtimeNs,
          bytes,
          packContent(content),
          ...lookColumns(change.look),
        );
        totals.count({ kind: kindNumber(kind), bytes }, 1);
      }
      for (const num of left)
        if (!hasPlace.get(num) && hasChildren.get(num)) throw new Error('a folder that left took its children with it');
      for (const { num, content, bytes } of folders) setListing.run(packContent(content), bytes, num);
      totals.save(space);
    },
    undo(space, sequence) {
      const totals = new Totals();
      for (const raw of fresh.all(sequence, space)) {
        remove.run(raw.parent, raw.name);
        totals.count(raw, -1);
      }
      for (const raw of replaced.all(sequence, space)) {
        insert.run(...values(raw));
        totals.count(raw, 1);
      }
      dropReplaced.run(sequence, space);
      for (const { num, bytes, content } of listings.all(space)) setListing.run(content, bytes, num);
      dropListings.run(space);
      totals.save(space);
    },
    forgetUndo(space, sequence) {
      clearLooks.run(sequence, space);
      dropListings.run(space);
    },
  };
}
