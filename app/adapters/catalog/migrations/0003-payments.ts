/** When each intent was written, by the chain's time. Intents from before count for no month. */
import type { Database } from 'better-sqlite3';

export function payments(db: Database): void {
  db.exec(`
CREATE TABLE payment (
  intent   INTEGER PRIMARY KEY REFERENCES intent (num),
  chain_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX payment_time ON payment (chain_ms);
`);
}
