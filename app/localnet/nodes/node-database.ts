/**
 * A node's books: what is registered, whose metadata and slivers are held, and how far the chain has been followed. One SQLite file
 * (or memory). An event and the cursor that says it was seen commit together; a sliver counts as held only once its row is committed.
 */
import { Fault } from '../../domain/fault.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';

export type NodeDatabase = Sqlite;

const schemaVersion = 2;

const schema = `
-- How far the node is: 'cursor' (sequence of the last event applied) and 'epoch'.
CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- One row per live blob object on chain, own or pooled. A blob is registered while it has a row that has not ended.
CREATE TABLE objects (
  object_id TEXT PRIMARY KEY,
  blob_id TEXT NOT NULL,
  deletable INTEGER NOT NULL,
  -- Exclusive; NULL for a pooled blob, which ends with its pool.
  end_epoch INTEGER,
  pool_id TEXT,
  certified_epoch INTEGER,
  -- The event that a status reports: registration, then certification or extension.
  tx_digest TEXT NOT NULL,
  event_seq TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX objects_by_blob ON objects (blob_id);

-- End epochs of storage pools (exclusive).
CREATE TABLE pools (pool_id TEXT PRIMARY KEY, end_epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Blobs proved to be encoded wrongly; their data is gone for good.
CREATE TABLE invalid (blob_id TEXT PRIMARY KEY, tx_digest TEXT NOT NULL, event_seq TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Shards of which the node had every sliver of every certified blob when they came to it: what it must keep, not what it must still get.
CREATE TABLE shards (shard INTEGER PRIMARY KEY) STRICT;

-- Verified metadata, in the form it was put (BCS BlobMetadata).
CREATE TABLE metadata (blob_id TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;

-- Verified slivers in BCS form: small ones here, large ones in a file named by file_id. File ids are never used twice.
CREATE TABLE slivers (
  blob_id TEXT NOT NULL,
  pair INTEGER NOT NULL,
  axis TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  file_id INTEGER UNIQUE,
  body BLOB,
  PRIMARY KEY (blob_id, pair, axis)
) STRICT;
`;

/** Opens or makes the books. Durable against the death of the process; a power cut may lose the last moments, never the order. */
export function openNodeDatabase(file: string): NodeDatabase {
  const database = openSqlite(file);
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    const version = database.pragma('user_version', { simple: true });
    if (version === 0) {
      database.transaction(() => {
        database.exec(schema);
        database.pragma(`user_version = ${schemaVersion}`);
      })();
    } else if (version !== schemaVersion) {
      throw new Fault('home-newer', 'after-user', 'This network was made by another version of Floe.');
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
