/** Version 1: the first tables. What they mean stands in the schema folder; this step is never edited once released. */
import type { Database } from 'better-sqlite3';

const tables = `
CREATE TABLE record (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
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
CREATE TABLE node (
  num   INTEGER PRIMARY KEY AUTOINCREMENT,
  space INTEGER NOT NULL,
  id    BLOB NOT NULL,
  UNIQUE (space, id)
) STRICT;
CREATE TABLE writer (
  num    INTEGER PRIMARY KEY AUTOINCREMENT,
  device BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE vector (
  space    INTEGER NOT NULL REFERENCES space (num),
  writer   INTEGER NOT NULL REFERENCES writer (num),
  sequence INTEGER NOT NULL,
  PRIMARY KEY (space, writer)
) STRICT, WITHOUT ROWID;
CREATE TABLE taken (
  space    INTEGER NOT NULL REFERENCES space (num),
  node     BLOB NOT NULL,
  writer   INTEGER NOT NULL REFERENCES writer (num),
  sequence INTEGER NOT NULL,
  PRIMARY KEY (space, node, writer, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE stale (
  space INTEGER NOT NULL REFERENCES space (num),
  num   INTEGER NOT NULL,
  round INTEGER,
  PRIMARY KEY (space, num)
) STRICT, WITHOUT ROWID;
CREATE TABLE conflict (
  space   INTEGER NOT NULL REFERENCES space (num),
  beside  BLOB NOT NULL,
  node    BLOB NOT NULL,
  kind    TEXT NOT NULL CHECK (kind IN ('content', 'name')),
  time_ms INTEGER NOT NULL,
  PRIMARY KEY (space, beside)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry (
  parent INTEGER NOT NULL,
  name   BLOB NOT NULL,
  num    INTEGER NOT NULL REFERENCES node (num),
  since  INTEGER NOT NULL,
  record BLOB NOT NULL,
  look   BLOB,
  PRIMARY KEY (parent, name)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entry_num ON entry (num);
CREATE INDEX entry_inode ON entry (substr(look, 1, 16)) WHERE look IS NOT NULL;
CREATE INDEX entry_absent ON entry (parent, name) WHERE look IS NULL;
CREATE TABLE past (
  parent INTEGER NOT NULL,
  name   BLOB NOT NULL,
  since  INTEGER NOT NULL,
  until  INTEGER NOT NULL,
  num    INTEGER NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (parent, name, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX past_num ON past (num, since);
CREATE TABLE undo (
  space  INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  name   BLOB NOT NULL,
  num    INTEGER NOT NULL,
  since  INTEGER NOT NULL,
  record BLOB NOT NULL,
  look   BLOB,
  PRIMARY KEY (space, parent, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE pack (
  num             INTEGER PRIMARY KEY,
  space           INTEGER NOT NULL REFERENCES space (num),
  name            TEXT NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('spooled', 'encoded', 'registered', 'stored', 'certified', 'live', 'dead')),
  bytes           INTEGER NOT NULL,
  digest          BLOB,
  round           INTEGER,
  blob_id         TEXT,
  root_hash       BLOB,
  encoded_bytes   INTEGER,
  pool            TEXT,
  object          TEXT,
  certified_epoch INTEGER
) STRICT;
CREATE INDEX pack_space ON pack (space, state);
CREATE INDEX pack_blob ON pack (space, blob_id) WHERE blob_id IS NOT NULL;
CREATE TABLE chunk (
  id          BLOB PRIMARY KEY,
  pack        INTEGER NOT NULL REFERENCES pack (num),
  kind        INTEGER NOT NULL,
  start       INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  plain_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX chunk_pack ON chunk (pack);
CREATE TABLE chunk_spare (
  id          BLOB NOT NULL,
  pack        INTEGER NOT NULL REFERENCES pack (num),
  kind        INTEGER NOT NULL,
  start       INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  plain_bytes INTEGER NOT NULL,
  PRIMARY KEY (id, pack)
) STRICT, WITHOUT ROWID;
CREATE INDEX chunk_spare_pack ON chunk_spare (pack);
CREATE TABLE doomed (
  space   INTEGER NOT NULL REFERENCES space (num),
  blob_id TEXT NOT NULL,
  PRIMARY KEY (space, blob_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE confirmation (
  pack      INTEGER NOT NULL REFERENCES pack (num),
  epoch     INTEGER NOT NULL,
  member    INTEGER NOT NULL,
  message   BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (pack, epoch, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE round (
  space         INTEGER NOT NULL REFERENCES space (num),
  sequence      INTEGER NOT NULL,
  snapshot      BLOB NOT NULL,
  parents       BLOB NOT NULL,
  device        BLOB NOT NULL,
  time_ms       INTEGER NOT NULL,
  files         INTEGER NOT NULL,
  bytes         INTEGER NOT NULL,
  root          BLOB NOT NULL,
  start         INTEGER NOT NULL,
  sealed        INTEGER NOT NULL,
  plain         INTEGER NOT NULL,
  last_pack     INTEGER REFERENCES pack (num),
  added_files   INTEGER NOT NULL,
  added_folders INTEGER NOT NULL,
  added_bytes   INTEGER NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('sealed', 'certified')),
  PRIMARY KEY (space, sequence)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX round_pending ON round (space) WHERE state = 'sealed';
CREATE TABLE intent (
  num        INTEGER PRIMARY KEY,
  digest     TEXT NOT NULL UNIQUE,
  kind       TEXT NOT NULL,
  space      INTEGER,
  pack       INTEGER,
  tx         BLOB NOT NULL,
  signature  BLOB NOT NULL,
  frost      INTEGER NOT NULL,
  mist       INTEGER NOT NULL,
  write_frost INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('prepared', 'succeeded', 'failed')),
  paid_frost INTEGER,
  paid_mist  INTEGER,
  failure    TEXT
) STRICT;
CREATE TABLE folder_look (
  num         INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL
) STRICT;
CREATE TRIGGER entry_came AFTER INSERT ON entry BEGIN DELETE FROM folder_look WHERE num = NEW.parent; END;
CREATE TRIGGER entry_changed AFTER UPDATE ON entry BEGIN DELETE FROM folder_look WHERE num = NEW.parent; END;
CREATE TRIGGER entry_left AFTER DELETE ON entry BEGIN DELETE FROM folder_look WHERE num = OLD.parent; END;
CREATE TABLE named (
  num    INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  name   BLOB NOT NULL,
  id     INTEGER PRIMARY KEY
) STRICT;
CREATE UNIQUE INDEX named_place ON named (num, parent, name);
CREATE VIRTUAL TABLE named_part USING fts5 (name, tokenize = 'trigram', content = '', detail = none, columnsize = 0);
CREATE TRIGGER entry_named AFTER INSERT ON entry BEGIN INSERT OR IGNORE INTO named (num, parent, name) VALUES (NEW.num, NEW.parent, NEW.name); END;
CREATE TRIGGER named_came AFTER INSERT ON named BEGIN INSERT INTO named_part (rowid, name) VALUES (NEW.id, CAST(NEW.name AS TEXT)); END;
CREATE TABLE gone (
  num INTEGER PRIMARY KEY
) STRICT;
CREATE TRIGGER entry_gone AFTER DELETE ON entry BEGIN INSERT OR IGNORE INTO gone (num) VALUES (OLD.num); END;
CREATE TRIGGER entry_back AFTER INSERT ON entry BEGIN DELETE FROM gone WHERE num = NEW.num; END;
CREATE TABLE choice (
  space INTEGER NOT NULL REFERENCES space (num),
  node  BLOB NOT NULL,
  is_in INTEGER NOT NULL CHECK (is_in IN (0, 1)),
  PRIMARY KEY (space, node)
) STRICT, WITHOUT ROWID;
CREATE INDEX intent_open ON intent (state) WHERE state = 'prepared';
CREATE TABLE posting (
  intent  INTEGER NOT NULL REFERENCES intent (num),
  account TEXT NOT NULL,
  coin    TEXT NOT NULL CHECK (coin IN ('WAL', 'SUI')),
  amount  INTEGER NOT NULL,
  PRIMARY KEY (intent, account, coin)
) STRICT, WITHOUT ROWID;
CREATE TABLE side (
  num      INTEGER PRIMARY KEY,
  space    INTEGER NOT NULL REFERENCES space (num),
  snapshot BLOB NOT NULL UNIQUE,
  sequence INTEGER NOT NULL,
  parents  BLOB NOT NULL,
  device   BLOB NOT NULL,
  maker    TEXT NOT NULL,
  time_ms  INTEGER NOT NULL,
  files    INTEGER NOT NULL,
  bytes    INTEGER NOT NULL,
  root     BLOB NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('known', 'read', 'given-up'))
) STRICT;
CREATE INDEX side_space ON side (space, sequence);
CREATE TABLE side_version (
  num    INTEGER NOT NULL,
  side   INTEGER NOT NULL REFERENCES side (num),
  parent INTEGER NOT NULL,
  name   BLOB NOT NULL,
  path   TEXT NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (num, side)
) STRICT, WITHOUT ROWID;
CREATE INDEX side_version_side ON side_version (side);
CREATE INDEX side_version_path ON side_version (path);
CREATE TRIGGER side_named AFTER INSERT ON side_version BEGIN
  INSERT OR IGNORE INTO named (num, parent, name) VALUES (NEW.num, NEW.parent, NEW.name);
  INSERT OR IGNORE INTO gone (num) SELECT NEW.num WHERE NOT EXISTS (SELECT 1 FROM entry WHERE num = NEW.num);
END;
CREATE INDEX chunk_snapshot ON chunk (pack) WHERE kind = 2;
CREATE INDEX round_snapshot ON round (snapshot);
`;

export function firstTables(db: Database): void {
  db.exec(tables);
}
