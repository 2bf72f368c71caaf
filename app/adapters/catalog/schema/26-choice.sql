-- Which folders and files of a space belong on this disk: the nearest folder above (or the thing itself) that has a row decides, 1 in, 0 out. The
-- root's own row is for all that has none; without it everything belongs here.
CREATE TABLE choice (
  space INTEGER NOT NULL REFERENCES space (num),
  node  BLOB NOT NULL,
  is_in INTEGER NOT NULL CHECK (is_in IN (0, 1)),
  PRIMARY KEY (space, node)
) STRICT, WITHOUT ROWID;
