/**
 * The catalog's tables as they are today. Migrations lead here from every older version; a test holds the two together. All tables are STRICT;
 * 64-bit columns (inodes, nanoseconds, FROST) are read as big integers.
 */

/** "FLOE" in ASCII; tells a catalog from any other SQLite file. */
export const applicationId = 0x464c4f45;

export const schema = `
-- Small named facts about the home, as JSON or plain text. No secrets.
CREATE TABLE record (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A space that this device knows. "folder" is null when it is not kept on this device; "sequence" and "snapshot" name the newest certified
-- round. The totals follow the entries and are kept beside them, since counting a million rows takes a while.
CREATE TABLE space (
  num          INTEGER PRIMARY KEY,
  id           BLOB NOT NULL UNIQUE,
  name         TEXT NOT NULL,
  mode         TEXT NOT NULL CHECK (mode IN ('sync', 'archive')),
  folder       TEXT,
  sealed_key   BLOB NOT NULL,
  chunk_min    INTEGER NOT NULL,
  chunk_normal INTEGER NOT NULL,
  chunk_max    INTEGER NOT NULL,
  lease_epochs INTEGER NOT NULL,
  pool         TEXT,
  root         INTEGER NOT NULL REFERENCES node (num),
  sequence     INTEGER NOT NULL DEFAULT 0,
  snapshot     BLOB,
  files        INTEGER NOT NULL DEFAULT 0,
  folders      INTEGER NOT NULL DEFAULT 0,
  bytes        INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The identity of a file or folder, as snapshots write it, and its short number in here. Numbers are never used again.
CREATE TABLE node (
  num   INTEGER PRIMARY KEY AUTOINCREMENT,
  space INTEGER NOT NULL,
  id    BLOB NOT NULL,
  UNIQUE (space, id)
) STRICT;

-- What each folder holds now, the pending round included. The five "seen" columns are the look that gave the content; null when this device has
-- not had the entry on its disk.
CREATE TABLE entry (
  parent        INTEGER NOT NULL,
  name          BLOB NOT NULL,
  num           INTEGER NOT NULL REFERENCES node (num),
  since         INTEGER NOT NULL,
  kind          INTEGER NOT NULL,
  mode          INTEGER NOT NULL,
  mtime_ns      INTEGER NOT NULL,
  bytes         INTEGER NOT NULL,
  content       BLOB NOT NULL,
  seen_device   INTEGER,
  seen_inode    INTEGER,
  seen_bytes    INTEGER,
  seen_mtime_ns INTEGER,
  seen_ctime_ns INTEGER,
  PRIMARY KEY (parent, name)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entry_num ON entry (num);
CREATE INDEX entry_inode ON entry (seen_inode, seen_device) WHERE seen_inode IS NOT NULL;

-- Former versions: an entry as it was from snapshot "since" until snapshot "until". The looks are kept until the round that replaced them is
-- certified, so that it can be undone.
CREATE TABLE past (
  parent        INTEGER NOT NULL,
  name          BLOB NOT NULL,
  since         INTEGER NOT NULL,
  until         INTEGER NOT NULL,
  num           INTEGER NOT NULL,
  kind          INTEGER NOT NULL,
  mode          INTEGER NOT NULL,
  mtime_ns      INTEGER NOT NULL,
  bytes         INTEGER NOT NULL,
  content       BLOB NOT NULL,
  seen_device   INTEGER,
  seen_inode    INTEGER,
  seen_bytes    INTEGER,
  seen_mtime_ns INTEGER,
  seen_ctime_ns INTEGER,
  PRIMARY KEY (parent, name, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX past_num ON past (num);

-- Folders' listings before the pending round, for undoing it.
CREATE TABLE folder_before (
  space   INTEGER NOT NULL,
  num     INTEGER PRIMARY KEY,
  bytes   INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT;

-- Rounds, sealed or certified: the snapshots of the space's history.
CREATE TABLE round (
  space     INTEGER NOT NULL REFERENCES space (num),
  sequence  INTEGER NOT NULL,
  snapshot  BLOB NOT NULL,
  parents   BLOB NOT NULL,
  device    BLOB NOT NULL,
  time_ms   INTEGER NOT NULL,
  files     INTEGER NOT NULL,
  bytes     INTEGER NOT NULL,
  root      BLOB NOT NULL,
  start     INTEGER NOT NULL,
  sealed    INTEGER NOT NULL,
  plain     INTEGER NOT NULL,
  last_pack INTEGER NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('sealed', 'certified')),
  PRIMARY KEY (space, sequence)
) STRICT, WITHOUT ROWID;

-- Packs made here or found on chain.
CREATE TABLE pack (
  num             INTEGER PRIMARY KEY,
  space           INTEGER NOT NULL REFERENCES space (num),
  name            TEXT NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('spooled', 'encoded', 'registered', 'stored', 'certified', 'live', 'dead')),
  bytes           INTEGER NOT NULL,
  round           INTEGER,
  blob_id         TEXT,
  root_hash       BLOB,
  encoded_bytes   INTEGER,
  pool            TEXT,
  object          TEXT,
  certified_epoch INTEGER
) STRICT;
CREATE INDEX pack_space ON pack (space, state);
CREATE UNIQUE INDEX pack_blob ON pack (space, blob_id) WHERE blob_id IS NOT NULL AND state <> 'dead';

-- Where each chunk lies. A chunk is in here as long as its pack is not dead.
CREATE TABLE chunk (
  id          BLOB PRIMARY KEY,
  pack        INTEGER NOT NULL REFERENCES pack (num),
  kind        INTEGER NOT NULL,
  start       INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  plain_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX chunk_pack ON chunk (pack);

-- Confirmations of storage nodes for packs on their way.
CREATE TABLE confirmation (
  pack      INTEGER NOT NULL REFERENCES pack (num),
  epoch     INTEGER NOT NULL,
  member    INTEGER NOT NULL,
  message   BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (pack, epoch, member)
) STRICT, WITHOUT ROWID;

-- Every transaction that was ever built to be sent, with its exact bytes, and what the chain said it cost.
CREATE TABLE intent (
  num         INTEGER PRIMARY KEY,
  digest      TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  space       INTEGER,
  pack        INTEGER,
  tx          BLOB NOT NULL,
  signature   BLOB NOT NULL,
  frost       INTEGER NOT NULL,
  mist        INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('prepared', 'succeeded', 'failed')),
  paid_frost  INTEGER,
  paid_mist   INTEGER,
  failure     TEXT
) STRICT;
CREATE INDEX intent_open ON intent (state) WHERE state = 'prepared';
`;
