/**
 * Transactions that nobody waits for the disk for: a kill leaves them whole, a power cut may undo the newest of them, and the next one that is synced
 * makes them durable too. Only for what is worth nothing by itself: a number that no entry has yet, a fingerprint that is found again.
 */
import type { Database } from 'better-sqlite3';

export function unsynced<Given extends unknown[], Answer>(
  db: Database,
  work: (...given: Given) => Answer,
): (...given: Given) => Answer {
  const transaction = db.transaction<(...given: Given) => Answer>(work);
  return (...given) => {
    db.pragma('synchronous = NORMAL');
    try {
      return transaction(...given);
    } finally {
      db.pragma('synchronous = FULL');
    }
  };
}
