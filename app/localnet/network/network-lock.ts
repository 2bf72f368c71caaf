/**
 * One process per network folder. The lock is a SQLite write lock on a file of its own: the operating system lets go of it when the
 * process dies, however it dies.
 */
import { join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { openSqlite } from '../nodes/nodes.ts';

interface NetworkLock {
  release(): void;
}

export function lockNetwork(folder: string): NetworkLock {
  const database = openSqlite(join(folder, 'lock.sqlite'));
  try {
    database.pragma('busy_timeout = 0');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    const isBusy = error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';
    if (!isBusy) throw error;
    throw new Fault('home-busy', 'after-user', 'Another process runs the embedded network in this folder.', error);
  }
  return { release: () => database.close() };
}
