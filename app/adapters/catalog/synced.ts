/**
 * What a merge brought to this disk, taken over into the entries without a round: the folders it touched are stale from then on, up to the root, until
 * a round or an adopted snapshot lists them again. A change of dots alone is no version of its own.
 */
import type { Database } from 'better-sqlite3';
import { idToBytes, parseNodeId } from '../../domain/ids.ts';
import type { CatalogOperations, NodeNum, SyncedChange } from '../../ports/catalog.ts';
import { addTotals, openApplier } from './changes.ts';
import { Totals } from './totals.ts';
import { openEntryKeeper } from './entry-keeper.ts';
import { openSeen } from './seen.ts';

type Operations = Pick<
  CatalogOperations,
  'vector' | 'taken' | 'stale' | 'applySynced' | 'joinVector' | 'addConflicts' | 'conflicts' | 'dropConflict'
>;

export function syncedOperations(db: Database): Operations {
  const seen = openSeen(db);
  const applier = openApplier(db);
  const entries = openEntryKeeper(db, applier);
  const parentOf = db.prepare<[number], number>('SELECT parent FROM entry WHERE num = ?').pluck();
  const pending = db.prepare<[number], unknown>("SELECT 1 FROM round WHERE space = ? AND state = 'sealed'").pluck();
  const addConflict = db.prepare(
    'INSERT OR REPLACE INTO conflict (space, beside, node, kind, time_ms) VALUES (?, ?, ?, ?, ?)',
  );
  const conflicts = db.prepare<
    [number],
    { node: Uint8Array; beside: Uint8Array; kind: 'content' | 'name'; time_ms: number }
  >(
    `SELECT node, beside, kind, time_ms FROM conflict WHERE space = ?
     AND EXISTS (SELECT 1 FROM node n JOIN entry e ON e.num = n.num WHERE n.space = conflict.space AND n.id = conflict.node)
     AND EXISTS (SELECT 1 FROM node n JOIN entry e ON e.num = n.num WHERE n.space = conflict.space AND n.id = conflict.beside)
     ORDER BY time_ms, beside`,
  );
  const dropConflict = db.prepare('DELETE FROM conflict WHERE space = ? AND beside = ?');

  return {
    vector: (space) => seen.vector(space),
    taken: (space) => seen.taken(space),
    stale: (space) => seen.stale(space).map((num) => ({ num, parent: parentOf.get(num) })),
    applySynced: db.transaction((space: number, sequence: number, changes: readonly SyncedChange[]) => {
      if (pending.get(space) !== undefined) throw new Error('a pending round is settled before a merge is taken over');
      const to = { space, sequence, keepsUndo: false };
      const totals = new Totals();
      const touched = new Set<NodeNum>();
      for (const change of changes) {
        if (change.kind === 'identify') entries.identify(space, change.num, change.node);
        else if (change.kind === 'drop') {
          const folder = entries.drop(change.num, to, totals);
          if (folder !== undefined) touched.add(folder);
        } else {
          entries.put(change, to, totals);
          touched.add(change.parent);
          if (change.entry.kind === 'folder') touched.add(change.num);
        }
      }
      applier.checkTree(space, touched);
      addTotals(db, space, totals, 1);
      seen.advance(space, sequence);
    }),
    joinVector: db.transaction((space, vector, snapshot) => {
      seen.join(space, vector);
      if (snapshot !== undefined) seen.follow(space, snapshot);
    }),
    addConflicts: db.transaction((space, rows) => {
      for (const { beside, node, kind, timeMs } of rows)
        addConflict.run(space, idToBytes(beside), idToBytes(node), kind, timeMs);
    }),
    conflicts: (space) =>
      conflicts.all(space).map(({ node, beside, kind, time_ms: timeMs }) => ({
        node: parseNodeId(node),
        beside: parseNodeId(beside),
        kind,
        timeMs,
      })),
    dropConflict: (space, beside) => void dropConflict.run(space, idToBytes(beside)),
  };
}
