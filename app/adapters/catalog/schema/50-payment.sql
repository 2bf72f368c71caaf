-- When an intent was written, by the chain's time: the month that it counts for.
CREATE TABLE payment (
  intent   INTEGER PRIMARY KEY REFERENCES intent (num),
  chain_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX payment_time ON payment (chain_ms);
