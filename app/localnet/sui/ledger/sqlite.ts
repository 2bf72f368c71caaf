/** The few calls of better-sqlite3 that the ledger uses, typed here because the package brings no types of its own. */
import { createRequire } from 'node:module';

export interface Statement<Row> {
  run(...values: readonly unknown[]): { readonly lastInsertRowid: number | bigint };
  get(...values: readonly unknown[]): Row | undefined;
  all(...values: readonly unknown[]): readonly Row[];
  iterate(...values: readonly unknown[]): IterableIterator<Row>;
  /** Integers come back as bigints. */
  safeIntegers(): Statement<Row>;
}

export interface Sqlite {
  exec(sql: string): void;
  pragma(text: string, options?: { readonly simple: true }): unknown;
  prepare<Row>(sql: string): Statement<Row>;
  transaction<Result>(work: () => Result): () => Result;
  close(): void;
}

export function openSqlite(file: string): Sqlite {
  const load = createRequire(import.meta.url);
  const Database = load('better-sqlite3') as new (file: string) => Sqlite;
  return new Database(file);
}
