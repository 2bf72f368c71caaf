/**
 * New entries of a round, put into the table many at a time. One statement for each would make the index of names write itself to the file after each
 * name, because its triggers may have to be taken back; that costs more than all the rest of a first round. Runs inside its caller's transaction.
 *
 * What lies in folders that are new can be handed over before the round is sealed. It is made into rows that wait in memory: nothing of it is in the file
 * before the round's own transaction, and nothing is left of it without that.
 */
import type { Database } from 'better-sqlite3';
import type { Dot } from '../../domain/dot.ts';
import { parseNodeId, type DeviceId, type NodeId } from '../../domain/ids.ts';
import type { PathName } from '../../domain/path-name.ts';
import type { EntryPut, EntryChange, FolderContent, NodeNum } from '../../ports/catalog.ts';
import { lookToBytes, nameToBytes, recordToBytes } from './entry-record.ts';
import { Totals } from './totals.ts';
import { openWriters, type StoredDot } from './writers.ts';

/** Entries in one statement: bounds the memory that they wait in. */
const heldMax = 4096;

interface Target {
  readonly space: number;
  readonly sequence: number;
}

/** The entries of one round. */
export interface IncomingEntries {
  /** Whether this round has put something at the same place. */
  holds(change: EntryChange): boolean;
  add(change: EntryPut, name: Uint8Array): void;
  /** Puts in what waits. */
  settle(): void;
  /** Listings of folders that came to their place before this round. */
  otherListings(): readonly FolderContent[];
}

/** What was handed over early for a round. */
export interface EarlyEntries {
  readonly sequence: number;
  count: number;
  readonly parents: Set<NodeNum>;
  readonly totals: Totals;
}

export interface EntryInlet {
  round(to: Target, folders: readonly FolderContent[]): IncomingEntries;
  /** `before`: how many of this round have come before; with 0 all that came for another is forgotten. */
  prepare(to: Target, before: number, puts: readonly EntryPut[]): void;
  /** Puts in what was prepared for a round, all of it. */
  takeEarly(to: Target, count: number): EarlyEntries | undefined;
}

const columns = 'parent, name, num, since, record, look';

export function openEntryInlet(db: Database): EntryInlet {
  // In memory, of this connection alone; the first is empty between two transactions.
  db.exec(`CREATE TEMP TABLE IF NOT EXISTS incoming (${columns})`);
  db.exec(`CREATE TEMP TABLE IF NOT EXISTS early (space, place, ${columns}, PRIMARY KEY (space, place)) WITHOUT ROWID`);
  const hold = db.prepare(`INSERT INTO temp.incoming (${columns}) VALUES (?, ?, ?, ?, ?, ?)`);
  const putIn = db.prepare(`INSERT INTO main.entry (${columns}) SELECT ${columns} FROM temp.incoming ORDER BY rowid`);
  const forget = db.prepare('DELETE FROM temp.incoming');
  const holdEarly = db.prepare(`INSERT INTO temp.early (space, place, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const putEarly = db.prepare(
    `INSERT INTO main.entry (${columns}) SELECT ${columns} FROM temp.early WHERE space = ? AND place >= ? AND place < ? ORDER BY place`,
  );
  const forgetEarly = db.prepare('DELETE FROM temp.early WHERE space = ?');
  const early = new Map<number, EarlyEntries>();
  const nodeOf = db
    .prepare<[number, number], string>('SELECT lower(hex(id)) FROM node WHERE num = ? AND space = ?')
    .pluck();
  const writers = openWriters(db);

  const identityOf = (num: NodeNum, space: number): NodeId => {
    const id = nodeOf.get(num, space);
    if (id === undefined) throw new Error('an entry has a number that was allotted for its space');
    return parseNodeId(id);
  };

  /** Makes rows of what is put; within one transaction a device keeps its number, and nearly all dots of a round are the same. */
  function rowMaker({
    space,
    sequence,
  }: Target): (change: EntryPut, name: Uint8Array, listing?: FolderContent) => unknown[] {
    const known = new Map<DeviceId, number>();
    const stored = (dot: Dot): StoredDot => {
      const writer = known.get(dot.device) ?? writers.stored(dot).writer;
      known.set(dot.device, writer);
      return { writer, sequence: dot.sequence };
    };
    return ({ parent, num, entry, look }, name, listing) => {
      const { content, bytes } = listing ?? entry;
      const dots = { place: stored(entry.place), version: stored(entry.version) };
      const node = identityOf(num, space);
      const record = recordToBytes({ ...entry, content, bytes, num, since: sequence, node, ...dots }, name.length);
      return [parent, name, num, sequence, record, lookToBytes(look)];
    };
  }

  return {
    round(to, folders) {
      const rowOf = rowMaker(to);
      const listings = new Map(folders.map((folder) => [folder.num, folder]));
      const put = new Set<NodeNum>();
      const places = new Map<NodeNum, Set<PathName>>();
      let waiting = 0;

      function settle(): void {
        if (waiting === 0) return;
        waiting = 0;
        putIn.run();
        forget.run();
      }

      return {
        holds: ({ parent, name }) => places.get(parent)?.has(name) ?? false,
        add(change, name) {
          const { parent, num, entry } = change;
          // A folder comes with the listing that it gets in this round.
          hold.run(...rowOf(change, name, entry.kind === 'folder' ? listings.get(num) : undefined));
          put.add(num);
          const names = places.get(parent);
          if (names) names.add(change.name);
          else places.set(parent, new Set([change.name]));
          if (++waiting >= heldMax) settle();
        },
        settle,
        otherListings: () => folders.filter(({ num }) => !put.has(num)),
      };
    },

    prepare(to, before, puts) {
      const { space, sequence } = to;
      if (before === 0) {
        forgetEarly.run(space);
        early.set(space, { sequence, count: 0, parents: new Set(), totals: new Totals() });
      }
      const entries = early.get(space);
      if (entries?.sequence !== sequence || entries.count !== before) throw notInOrder();
      const rowOf = rowMaker(to);
      for (const change of puts) {
        holdEarly.run(space, entries.count++, ...rowOf(change, nameToBytes(change.name)));
        entries.parents.add(change.parent);
        entries.totals.count(change.entry, 1);
      }
    },

    takeEarly({ space, sequence }, count) {
      const entries = early.get(space);
      early.delete(space);
      if (count > 0 && (entries?.sequence !== sequence || entries.count !== count)) throw notInOrder();
      for (let at = 0; at < count; at += heldMax) putEarly.run(space, at, at + heldMax);
      forgetEarly.run(space);
      return count > 0 ? entries : undefined;
    },
  };
}

const notInOrder = (): Error =>
  new Error('what is handed over early for a round comes in order, and is sealed with it');
