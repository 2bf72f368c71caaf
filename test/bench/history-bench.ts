/**
 * Questions about the past on a catalog of many files with many versions: the median and the slowest of many calls, each with another file, folder,
 * moment or name. The rows are made by SQL, because a million files with fifty versions would take an hour to be scanned. `FLOE_BENCH_FILES` and
 * `FLOE_BENCH_VERSIONS` say how many.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { recordToBytes } from '../../app/adapters/catalog/entry-record.ts';
import { openStore } from '../../app/adapters/catalog/store.ts';
import { usualChunkLimits } from '../../app/domain/chunk.ts';
import { parseDeviceId, parseNodeId, parseSpaceId } from '../../app/domain/ids.ts';
import type { CatalogOperations } from '../../app/ports/catalog.ts';
import type { PrintLine } from '../../native-workers/bench/measure.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { inRoom } from './bench-room.ts';

const filesInFolder = 200;
const calls = 60;
/** One file in so many was deleted in the last snapshot. */
const deletedOneIn = 100;
const words = ['invoice', 'holiday', 'draft', 'IMG', 'report', 'letter', 'notes', 'budget', 'scan', 'plan'];

const hex = (bytes: number, number: number): string => number.toString(16).padStart(2 * bytes, '0');

interface Size {
  readonly files: number;
  readonly versions: number;
}

function newSpace(catalog: CatalogOperations): { readonly num: number; readonly root: number } {
  return catalog.addSpace({
    id: parseSpaceId(hex(16, 1)),
    name: 'space',
    mode: 'sync',
    folder: undefined,
    sealedKey: new Uint8Array(32),
    limits: usualChunkLimits,
    leaseEpochs: 5,
    pool: undefined,
    rootNode: parseNodeId(hex(16, 1)),
  });
}

/** All that describes an entry, but without chunks: none of the questions reads contents. */
function record(kind: 'file' | 'folder', nameBytes: number): Buffer {
  const dot = { writer: 1, sequence: 1 };
  const facts = {
    num: 1,
    since: 1,
    node: parseNodeId(hex(16, 1)),
    kind,
    mode: 0o644,
    mtimeNs: 1_700_000_000_000_000_000n,
    bytes: 5_000,
    content: { depth: 0, chunks: [] },
    place: dot,
    version: dot,
  };
  return recordToBytes(facts, nameBytes);
}

/** Folders with the same number of files each; every file changed in every snapshot. */
function fill(file: string, space: { readonly num: number; readonly root: number }, { files, versions }: Size): void {
  const db = new Database(file);
  db.pragma('journal_mode = DELETE');
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -262144');
  db.pragma('foreign_keys = OFF');
  const device = Buffer.from(parseDeviceId(hex(16, 3)), 'hex');
  db.prepare('INSERT INTO writer (num, device) VALUES (1, ?)').run(device);
  const folders = Math.ceil(files / filesInFolder);
  const first = space.root + 1;
  const count = (most: string): string =>
    `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${most})`;
  const parameters = {
    space: space.num,
    root: space.root,
    first,
    folders,
    files,
    versions,
    folder: record('folder', 12),
    file: record('file', 12),
  };
  const name = `CAST(CASE f.i % 10 ${words.map((word, i) => `WHEN ${i} THEN '${word}'`).join(' ')} END || ' ' || f.i AS BLOB)`;
  const run = (sql: string): void => void db.prepare(sql).run(parameters);
  const makesFiles = `${count('@files')}, f (i) AS (SELECT i FROM n)`;
  run(
    `${count('@folders + @files')} INSERT INTO node (num, space, id) SELECT @first + i, @space, CAST(printf('%016d', i) AS BLOB) FROM n`,
  );
  run(
    `${count('@folders')} INSERT INTO entry (parent, name, num, since, record) SELECT @root, CAST('folder ' || i AS BLOB), @first + i, 1, @folder FROM n`,
  );
  run(
    `${makesFiles} INSERT INTO entry (parent, name, num, since, record)
     SELECT @first + f.i / ${filesInFolder}, ${name}, @first + @folders + f.i, @versions, @file FROM f`,
  );
  // In the order of the table, so that it is written from start to end.
  db.exec('DROP INDEX past_num');
  run(
    `${makesFiles}, v (s) AS (SELECT 1 UNION ALL SELECT s + 1 FROM v WHERE s + 1 < @versions)
     INSERT INTO past (parent, name, since, until, num, record)
     SELECT entry.parent, entry.name, v.s, v.s + 1, entry.num, @file FROM entry CROSS JOIN v
     WHERE entry.parent <> @root ORDER BY entry.parent, entry.name`,
  );
  run(`DELETE FROM entry WHERE num >= @first + @folders AND (num - @first - @folders) % ${deletedOneIn} = 7`);
  db.exec('CREATE INDEX past_num ON past (num, since)');
  db.close();
}

export async function benchHistory(print: PrintLine): Promise<void> {
  const files = Number(process.env['FLOE_BENCH_FILES'] ?? 1_000_000);
  const versions = Number(process.env['FLOE_BENCH_VERSIONS'] ?? 50);
  await inRoom(async (room) => {
    const file = join(room, 'catalog.sqlite');
    const begun = openStore(file);
    const space = newSpace(begun.operations);
    begun.close();
    const started = performance.now();
    fill(file, space, { files, versions });
    const of = `${files} files, ${versions} versions`;
    print({ name: `catalog of ${of}`, value: statSync(file).size, unit: 'bytes', madeMs: performance.now() - started });
    const { operations, close } = openStore(file);
    try {
      for (const [name, call] of questions(operations, space.num, { files, versions })) {
        const before = process.cpuUsage();
        const times = Array.from({ length: calls }, (_, i) => {
          const start = performance.now();
          call(i);
          return performance.now() - start;
        }).sort((a, b) => a - b);
        const { user, system } = process.cpuUsage(before);
        const processor = (user + system) / 1000 / calls;
        print({ name, value: times[calls >> 1] ?? 0, unit: 'ms', slowest: times.at(-1), processor, of });
      }
    } finally {
      close();
    }
  });
}

function questions(
  catalog: CatalogOperations,
  space: number,
  { files, versions }: Size,
): [string, (call: number) => unknown][] {
  const dice = seededDice(1);
  const any = (): number => Math.floor(dice.fraction() * files);
  const moment = (): number => 1 + Math.floor(dice.fraction() * versions);
  const pathOf = (file: number): string =>
    `folder ${Math.floor(file / filesInFolder)}/${words[file % words.length] ?? ''} ${file}`;
  const folder = (): string => `folder ${Math.floor(any() / filesInFolder)}`;
  const deleted = (): number => any() - (any() % deletedOneIn) + 7;
  return [
    ['all versions of a file', () => catalog.versions(space, pathOf(any()))],
    ['an entry at a moment', () => catalog.entryAtSequence(space, pathOf(any()), moment())],
    [`a folder of ${filesInFolder} at a moment`, () => catalog.listAt(space, folder(), moment())],
    ['a page of 2,000 of the tree at a moment', () => catalog.treeAt(space, '', moment(), pathOf(any()), 2_000)],
    ['a rare name, everywhere', () => catalog.findNames(space, ` ${any()}`, false, 1_000)],
    ['a rare name, deleted only', () => catalog.findNames(space, ` ${deleted()}`, true, 1_000)],
    ['a name that nothing has', () => catalog.findNames(space, `nothing has ${any()}`, false, 1_000)],
    [
      'a word that is in every tenth name',
      () => catalog.findNames(space, words[any() % words.length] ?? '', false, 1_000),
    ],
    [
      'a word that is in every tenth name, deleted only',
      () => catalog.findNames(space, words[any() % words.length] ?? '', true, 1_000),
    ],
    ['two letters', () => catalog.findNames(space, String(10 + (any() % 90)), false, 1_000)],
    ['two letters that nothing has', () => catalog.findNames(space, 'zq', false, 1_000)],
  ];
}
