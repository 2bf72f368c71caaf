/** The way to today's schema, one step a version. Steps are never edited once released; a new one is added instead. */
import type { Database } from 'better-sqlite3';
import { schema } from '../schema/schema.ts';

export interface Migration {
  readonly version: number;
  readonly apply: (db: Database) => void;
}

export const migrations: readonly Migration[] = [{ version: 1, apply: (db) => void db.exec(schema) }];

export const newestVersion = migrations.length;
