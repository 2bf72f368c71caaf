/**
 * How a round changes the entries, and how that is undone. An entry that a snapshot has seen goes to the past when it leaves its place; one that came
 * and went within the same round leaves no trace. Everything here runs inside its caller's transaction and throws on a round that makes no tree.
 */
import type { Database } from 'better-sqlite3';
import type { EntryChange, FolderContent, NodeNum, SpaceTotals } from '../../ports/catalog.ts';
import { headFromHex, type RecordHead, nameToBytes, recordHead, recordKind, withContent } from './entry-record.ts';
import { openEntryInlet, type EntryInlet } from './incoming-entries.ts';
import { Totals } from './totals.ts';

export interface Application {
  readonly space: number;
  readonly sequence: number;
  /** True for a round that may yet be abandoned. */
  readonly keepsUndo: boolean;
}

export interface ChangeApplier {
  /** Returns what it added to the space's counts. `early`: how many entries were prepared for it. */
  apply(
    to: Application,
    changes: readonly EntryChange[],
    folders: readonly FolderContent[],
    early?: number,
  ): SpaceTotals;
  prepare(...given: Parameters<EntryInlet['prepare']>): void;
  undo(space: number, sequence: number, added: SpaceTotals): void;
  /** The dots of an entry that are replaced. */
  noteTaken(space: number, num: NodeNum, head: Omit<RecordHead, 'bytes'>): void;
  /** Whatever stands at a place leaves it, and is remembered as the past. */
  takeOut(place: Place, to: Application, totals: Totals): NodeNum | 'nothing' | 'no folder';
  checkTree(space: number, touched: ReadonlySet<NodeNum>): void;
  /** A certified round is not undone any more. */
  forgetUndo(space: number): void;
}

interface RawEntry {
  readonly parent: number;
  readonly name: Buffer;
  readonly since: number;
  readonly record: Buffer;
}

export interface Place {
  readonly parent: number;
  readonly name: Uint8Array;
}

const columns = 'parent, name, num, since, record, look';

export function openApplier(db: Database): ChangeApplier {
  const atPlace = 'FROM entry WHERE parent = @parent AND name = @name';
  // Rows move from table to table inside SQLite; as values they would cost more than all the searches together. So does reading a head as bytes.
  const standingAt = db
    .prepare<[Place], [num: number, since: number, head: string]>(`SELECT num, since, ${recordHead} ${atPlace}`)
    .raw();
  const keepPast = db.prepare<[Place & { until: number }]>(
    `INSERT INTO past (parent, name, since, until, num, record) SELECT parent, name, since, @until, num, record ${atPlace}`,
  );
  const keepUndo = db.prepare<[Place & { space: number }]>(
    `INSERT OR IGNORE INTO undo (space, ${columns}) SELECT @space, ${columns} ${atPlace}`,
  );
  const remove = db.prepare<[Place]>(`DELETE ${atPlace}`);
  const getNum = db.prepare<[number], RawEntry>(`SELECT parent, name, since, record FROM entry WHERE num = ?`);
  const setRecord = db.prepare('UPDATE entry SET record = ? WHERE parent = ? AND name = ?');
  const hasChildren = db.prepare<[number], unknown>('SELECT 1 FROM entry WHERE parent = ? LIMIT 1').pluck();
  const rootOf = db.prepare<[number], number>('SELECT root FROM space WHERE num = ?').pluck();

  const inlet = openEntryInlet(db);
  const seenOf = db
    .prepare<[number, number], number>('SELECT sequence FROM vector WHERE space = ? AND writer = ?')
    .pluck();
  const take = db.prepare(
    'INSERT OR IGNORE INTO taken (space, node, writer, sequence) SELECT ?, id, ?, ? FROM node WHERE num = ?',
  );

  /**
   * What is replaced was seen, even where not all of its device is. A file's place alone says nothing: the dot may stand for content, too, that never was
   * here; so it counts only when the content has the same dot.
   */
  function noteTaken(space: number, num: NodeNum, { kind, dots: [place, version] }: Omit<RecordHead, 'bytes'>): void {
    const isPlaceSeen = kind === 'folder' || (place.writer === version.writer && place.sequence === version.sequence);
    for (const { writer, sequence } of isPlaceSeen ? [place, version] : [version])
      if ((seenOf.get(space, writer) ?? 0) < sequence) take.run(space, writer, sequence, num);
  }

  /** Whatever stands at a place leaves it. Returns its number when it was a folder. */
  function takeOut(place: Place, to: Application, totals: Totals): NodeNum | 'nothing' | 'no folder' {
    const standing = standingAt.get(place);
    if (standing === undefined) return 'nothing';
    const [num, since, hex] = standing;
    if (since < to.sequence) {
      keepPast.run({ ...place, until: to.sequence });
      if (to.keepsUndo) keepUndo.run({ ...place, space: to.space });
    }
    remove.run(place);
    const head = headFromHex(hex);
    noteTaken(to.space, num, head);
    totals.count(head, -1);
    return head.kind === 'folder' ? num : 'no folder';
  }

  /** What was touched must leave a tree behind: whatever lies in a folder has folders above it, all the way up to the root. */
  function checkTree(space: number, touched: ReadonlySet<NodeNum>): void {
    const root = rootOf.get(space);
    if (root === undefined) throw new Error('a round is of a known space');
    const grounded = new Set<NodeNum>([root]);
    for (const start of touched) {
      if (grounded.has(start) || hasChildren.get(start) === undefined) continue;
      const way = new Set<NodeNum>();
      for (let at = start; !grounded.has(at);) {
        const above = getNum.get(at);
        if (above === undefined) throw new Error('an entry lies in a folder that has a place');
        if (recordKind(above.record) !== 'folder') throw new Error('an entry lies in a folder');
        if (way.has(at)) throw new Error('a folder does not lie in itself');
        way.add(at);
        at = above.parent;
      }
      for (const num of way) grounded.add(num);
    }
  }

  function setListings(to: Application, folders: readonly FolderContent[]): void {
    for (const { num, content, bytes } of folders) {
      const raw = getNum.get(num);
      // The root has no entry; a folder that left in this round needs no listing.
      if (raw === undefined) continue;
      const { parent, name } = raw;
      if (to.keepsUndo && raw.since < to.sequence) keepUndo.run({ parent, name, space: to.space });
      setRecord.run(withContent(raw.record, content, bytes), parent, name);
    }
  }

  return {
    prepare: (to, before, puts) => inlet.prepare(to, before, puts),
    apply(to, changes, folders, early = 0) {
      const totals = new Totals();
      // Folders that came, left or were put into.
      const touched = new Set<NodeNum>();
      // Folders in which nothing stood before this round: most of a first one.
      const empty = new Set<NodeNum>();
      const incoming = inlet.round(to, folders);
      for (const change of changes) {
        const isAgain = incoming.holds(change);
        if (isAgain) incoming.settle();
        const name = nameToBytes(change.name);
        const isFree = !isAgain && empty.has(change.parent);
        const left = isFree ? 'nothing' : takeOut({ parent: change.parent, name }, to, totals);
        if (left === 'nothing' && change.kind === 'remove') throw new Error('an entry that is removed is there');
        if (typeof left === 'number') touched.add(left);
        if (change.kind === 'remove') continue;
        const { num, parent, entry } = change;
        incoming.add(change, name);
        touched.add(parent);
        if (entry.kind === 'folder') {
          touched.add(num);
          if (hasChildren.get(num) === undefined) empty.add(num);
        }
        totals.count(entry, 1);
      }
      incoming.settle();
      const others = inlet.takeEarly(to, early);
      if (others) totals.add(others.totals);
      for (const parent of others?.parents ?? []) {
        // Nothing is taken out for them.
        if (!empty.has(parent)) throw new Error('what is handed over early lies in folders that the round brings');
        touched.add(parent);
      }
      checkTree(to.space, touched);
      setListings(to, incoming.otherListings());
      addTotals(db, to.space, totals, 1);
      return { files: totals.files, folders: totals.folders, bytes: totals.bytes };
    },
    noteTaken,
    takeOut,
    checkTree,
    undo(space, sequence, added) {
      undoEntries(db, space, sequence);
      addTotals(db, space, added, -1);
    },
    forgetUndo: (space) => void db.prepare('DELETE FROM undo WHERE space = ?').run(space),
  };
}

export function addTotals(db: Database, space: number, { files, folders, bytes }: SpaceTotals, sign: 1 | -1): void {
  const add = db.prepare('UPDATE space SET files = files + ?, folders = folders + ?, bytes = bytes + ? WHERE num = ?');
  add.run(sign * files, sign * folders, sign * bytes, space);
}

/** Takes out what a round brought, then puts back what it replaced. Reads all entries once, which a rare step may. */
function undoEntries(db: Database, space: number, sequence: number): void {
  const ofSpace = 'EXISTS (SELECT 1 FROM node WHERE node.num = entry.num AND node.space = ?)';
  db.prepare(`DELETE FROM entry WHERE since = ? AND ${ofSpace}`).run(sequence, space);
  db.prepare('DELETE FROM entry WHERE (parent, name) IN (SELECT parent, name FROM undo WHERE space = ?)').run(space);
  db.prepare(
    'DELETE FROM past WHERE (parent, name, since) IN (SELECT parent, name, since FROM undo WHERE space = ?)',
  ).run(space);
  db.prepare(`INSERT INTO entry (${columns}) SELECT ${columns} FROM undo WHERE space = ?`).run(space);
  db.prepare('DELETE FROM undo WHERE space = ?').run(space);
}
