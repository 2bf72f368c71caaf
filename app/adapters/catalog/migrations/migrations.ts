/**
 * The way to today's schema, one step a version; the schema folder shows where it leads, and a test holds the two together. Steps are never
 * edited once released: a new one is added instead.
 */
import type { Database } from 'better-sqlite3';
import { firstTables } from './0001-first-tables.ts';
import { payments } from './0003-payments.ts';

export interface Migration {
  readonly version: number;
  readonly apply: (db: Database) => void;
}

/** A step's version is its place. */
const steps: readonly Migration['apply'][] = [firstTables, payments];

export const migrations: readonly Migration[] = steps.map((apply, i) => ({ version: i + 1, apply }));

export const newestVersion = migrations.length;
