-- What a folder looked like when everything in it proved to be as "entry" says: a fingerprint of its whole listing. A folder that shows the same again
-- need not be compared entry by entry. Whatever changes an entry forgets the fingerprint of the folder that holds it; a missing one only costs time.
CREATE TABLE folder_look (
  num         INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL
) STRICT;
CREATE TRIGGER entry_came AFTER INSERT ON entry BEGIN DELETE FROM folder_look WHERE num = NEW.parent; END;
CREATE TRIGGER entry_changed AFTER UPDATE ON entry BEGIN DELETE FROM folder_look WHERE num = NEW.parent; END;
CREATE TRIGGER entry_left AFTER DELETE ON entry BEGIN DELETE FROM folder_look WHERE num = OLD.parent; END;
