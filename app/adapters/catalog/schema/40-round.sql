-- Rounds, sealed or certified: the snapshots of a space's history. "start", "sealed" and "plain" are the place of the snapshot's record in the
-- last pack; "last_pack" is null for a snapshot found by a rebuild in a pack that this catalog does not hold. The three "added" columns are what the round
-- did to the counts of its space.
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

-- Every transaction that was built to be sent, with its exact bytes, and what the chain said it cost. Written before sending.
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
CREATE INDEX intent_open ON intent (state) WHERE state = 'prepared';

-- The double entry of a settled intent: for each coin the amounts sum to zero.
CREATE TABLE posting (
  intent  INTEGER NOT NULL REFERENCES intent (num),
  account TEXT NOT NULL,
  coin    TEXT NOT NULL CHECK (coin IN ('WAL', 'SUI')),
  amount  INTEGER NOT NULL,
  PRIMARY KEY (intent, account, coin)
) STRICT, WITHOUT ROWID;
