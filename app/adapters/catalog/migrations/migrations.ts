/**
 * The way to today's schema, one step a version; the schema folder shows where it leads, and a test holds the two together. Steps are never
 * edited once released: a new one is added instead.
 */
import type { Database } from 'better-sqlite3';
import { firstTables } from './0001-first-tables.ts';

export interface Migration {
  readonly version: number;
  readonly apply: (db: Database) => void;
}

export const migrations: readonly Migration[] = [{ version: 1, apply: firstTables }];

export const newestVersion = migrations.length;
