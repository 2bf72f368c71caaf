/**
 * Opens the catalog's file: checks that it is a catalog, whole, and not from a newer Floe; brings an older one up to date in one transaction. A
 * damaged file is a fault and is never written to; `quarantine` moves it aside, so that a rebuild can start and nothing is thrown away.
 */
import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { Fault } from '../../domain/fault.ts';
import { migrations, newestVersion } from './migrations/migrations.ts';
import { damagedCatalog, sqliteFault } from './sqlite-fault.ts';

/** "FLOE" in ASCII; tells a catalog from any other SQLite file. */
export const applicationId = 0x464c4f45;

/** Page cache, in KiB: the inner pages of a catalog of millions of rows, and little of a small machine's memory. */
const cacheKib = 32 * 1024;
/** During the check, which reads every page once: they need not stay. */
const checkCacheKib = 2 * 1024;
/** A reader in another process (a backup, say) may hold the file for a moment. */
const busyMs = 5_000;
/** Pages of log after which SQLite carries them over by itself: about 16 MiB, so that large batches do not stop every 4 MiB. */
const checkpointPages = 4_096;
/**
 * Up to here the whole file is checked at every open, which takes a second or two. Of a larger one,
 * damage shows when it is read, and in the full check on demand.
 */
const quickCheckBytesMax = 256 * 1024 * 1024;

/** Opens or makes the catalog. Throws Fault 'catalog-damaged', 'home-newer', 'disk-full', 'disk-failed' or 'home-busy'. */
export function openDatabase(file: string): Database.Database {
  if (!existsSync(dirname(file)))
    throw new Fault('disk-failed', 'after-user', 'The folder of the catalog is not there.');
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
  const version = checkIdentity(db);
  db.pragma('journal_mode = WAL');
  // FULL: a commit that stands for money or a sealed round survives a power cut.
  db.pragma('synchronous = FULL');
  db.pragma('temp_store = MEMORY');
  db.pragma('mmap_size = 0');
  db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  // Words in the schema of a damaged or hostile file may not call functions.
  db.pragma('trusted_schema = OFF');
  if (version > 0) checkPages(db);
  db.pragma(`cache_size = -${cacheKib}`);
  migrate(db, version);
  db.pragma('foreign_keys = ON');
  forgetUnusedNodes(db);
}

/** The version of the file's tables; 0 for a fresh file. Reads only. */
function checkIdentity(db: Database.Database): number {
  const application = db.pragma('application_id', { simple: true });
  const version = Number(db.pragma('user_version', { simple: true }));
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (isEmpty && version === 0) return 0;
  if (application !== applicationId) throw damagedCatalog('it is not a catalog');
  if (version < 1) throw damagedCatalog('it has no version');
  if (version > newestVersion)
    throw new Fault(
      'home-newer',
      'after-user',
      'This catalog was written by a newer Floe. Update Floe to use this home.',
    );
  return version;
}

function checkPages(db: Database.Database): void {
  const bytes = Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }));
  if (bytes > quickCheckBytesMax) return;
  db.pragma(`cache_size = -${checkCacheKib}`);
  const check = db.pragma('quick_check(1)', { simple: true });
  if (check !== 'ok') throw damagedCatalog(String(check).split('\n')[0] ?? 'it fails its check');
}

/** All steps in one transaction. References are off while tables change shape, and checked before it commits. */
function migrate(db: Database.Database, version: number): void {
  if (version === newestVersion) return;
  db.pragma('foreign_keys = OFF');
  db.transaction(() => {
    for (const migration of migrations) if (migration.version > version) migration.apply(db);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${newestVersion}`);
    const broken = db.pragma('foreign_key_check');
    if (Array.isArray(broken) && broken.length > 0) throw damagedCatalog('its rows point at nothing');
  }).immediate();
}

const sweptRecord = 'catalog.nodes-swept';

/** Numbers allotted in an earlier run that no entry ever took. Each number is looked at once. */
function forgetUnusedNodes(db: Database.Database): void {
  const swept = db.prepare<[string], { value: string }>('SELECT value FROM record WHERE key = ?').get(sweptRecord);
  const newest = db.prepare<[], { num: number | null }>('SELECT max(num) AS num FROM node').get()?.num ?? 0;
  const from = Number(swept?.value ?? 0);
  if (newest <= from) return;
  db.transaction(() => {
    db.prepare(
      `DELETE FROM node WHERE num > ? AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.num = node.num)
       AND NOT EXISTS (SELECT 1 FROM past WHERE past.num = node.num) AND NOT EXISTS (SELECT 1 FROM space WHERE root = node.num)
       AND NOT EXISTS (SELECT 1 FROM side_version WHERE side_version.num = node.num)`,
    ).run(from);
    db.prepare('INSERT OR REPLACE INTO record (key, value) VALUES (?, ?)').run(sweptRecord, String(newest));
  }).immediate();
}

/** Moves a damaged catalog aside, log and all. Returns where to. */
export function quarantine(file: string, nowMs: number): string {
  let aside = `${file}.damaged-${nowMs}`;
  for (let count = 2; existsSync(aside); count++) aside = `${file}.damaged-${nowMs}-${count}`;
  // The file goes first: a log without its file is ignored by whoever opens next, a file without its log would be an older state.
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  return aside;
}
