/** The few calls of better-sqlite3 that the network uses, typed: the package brings no types of its own. */
import { createRequire } from 'node:module';

type SqlValue = string | number | bigint | Uint8Array | null;
type SqlParameters = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** `P` is a tuple of positional parameters or one record of named ones. */
export interface Statement<P extends SqlParameters = readonly SqlValue[], Row = unknown> {
  run(...parameters: P extends readonly unknown[] ? P : [P]): { readonly changes: number };
  get(...parameters: P extends readonly unknown[] ? P : [P]): Row | undefined;
  all(...parameters: P extends readonly unknown[] ? P : [P]): Row[];
}

export interface Sqlite {
  prepare<P extends SqlParameters = readonly SqlValue[], Row = unknown>(sql: string): Statement<P, Row>;
  exec(sql: string): void;
  pragma(text: string, options?: { readonly simple: boolean }): unknown;
  transaction<T>(run: () => T): () => T;
  close(): void;
}

/** Opens a database file, or `:memory:`. */
export function openSqlite(file: string): Sqlite {
  const load = createRequire(import.meta.url);
  const Database = load('better-sqlite3') as new (file: string) => Sqlite;
  return new Database(file);
}
