/**
 * Entries as a merge changes them, without a round: moved with all in them, set aside, given another identity. The folders that are touched lose their
 * listing, up to the root. Runs inside its caller's transaction.
 */
import type { Database } from 'better-sqlite3';
import { idToBytes, parseNodeId, type NodeId } from '../../domain/ids.ts';
import { asideName } from '../../domain/path-name.ts';
import type { NodeNum, SyncedChange } from '../../ports/catalog.ts';
import type { Application, ChangeApplier } from './changes.ts';
import { idBuffer, lookToBytes, nameToBytes, recordFromBytes, recordToBytes, withContent } from './entry-record.ts';
import { openSeen } from './seen.ts';
import type { Totals } from './totals.ts';
import { openWriters } from './writers.ts';

interface RawEntry {
  readonly parent: number;
  readonly name: Buffer;
  readonly record: Buffer;
}

export interface EntryKeeper {
  identify(space: number, num: NodeNum, node: NodeId): void;
  put(change: Extract<SyncedChange, { kind: 'put' }>, to: Application, totals: Totals): void;
  /** Returns its number when it was a folder. */
  drop(num: NodeNum, to: Application, totals: Totals): NodeNum | undefined;
}

const noListing = { depth: 0, chunks: [] } as const;

export function openEntryKeeper(db: Database, applier: ChangeApplier): EntryKeeper {
  const seen = openSeen(db);
  const writers = openWriters(db);
  const ofNum = db.prepare<[number], RawEntry>('SELECT parent, name, record FROM entry WHERE num = ?');
  const atPlace = db
    .prepare<[number, Uint8Array], number>('SELECT num FROM entry WHERE parent = ? AND name = ?')
    .pluck();
  const insert = db.prepare('INSERT INTO entry (parent, name, num, since, record, look) VALUES (?, ?, ?, ?, ?, ?)');
  const update = db.prepare('UPDATE entry SET record = ?, look = ? WHERE parent = ? AND name = ?');
  const rename = db.prepare('UPDATE entry SET record = ?, name = ? WHERE parent = ? AND name = ?');
  const setRecord = db.prepare('UPDATE entry SET record = ? WHERE parent = ? AND name = ?');
  const idOf = db.prepare<[number, number], Uint8Array>('SELECT id FROM node WHERE num = ? AND space = ?').pluck();
  const numOf = db.prepare<[number, Uint8Array], number>('SELECT num FROM node WHERE space = ? AND id = ?').pluck();
  const setId = db.prepare('UPDATE node SET id = ? WHERE num = ?');
  const rootOf = db.prepare<[number], number>('SELECT root FROM space WHERE num = ?').pluck();

  /** The folder and all above it have no listing any more. */
  function markStale(space: number, folder: NodeNum): void {
    const root = rootOf.get(space);
    for (let at = folder; !seen.isStale(at);) {
      seen.setStale(space, at);
      if (at === root) return;
      const raw = ofNum.get(at);
      if (raw === undefined) throw new Error('an entry lies in a folder that has a place');
      setRecord.run(withContent(raw.record, noListing, 0), raw.parent, raw.name);
      at = raw.parent;
    }
  }

  /** Two identities change their numbers with each other: the one that goes keeps its former versions apart. */
  function identify(space: number, num: NodeNum, node: NodeId): void {
    const old = idOf.get(num, space);
    if (old === undefined) throw new Error('an entry has a number that was allotted for its space');
    const other = numOf.get(space, idBuffer(node));
    if (other === num) return;
    if (other !== undefined) {
      if (ofNum.get(other) !== undefined) throw new Error('an identity has one place');
      setId.run(Buffer.alloc(1), other);
    }
    setId.run(idToBytes(node), num);
    if (other !== undefined) setId.run(old, other);
  }

  /** The name is free as long as identities are not names. A round never sees it, unless the pass that will move it on is killed. */
  function setAside(space: number, num: NodeNum): void {
    const id = idOf.get(num, space);
    const raw = ofNum.get(num);
    if (id === undefined || raw === undefined) throw new Error('what stands at a place has an identity');
    const name = nameToBytes(asideName(parseNodeId(id)));
    const record = recordToBytes(recordFromBytes(raw.record), name.length);
    rename.run(record, name, raw.parent, raw.name);
  }

  function put(change: Extract<SyncedChange, { kind: 'put' }>, to: Application, totals: Totals): void {
    const { num, parent, entry } = change;
    const name = nameToBytes(change.name);
    const id = idOf.get(num, to.space);
    if (id === undefined) throw new Error('an entry has a number that was allotted for its space');
    const raw = ofNum.get(num);
    const before = raw && recordFromBytes(raw.record);
    // A folder that stays keeps its listing, which belongs to its content and not to its place.
    const kept = entry.kind === 'folder' ? { content: before?.content ?? noListing, bytes: before?.bytes ?? 0 } : entry;
    const facts = {
      num,
      since: to.sequence,
      node: parseNodeId(id),
      kind: entry.kind,
      mode: entry.mode,
      mtimeNs: entry.mtimeNs,
      bytes: kept.bytes,
      content: kept.content,
      place: writers.stored(entry.place),
      version: writers.stored(entry.version),
    };
    const look = lookToBytes(change.look);
    const isSamePlace = raw !== undefined && raw.parent === parent && raw.name.equals(name);
    if (isSamePlace && before) {
      const old = recordToBytes({ ...before, since: 0, place: facts.place, version: facts.version }, name.length);
      // Only dots, or nothing: the same version goes on.
      if (old.equals(recordToBytes({ ...facts, since: 0 }, name.length))) {
        const record = recordToBytes({ ...facts, since: before.since }, name.length);
        update.run(record, look, parent, name);
        if (record.equals(raw.record)) return;
        applier.noteTaken(to.space, num, { kind: before.kind, dots: [before.place, before.version] });
        markStale(to.space, parent);
        return;
      }
    }
    const standing = atPlace.get(parent, name);
    if (standing !== undefined && standing !== num) setAside(to.space, standing);
    if (raw) {
      applier.takeOut({ parent: raw.parent, name: raw.name }, to, totals);
      markStale(to.space, raw.parent);
    }
    insert.run(parent, name, num, to.sequence, recordToBytes(facts, name.length), look);
    totals.count(facts, 1);
    if (entry.kind === 'folder' && before === undefined) seen.setStale(to.space, num);
    markStale(to.space, parent);
  }

  return {
    identify,
    put,
    drop(num, to, totals) {
      const raw = ofNum.get(num);
      if (raw === undefined) throw new Error('an entry that is removed is there');
      const left = applier.takeOut({ parent: raw.parent, name: raw.name }, to, totals);
      if (typeof left === 'number') seen.setFresh(left);
      markStale(to.space, raw.parent);
      return typeof left === 'number' ? left : undefined;
    },
  };
}
