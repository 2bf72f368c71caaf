/**
 * New entries of a round, put into the table many at a time. One statement for each would make the index of names write itself to the file after each
 * name, because its triggers may have to be taken back; that costs more than all the rest of a first round. Runs inside its caller's transaction.
 */
import type { Database } from 'better-sqlite3';
import type { Dot } from '../../domain/dot.ts';
import { parseNodeId, type DeviceId, type NodeId } from '../../domain/ids.ts';
import type { EntryChange, FolderContent, NodeNum } from '../../ports/catalog.ts';
import { lookToBytes, recordToBytes } from './entry-record.ts';
import { openWriters, type StoredDot } from './writers.ts';

/** Entries in one statement: bounds the memory that they wait in. */
const heldMax = 4096;

type Put = Extract<EntryChange, { kind: 'put' }>;

/** The entries of one round. */
export interface IncomingEntries {
  /** Whether something that this round put at the same place still waits. */
  waitsFor(change: EntryChange): boolean;
  add(change: Put, name: Uint8Array): void;
  /** Puts in what waits. */
  settle(): void;
  /** Listings of folders that came to their place before this round. */
  otherListings(): readonly FolderContent[];
}

export function openIncomingEntries(
  db: Database,
): (to: { readonly space: number; readonly sequence: number }, folders: readonly FolderContent[]) => IncomingEntries {
  const columns = 'parent, name, num, since, record, look';
  // In memory, of this connection alone, and empty between two transactions.
  db.exec(`CREATE TEMP TABLE IF NOT EXISTS incoming (${columns})`);
  const hold = db.prepare(`INSERT INTO temp.incoming (${columns}) VALUES (?, ?, ?, ?, ?, ?)`);
  const putIn = db.prepare(`INSERT INTO main.entry (${columns}) SELECT ${columns} FROM temp.incoming ORDER BY rowid`);
  const forget = db.prepare('DELETE FROM temp.incoming');
  const nodeOf = db
    .prepare<[number, number], string>('SELECT lower(hex(id)) FROM node WHERE num = ? AND space = ?')
    .pluck();
  const writers = openWriters(db);

  const identityOf = (num: NodeNum, space: number): NodeId => {
    const id = nodeOf.get(num, space);
    if (id === undefined) throw new Error('an entry has a number that was allotted for its space');
    return parseNodeId(id);
  };

  return ({ space, sequence }, folders) => {
    const listings = new Map(folders.map((folder) => [folder.num, folder]));
    const put = new Set<NodeNum>();
    const waiting = new Set<string>();
    /** Within one transaction a device keeps its number, and nearly all dots of a round are the same. */
    const known = new Map<DeviceId, number>();

    function stored(dot: Dot): StoredDot {
      const writer = known.get(dot.device) ?? writers.stored(dot).writer;
      known.set(dot.device, writer);
      return { writer, sequence: dot.sequence };
    }

    function settle(): void {
      if (waiting.size === 0) return;
      waiting.clear();
      putIn.run();
      forget.run();
    }

    return {
      waitsFor: ({ parent, name }) => waiting.has(`${parent}/${name}`),
      add({ parent, name: text, num, entry, look }, name) {
        // A folder comes with the listing that it gets in this round.
        const listing = entry.kind === 'folder' ? listings.get(num) : undefined;
        const { content, bytes } = listing ?? entry;
        const dots = { place: stored(entry.place), version: stored(entry.version) };
        const node = identityOf(num, space);
        const record = recordToBytes({ ...entry, content, bytes, num, since: sequence, node, ...dots }, name.length);
        hold.run(parent, name, num, sequence, record, lookToBytes(look));
        put.add(num);
        waiting.add(`${parent}/${text}`);
        if (waiting.size >= heldMax) settle();
      },
      settle,
      otherListings: () => folders.filter(({ num }) => !put.has(num)),
    };
  };
}
