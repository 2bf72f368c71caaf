/** All operations over one database, on the thread that calls. */
import type { CatalogOperations } from '../../ports/catalog.ts';
import { entryOperations } from './entries.ts';
import { historyOperations } from './history.ts';
import { intentOperations } from './intents.ts';
import { openDatabase, sqliteFault } from './open-database.ts';
import { packOperations } from './packs.ts';
import { roundOperations } from './rounds.ts';
import { spaceOperations } from './spaces.ts';

export interface CatalogStore {
  readonly operations: CatalogOperations;
  close(): void;
}

export function openStore(file: string): CatalogStore {
  const db = openDatabase(file);
  const operations: CatalogOperations = {
    ...spaceOperations(db),
    ...entryOperations(db),
    ...packOperations(db),
    ...roundOperations(db),
    ...historyOperations(db),
    ...intentOperations(db),
    integrity() {
      const check = db.pragma('integrity_check(1)', { simple: true });
      if (check !== 'ok') return String(check);
      const broken = db.pragma('foreign_key_check');
      return Array.isArray(broken) && broken.length > 0 ? `${broken.length} rows point at nothing` : undefined;
    },
  };
  return {
    operations,
    close() {
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}

export type OperationName = keyof CatalogOperations;

/** Calls one operation by its name; SQLite's own errors come out as faults. */
export function callOperation(store: CatalogStore, name: OperationName, args: readonly unknown[]): unknown {
  const operation: (...given: readonly unknown[]) => unknown = store.operations[name] as never;
  try {
    return operation(...args);
  } catch (error) {
    throw sqliteFault(error);
  }
}

/** The names, for building the asynchronous face without listing them twice. */
export const operationNames = (store: CatalogStore): readonly OperationName[] =>
  Object.keys(store.operations) as OperationName[];
