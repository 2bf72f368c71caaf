-- Certified snapshots of any device that are not on this catalog's own line: what another device was at between two merges. A row comes with the
-- record of the snapshot, the maker's name then among it; it is 'read' once the versions that came with it are in "side_version", and 'given-up' when it was
-- thinned out: its record stays in the packs. "maker" is empty of what this device thinned out itself.
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

-- Versions that came with a side snapshot and stand neither in "entry" and "past" nor with an earlier one: one row a change, not one a file. "record"
-- as in "entry".
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

-- Snapshot records among the chunks, however many chunks there are.
CREATE INDEX chunk_snapshot ON chunk (pack) WHERE kind = 2;
CREATE INDEX round_snapshot ON round (snapshot);
