-- Small named facts about the home, as JSON or plain text. No secrets.
CREATE TABLE record (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A space that this device knows. "folder" is null when the space is not kept in a folder here; "sequence" and "snapshot" name the newest
-- certified round; "clock" is the highest sequence that was used or seen, "merged" the ids of snapshots beside "snapshot" that the next round
-- follows. Files, folders and bytes follow the entries and are kept beside them, since counting a million rows takes a while.
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
  clock        INTEGER NOT NULL DEFAULT 0,
  merged       BLOB,
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

-- Devices that wrote something, by a small number: entries name them by it.
CREATE TABLE writer (
  num    INTEGER PRIMARY KEY AUTOINCREMENT,
  device BLOB NOT NULL UNIQUE
) STRICT;

-- What the entries of a space contain (docs/sync.md): of each device the snapshots up to a sequence, ...
CREATE TABLE vector (
  space    INTEGER NOT NULL REFERENCES space (num),
  writer   INTEGER NOT NULL REFERENCES writer (num),
  sequence INTEGER NOT NULL,
  PRIMARY KEY (space, writer)
) STRICT, WITHOUT ROWID;

-- ... and what single nodes had beyond that before it was replaced here. Rows that the vector has caught up with are dropped.
CREATE TABLE taken (
  space    INTEGER NOT NULL REFERENCES space (num),
  node     BLOB NOT NULL,
  writer   INTEGER NOT NULL REFERENCES writer (num),
  sequence INTEGER NOT NULL,
  PRIMARY KEY (space, node, writer, sequence)
) STRICT, WITHOUT ROWID;

-- Folders whose entries are no longer those of any listing, with all folders above them: a merge put something into them that is not published yet.
-- "round" is the pending round that lists them.
CREATE TABLE stale (
  space INTEGER NOT NULL REFERENCES space (num),
  num   INTEGER NOT NULL,
  round INTEGER,
  PRIMARY KEY (space, num)
) STRICT, WITHOUT ROWID;

-- Conflicts that wait for a person: "beside" is the identity of the file that got a conflict name.
CREATE TABLE conflict (
  space   INTEGER NOT NULL REFERENCES space (num),
  beside  BLOB NOT NULL,
  node    BLOB NOT NULL,
  kind    TEXT NOT NULL CHECK (kind IN ('content', 'name')),
  time_ms INTEGER NOT NULL,
  PRIMARY KEY (space, beside)
) STRICT, WITHOUT ROWID;
