/**
 * Opens the catalog's file: checks that it is a catalog, whole, and not from a newer Floe; brings an older one up to date in one transaction. A damaged
 * file is a fault; `quarantine` moves it aside, so that a rebuild can start and nothing is thrown away.
 */
import { existsSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Fault } from '../../domain/fault.ts';
import { migrations, newestVersion } from './migrations/migrations.ts';
import { applicationId } from './schema/schema.ts';

const cacheKib = 64 * 1024;
/** A reader in another process (a backup, say) may hold the file for a moment. */
const busyMs = 5_000;

const damaged = (why: string, cause?: unknown): Fault =>
  new Fault(
    'catalog-damaged',
    'after-user',
    `The local catalog is damaged (${why}). Nothing on the network is lost: 'floe doctor' tells how to rebuild it.`,
    cause,
  );

export function openDatabase(file: string): Database.Database {
  let db: Database.Database | undefined;
  try {
    db = new Database(file);
    prepare(db);
    return db;
  } catch (error) {
    db?.close();
    throw sqliteFault(error);
  }
}

function prepare(db: Database.Database): void {
  db.pragma(`busy_timeout = ${busyMs}`);
  db.pragma('journal_mode = WAL');
  // FULL: a commit that stands for money or a sealed round survives a power cut.
  db.pragma('synchronous = FULL');
  db.pragma(`cache_size = -${cacheKib}`);
  db.pragma('temp_store = MEMORY');
  const application = db.pragma('application_id', { simple: true });
  const version = Number(db.pragma('user_version', { simple: true }));
  const isEmpty = version === 0 && application === 0;
  if (!isEmpty && application !== applicationId) throw damaged('it is not a catalog');
  if (version > newestVersion)
    throw new Fault(
      'home-newer',
      'after-user',
      'This catalog was written by a newer Floe. Update Floe to use this home.',
    );
  if (!isEmpty) {
    const check = db.pragma('quick_check(1)', { simple: true });
    if (check !== 'ok') throw damaged(String(check));
  }
  // References are off while tables change shape, and checked after.
  db.pragma('foreign_keys = OFF');
  db.transaction(() => {
    for (const migration of migrations) if (migration.version > version) migration.apply(db);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${newestVersion}`);
  })();
  db.pragma('foreign_keys = ON');
}

/** SQLite's error as a fault; anything else as it is. */
export function sqliteFault(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code } = error;
  if (code === 'SQLITE_FULL')
    return new Fault(
      'disk-full',
      'later',
      'The disk with the catalog is full. Nothing was lost; free some room and go on.',
      error,
    );
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return damaged(code, error);
  if (code.startsWith('SQLITE_IOERR') || code === 'SQLITE_READONLY' || code.startsWith('SQLITE_CANTOPEN')) {
    return new Fault('disk-failed', 'later', `The catalog's file cannot be used (${code}).`, error);
  }
  return error;
}

/** Moves a damaged catalog aside. Returns where to. */
export function quarantine(file: string, nowMs: number): string {
  const aside = `${file}.damaged-${nowMs}`;
  for (const suffix of ['-wal', '-shm', '']) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  return aside;
}
