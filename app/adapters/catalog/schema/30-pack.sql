-- Packs made here or found on chain. A dead pack keeps its row, for people, and loses its chunks.
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

-- Where each chunk lies: in the oldest pack that holds it and is not dead. Ids are keyed hashes, so they are scattered.
CREATE TABLE chunk (
  id          BLOB PRIMARY KEY,
  pack        INTEGER NOT NULL REFERENCES pack (num),
  kind        INTEGER NOT NULL,
  start       INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  plain_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX chunk_pack ON chunk (pack);

-- Further places of chunks that a younger pack holds too. Few: what is known is not packed again. They step in when the older pack dies.
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

-- Confirmations of storage nodes for packs on their way, so that nobody is asked twice.
CREATE TABLE confirmation (
  pack      INTEGER NOT NULL REFERENCES pack (num),
  epoch     INTEGER NOT NULL,
  member    INTEGER NOT NULL,
  message   BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (pack, epoch, member)
) STRICT, WITHOUT ROWID;

-- Packs on doom lists, this device's and others', whether or not the catalog knows the pack: they hold nothing that counts.
CREATE TABLE doomed (
  space   INTEGER NOT NULL REFERENCES space (num),
  blob_id TEXT NOT NULL,
  PRIMARY KEY (space, blob_id)
) STRICT, WITHOUT ROWID;
