import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { firstTables } from './0001-first-tables.ts';
import { payments } from './0003-payments.ts';

it('keeps the intents that a catalog has, without a month', () => {
  const db = new Database(':memory:');
  firstTables(db);
  db.exec(
    "INSERT INTO intent (num, digest, kind, tx, signature, frost, mist, write_frost, state) VALUES (7, 'd', 'register', x'', x'', 1, 2, 0, 'prepared')",
  );
  payments(db);
  expect(db.prepare('SELECT num FROM intent').all()).toEqual([{ num: 7 }]);
  expect(db.prepare('SELECT * FROM payment').all()).toEqual([]);
  expect(() => db.exec('INSERT INTO payment VALUES (7, 1000)')).not.toThrow();
});
