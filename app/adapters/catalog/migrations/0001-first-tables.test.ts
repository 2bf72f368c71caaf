import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { migrations, newestVersion } from './migrations.ts';
import { firstTables } from './0001-first-tables.ts';

/** The tables' own words, without spacing. */
function wordsOf(db: Database.Database): readonly string[] {
  const rows = db
    .prepare<[], { sql: string }>(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name",
    )
    .all();
  return rows.map(({ sql }) => sql.replaceAll(/\s+/g, ' '));
}

function schemaToday(): Database.Database {
  const folder = join(import.meta.dirname, '..', 'schema');
  const db = new Database(':memory:');
  for (const file of readdirSync(folder).sort()) db.exec(readFileSync(join(folder, file), 'utf8'));
  return db;
}

describe('migrations', () => {
  it('lead from nothing to the schema of today', () => {
    const db = new Database(':memory:');
    for (const migration of migrations) migration.apply(db);
    expect(wordsOf(db)).toEqual(wordsOf(schemaToday()));
  });

  it('are numbered without a gap', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, i) => i + 1));
    expect(newestVersion).toBe(migrations.length);
  });

  it('begin with tables that are all strict', () => {
    const db = new Database(':memory:');
    firstTables(db);
    const loose = db.prepare(
      "SELECT name FROM pragma_table_list WHERE strict = 0 AND type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite_%'",
    );
    expect(loose.all()).toEqual([]);
  });
});
