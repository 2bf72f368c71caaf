-- Small named facts about the home, as JSON or plain text. No secrets.
CREATE TABLE record (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A space that this device knows. "folder" is null when the space is not kept in a folder here; "sequence" and "snapshot" name the newest
-- certified round. Files, folders and bytes follow the entries and are kept beside them, since counting a million rows takes a while.
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

-- The identity of a file or folder, as snapshots write it, and its short number in here. Numbers are never used again. A number that was
-- allotted but never given to an entry is forgotten when the catalog is next opened.
CREATE TABLE node (
  num   INTEGER PRIMARY KEY AUTOINCREMENT,
  space INTEGER NOT NULL,
  id    BLOB NOT NULL,
  UNIQUE (space, id)
) STRICT;
