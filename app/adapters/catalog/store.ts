/** All operations over one database, on the thread that calls. */
import type { CatalogOperations } from '../../ports/catalog.ts';
import { choiceOperations } from './choices.ts';
import { chunkOperations } from './chunks.ts';
import { entryOperations, openPackedChildren, type PackedChildren } from './entries.ts';
import { historyOperations } from './history.ts';
import { intentOperations } from './intents.ts';
import { openDatabase } from './open-database.ts';
import { packOperations } from './packs.ts';
import { roundOperations } from './rounds.ts';
import { sideOperations } from './sides.ts';
import { spaceOperations } from './spaces.ts';
import { syncedOperations } from './synced.ts';
import { sqliteFault } from './sqlite-fault.ts';
import { sumOperations } from './sums.ts';
import { upkeepOperations } from './upkeep.ts';

export interface CatalogStore {
  readonly operations: CatalogOperations;
  /** `children` in the form in which it crosses threads. */
  readonly packedChildren: (folders: readonly number[]) => PackedChildren;
  readonly close: () => void;
}

export type OperationName = keyof CatalogOperations;

/** Opens or makes the catalog in `file`; `:memory:` keeps nothing. */
export function openStore(file: string): CatalogStore {
  const db = openDatabase(file);
  try {
    const operations: CatalogOperations = {
      ...spaceOperations(db),
      ...entryOperations(db),
      ...choiceOperations(db),
      ...chunkOperations(db),
      ...packOperations(db),
      ...roundOperations(db),
      ...syncedOperations(db),
      ...historyOperations(db),
      ...intentOperations(db),
      ...upkeepOperations(db),
      ...sideOperations(db),
      ...sumOperations(db),
      integrity() {
        const check = db.pragma('integrity_check(1)', { simple: true });
        if (check !== 'ok') return String(check);
        const broken = db.pragma('foreign_key_check');
        return Array.isArray(broken) && broken.length > 0 ? `${broken.length} rows point at nothing` : undefined;
      },
    };
    return { operations, packedChildren: openPackedChildren(db), close: () => closeDatabase(db) };
  } catch (error) {
    db.close();
    throw sqliteFault(error);
  }
}

/** Carries the log over into the file, so that a closed catalog is one file; a log that cannot be carried over is read at the next open. */
function closeDatabase(db: ReturnType<typeof openDatabase>): void {
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    throw sqliteFault(error);
  } finally {
    db.close();
  }
}

/** Calls one operation by its name; SQLite's own errors come out as faults. */
export function callOperation(store: CatalogStore, name: OperationName, args: readonly unknown[]): unknown {
  const operation: (...given: readonly unknown[]) => unknown = store.operations[name] as never;
  return faultsOf(() => operation(...args));
}

export function faultsOf<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw sqliteFault(error);
  }
}

/** The names, for building the asynchronous face without listing them twice. */
export const operationNames = (store: CatalogStore): readonly OperationName[] =>
  Object.keys(store.operations) as OperationName[];
