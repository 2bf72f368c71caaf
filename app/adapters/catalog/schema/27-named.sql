-- Every place that a file or folder ever had, once however many versions it had there, in the order in which they came; and an index of all groups of
-- three letters in their names. Names are searched in these: versions are too many to walk over. Nothing is ever taken out: a place of which neither
-- "entry" nor "past" knows (its round was abandoned) is passed over.
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

-- Files and folders that have no place now: what was deleted, and is to be found among it.
CREATE TABLE gone (
  num INTEGER PRIMARY KEY
) STRICT;
CREATE TRIGGER entry_gone AFTER DELETE ON entry BEGIN INSERT OR IGNORE INTO gone (num) VALUES (OLD.num); END;
CREATE TRIGGER entry_back AFTER INSERT ON entry BEGIN DELETE FROM gone WHERE num = NEW.num; END;
