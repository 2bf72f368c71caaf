import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { unsynced } from './unsynced.ts';

const full = 2;

it('syncs every later commit again, also after work that failed and left nothing', () => {
  const db = new Database(':memory:');
  db.exec('CREATE TABLE kept (value INTEGER)');
  db.pragma('synchronous = FULL');
  const seen: unknown[] = [];
  const keep = unsynced(db, (value: number) => {
    seen.push(db.pragma('synchronous', { simple: true }));
    db.prepare('INSERT INTO kept VALUES (?)').run(value);
    if (value < 0) throw new Error('not that one');
    return value;
  });
  expect(keep(1)).toBe(1);
  expect(() => keep(-1)).toThrow('not that one');
  expect(seen.every((setting) => setting !== full)).toBe(true);
  expect(db.pragma('synchronous', { simple: true })).toBe(full);
  expect(db.prepare('SELECT value FROM kept').pluck().all()).toEqual([1]);
  db.close();
});
