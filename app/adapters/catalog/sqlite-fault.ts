/** What SQLite reports, as faults. Refusals by a table's own rules are bugs of the caller and stay plain errors. */
import Database from 'better-sqlite3';
import { Fault } from '../../domain/fault.ts';

export const damagedCatalog = (why: string, cause?: unknown): Fault =>
  new Fault(
    'catalog-damaged',
    'after-user',
    `The local catalog is damaged (${why}). Nothing on the network is lost: 'floe doctor' tells how to rebuild it.`,
    cause,
  );

/** SQLite's error as a fault; anything else as it is. */
export function sqliteFault(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code } = error;
  if (code === 'SQLITE_FULL') {
    const message = 'The disk with the catalog is full. Nothing was lost; free some room and go on.';
    return new Fault('disk-full', 'later', message, error);
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return damagedCatalog(code, error);
  // The search index says so in words only when its own tables are spoiled.
  if (code === 'SQLITE_ERROR' && /^invalid fts5 file format|^vtable constructor failed/.test(error.message))
    return damagedCatalog('its search index cannot be read', error);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new Fault('home-busy', 'later', 'Another program is using the catalog.', error);
  if (/^SQLITE_(IOERR|READONLY|CANTOPEN|PERM|AUTH|PROTOCOL)/.test(code))
    return new Fault('disk-failed', 'later', `The catalog's file cannot be used (${code}).`, error);
  return error;
}
