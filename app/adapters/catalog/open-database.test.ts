import {
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
  statSync,
} from 'node:fs';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../domain/fault.ts';
import { applicationId, openDatabase, quarantine } from './open-database.ts';
import { faultsOf, openStore } from './store.ts';
import { catalogFile } from './testing/room.ts';
import { chanceFrom } from './testing/model.ts';
import { newPack, newSpace, nodeId, place, put, sealAndCertify } from './testing/samples.ts';

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    const code = faultOf(error)?.code;
    if (code === undefined) throw error;
    return code;
  }
}

/** A catalog of some hundred pages. */
function fill(file: string): void {
  const { operations: catalog, close } = openStore(file);
  const { num: space, root } = catalog.addSpace(newSpace());
  const nums = catalog.allotNodes(
    space,
    Array.from({ length: 2000 }, (_, i) => nodeId(i + 1)),
  );
  sealAndCertify(
    catalog,
    space,
    1,
    nums.map((num) => put(root, `file ${num}`, num)),
  );
  catalog.addPack(
    newPack(
      space,
      2,
      nums.map((num) => place(num)),
    ),
  );
  close();
}

describe('opening the catalog', () => {
  it('makes a fresh one, and leaves a single file when closed', () => {
    const file = catalogFile();
    fill(file);
    expect(existsSync(`${file}-wal`)).toBe(false);
    const db = openDatabase(file);
    expect(db.pragma('application_id', { simple: true })).toBe(applicationId);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    db.close();
  });

  it('edge 86: refuses one from a newer Floe and leaves it byte for byte', () => {
    const file = catalogFile();
    fill(file);
    const db = new Database(file);
    db.pragma('user_version = 999');
    db.pragma('journal_mode = DELETE');
    db.close();
    const before = readFileSync(file);
    expect(codeOf(() => openDatabase(file))).toBe('home-newer');
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('refuses what is no catalog, and a folder that is not there', () => {
    const file = catalogFile();
    writeFileSync(file, 'these are not the pages of a database, but a letter to somebody'.repeat(100));
    expect(codeOf(() => openDatabase(file))).toBe('catalog-damaged');
    const other = catalogFile();
    const db = new Database(other);
    db.exec('CREATE TABLE mine (a)');
    db.close();
    expect(codeOf(() => openDatabase(other))).toBe('catalog-damaged');
    expect(codeOf(() => openDatabase(`${other}/no/such/folder/catalog.sqlite`))).toBe('disk-failed');
  });

  it('forgets numbers that no entry took, and never gives them again', () => {
    const file = catalogFile();
    const first = openStore(file);
    const { num: space, root } = first.operations.addSpace(newSpace());
    const [used = 0, unused = 0] = first.operations.allotNodes(space, [nodeId(1), nodeId(2)]);
    sealAndCertify(first.operations, space, 1, [put(root, 'a', used)]);
    first.close();
    const second = openStore(file);
    const [again = 0, fresh = 0] = second.operations.allotNodes(space, [nodeId(1), nodeId(2)]);
    expect(again).toBe(used);
    expect(fresh).toBeGreaterThan(unused);
    expect(second.operations.integrity()).toBeUndefined();
    second.close();
  });

  it('edge 75: says that the disk is full, loses nothing, and goes on when there is room', () => {
    const file = catalogFile();
    fill(file);
    const db = openDatabase(file);
    const count = () => db.prepare<[], number>('SELECT count(*) FROM confirmation').pluck().get();
    const add = db.prepare(
      'INSERT INTO confirmation (pack, epoch, member, message, signature) VALUES (1, 1, ?, zeroblob(100000), zeroblob(1))',
    );
    db.pragma('max_page_count = 1');
    expect(codeOf(() => faultsOf(() => add.run(1)))).toBe('disk-full');
    expect(count()).toBe(0);
    db.pragma('max_page_count = 1000000');
    add.run(1);
    expect(count()).toBe(1);
    db.close();
  });
});

describe('a damaged catalog', () => {
  /** What a reader of everything would meet: a fault at opening, at reading, or in the full check; else nothing at all. */
  function readAll(file: string): string | undefined {
    return codeOf(() => {
      const { operations: catalog, close } = faultsOf(() => openStore(file));
      try {
        faultsOf(() => {
          for (const { num, root } of catalog.spaces()) {
            catalog.children([root]);
            catalog.packs(num);
            catalog.treeAt(num, '', 1, undefined, 5000);
          }
        });
      } finally {
        faultsOf(close);
      }
    });
  }

  it('is never taken for a whole one and never answers with a plain error, whichever pages are overwritten', () => {
    const whole = catalogFile();
    fill(whole);
    const bytes = statSync(whole).size;
    const pages = bytes / 4096;
    expect(pages).toBeGreaterThan(50);
    const healthy = readFileSync(whole);
    let found = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const chance = chanceFrom(seed);
        const file = `${whole}-copy`;
        copyFileSync(whole, file);
        if (chance(10) === 0) truncateSync(file, 4096 * chance(pages));
        else {
          const handle = openSync(file, 'r+');
          for (let page = 0; page < 1 + chance(4); page++) {
            const noise = Buffer.from(Array.from({ length: 4096 }, () => chance(256)));
            writeSync(handle, noise, 0, noise.length, 4096 * chance(pages));
          }
          closeSync(handle);
        }
        const damaged = readFileSync(file);
        const code = readAll(file);
        if (code === undefined) {
          // An emptied file is a fresh catalog; a page that is free holds nothing to damage.
          expect(damaged.length === 0 || freePages(healthy) > 0).toBe(true);
        } else {
          expect(code).toBe('catalog-damaged');
          found++;
        }
        const aside = quarantine(file, 1);
        expect(existsSync(file) || existsSync(`${file}-wal`)).toBe(false);
        expect(existsSync(aside)).toBe(true);
        fill(file);
        expect(readAll(file)).toBeUndefined();
        quarantine(file, 1);
      }),
      { numRuns: 12 },
    );
    expect(found).toBeGreaterThan(0);
  }, 120_000);

  it('is moved aside without touching an earlier one', () => {
    const file = catalogFile();
    for (const text of ['one', 'two', 'three']) {
      writeFileSync(file, text);
      writeFileSync(`${file}-wal`, `${text} log`);
      const aside = quarantine(file, 5);
      expect(readFileSync(aside, 'utf8')).toBe(text);
      expect(readFileSync(`${aside}-wal`, 'utf8')).toBe(`${text} log`);
    }
  });
});

/** Free pages, from the file's header (SQLite file format, section 1.3.8). */
const freePages = (header: Buffer): number => header.readUInt32BE(36);
