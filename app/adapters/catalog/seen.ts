/** What the entries of a space contain of which device, what waits to be published, and the space's clock. Runs inside its caller's transaction. */
import type { Database } from 'better-sqlite3';
import { concatBytes } from '../../domain/bytes.ts';
import type { Dot, Vector } from '../../domain/dot.ts';
import { idToBytes, parseNodeId, type DeviceId, type NodeId, type SnapshotId } from '../../domain/ids.ts';
import type { NodeNum } from '../../ports/catalog.ts';
import { snapshotIds } from './spaces.ts';
import { openWriters } from './writers.ts';

type Taken = readonly { readonly node: NodeId; readonly dot: Dot }[];

export interface SeenKeeper {
  vector(space: number): Vector;
  taken(space: number): Taken;
  join(space: number, vector: Vector): void;
  take(space: number, taken: Taken): void;
  /** No sequence up to this one is used again. */
  advance(space: number, sequence: number): void;
  stale(space: number): readonly NodeNum[];
  isStale(num: NodeNum): boolean;
  setStale(space: number, num: NodeNum): void;
  setFresh(num: NodeNum): void;
  /** The next round follows this snapshot too. */
  follow(space: number, snapshot: SnapshotId): void;
  /** The entries are those of a snapshot now: of a pending round, or for good. */
  publish(space: number, pending?: number): void;
  /** Takes the publishing by a pending round back; `parents` are its own. */
  unpublish(space: number, parents: readonly SnapshotId[]): void;
  /** A round of this device was given up: only what it certified is contained. */
  forgetOwn(space: number, device: DeviceId, certified: number): void;
}

export function openSeen(db: Database): SeenKeeper {
  const writers = openWriters(db);
  const vector = db.prepare<[number], { writer: number; sequence: number }>(
    'SELECT writer, sequence FROM vector WHERE space = ? ORDER BY writer',
  );
  const taken = db.prepare<[number], { node: Uint8Array; writer: number; sequence: number }>(
    'SELECT node, writer, sequence FROM taken WHERE space = ? ORDER BY node, writer, sequence',
  );
  const join = db.prepare(
    `INSERT INTO vector (space, writer, sequence) VALUES (?, ?, ?)
     ON CONFLICT (space, writer) DO UPDATE SET sequence = max(sequence, excluded.sequence)`,
  );
  const setSeen = db.prepare('UPDATE vector SET sequence = ? WHERE space = ? AND writer = ?');
  const prune = db.prepare(
    `DELETE FROM taken WHERE space = ? AND sequence <=
     (SELECT sequence FROM vector WHERE vector.space = taken.space AND vector.writer = taken.writer)`,
  );
  const take = db.prepare('INSERT OR IGNORE INTO taken (space, node, writer, sequence) VALUES (?, ?, ?, ?)');
  const advance = db.prepare('UPDATE space SET clock = max(clock, ?) WHERE num = ?');
  const stale = db
    .prepare<[number], number>('SELECT num FROM stale WHERE space = ? AND round IS NULL ORDER BY num')
    .pluck();
  const isStale = db.prepare<[number], unknown>('SELECT 1 FROM stale WHERE num = ?').pluck();
  const setStale = db.prepare('INSERT OR IGNORE INTO stale (space, num) VALUES (?, ?)');
  const setFresh = db.prepare('DELETE FROM stale WHERE num = ?');
  const clearStale = db.prepare('DELETE FROM stale WHERE space = ?');
  const listStale = db.prepare('UPDATE stale SET round = ? WHERE space = ?');
  const unlistStale = db.prepare('UPDATE stale SET round = NULL WHERE space = ?');
  const getMerged = db.prepare<[number], Uint8Array | null>('SELECT merged FROM space WHERE num = ?').pluck();
  const setMerged = db.prepare('UPDATE space SET merged = ? WHERE num = ?');
  const newest = db.prepare<[number], { snapshot: Uint8Array | null }>('SELECT snapshot FROM space WHERE num = ?');

  const mergedBytes = (ids: readonly SnapshotId[]): Uint8Array | null =>
    ids.length === 0 ? null : concatBytes(...ids.map(idToBytes));

  return {
    vector: (space) => new Map(vector.all(space).map((row) => [writers.dot(row).device, row.sequence])),
    taken: (space) => taken.all(space).map(({ node, ...dot }) => ({ node: parseNodeId(node), dot: writers.dot(dot) })),
    join(space, more) {
      for (const [device, sequence] of more) {
        join.run(space, writers.stored({ device, sequence }).writer, sequence);
        advance.run(sequence, space);
      }
      prune.run(space);
    },
    take(space, more) {
      for (const { node, dot } of more) {
        take.run(space, idToBytes(node), writers.stored(dot).writer, dot.sequence);
        advance.run(dot.sequence, space);
      }
      prune.run(space);
    },
    advance: (space, sequence) => void advance.run(sequence, space),
    stale: (space) => stale.all(space),
    isStale: (num) => isStale.get(num) !== undefined,
    setStale: (space, num) => void setStale.run(space, num),
    setFresh: (num) => void setFresh.run(num),
    follow(space, snapshot) {
      const known = getMerged.get(space) ?? undefined;
      const ids = known === undefined ? [] : snapshotIds(known);
      if (!ids.includes(snapshot)) setMerged.run(mergedBytes([...ids, snapshot]), space);
    },
    publish(space, pending) {
      if (pending === undefined) clearStale.run(space);
      else listStale.run(pending, space);
      setMerged.run(null, space);
    },
    forgetOwn(space, device, certified) {
      const { writer } = writers.stored({ device, sequence: certified });
      setSeen.run(certified, space, writer);
    },
    unpublish(space, parents) {
      const row = newest.get(space);
      const own = row?.snapshot ? snapshotIds(row.snapshot)[0] : undefined;
      setMerged.run(mergedBytes(parents.filter((parent) => parent !== own)), space);
      unlistStale.run(space);
    },
  };
}
