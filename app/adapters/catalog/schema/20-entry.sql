-- What each folder holds now, the pending round included. Folders are read whole and in order, a million rows at a time, and a value costs
-- about as much to hand over as a whole row to find: so all that describes an entry is one value, "record" (entry-record.ts: number, since,
-- kind, mode, times, bytes, identity, dots, content). "num" and "since" stand beside it because questions are asked by them. "look" is what the
-- disk showed when the content was read: device and inode first; null when this device has not had the entry on its disk.
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

-- Former versions: an entry as it was from snapshot "since" until snapshot "until". Never changed once its round is certified. By place it
-- answers what a folder held at any time; by number it follows one file through renames and moves.
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

-- Entries as they stood before the pending round of a space, those it touched only. Emptied when the round is certified; read when it is
-- abandoned.
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
