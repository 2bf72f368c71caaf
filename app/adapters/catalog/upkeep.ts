/**
 * Which packs hold what can still be reached. Marks lie in a temporary table, so a million of them cost memory and no disk; questions are answered by
 * SQLite from them and from the places of chunks. A history is thinned in one transaction.
 */
import type { Database } from 'better-sqlite3';
import { parseBlobId } from '../../domain/blob-id.ts';
import { parseChunkId, type ChunkId } from '../../domain/ids.ts';
import type { Content } from '../../domain/space.ts';
import type { PackUse, UpkeepOperations } from '../../ports/catalog-upkeep.ts';
import { chunkKindAt } from './chunks.ts';
import { idBuffer, recordFromBytes } from './entry-record.ts';

/** Entries and versions of one call, so that the catalog's thread answers others in between. */
const nodesAtOnce = 1_000;

interface RawPlace {
  readonly id: Uint8Array;
  readonly kind: number;
  readonly start: number;
  readonly bytes: number;
  readonly plain_bytes: number;
}

/** Packs that count: live, and on no doom list. */
const counts = (pack: string): string =>
  `(${pack}.state = 'live' AND NOT EXISTS (SELECT 1 FROM doomed d WHERE d.space = ${pack}.space AND d.blob_id = ${pack}.blob_id))`;
/** Chunks of a pack, wherever its place is written down. Kind 0 is content of files; listings and snapshot records always stay. */
const held =
  '(SELECT id, kind, bytes FROM chunk WHERE pack = @pack UNION ALL SELECT id, kind, bytes FROM chunk_spare WHERE pack = @pack)';
const isReachable = '(h.kind <> 0 OR EXISTS (SELECT 1 FROM temp.mark m WHERE m.id = h.id))';
const liesIn = (table: string, which: string): string =>
  `EXISTS (SELECT 1 FROM ${table} c JOIN pack p ON p.num = c.pack WHERE c.id = h.id AND ${which} AND ${counts('p')})`;
const elsewhere = `(${liesIn('chunk', 'c.pack <> @pack')} OR ${liesIn('chunk_spare', 'c.pack <> @pack')})`;
/**
 * Of two packs with the same chunk the later one counts for it, and the collector gives up the earlier: what was rewritten already, by a run that was killed
 * before it could doom the old packs, is not rewritten again.
 */
const later = `(${liesIn('chunk', 'c.pack > @pack')} OR ${liesIn('chunk_spare', 'c.pack > @pack')})`;

export function upkeepOperations(db: Database): UpkeepOperations {
  db.exec('CREATE TEMP TABLE IF NOT EXISTS mark (id BLOB PRIMARY KEY) WITHOUT ROWID');
  const doomed = db.prepare<[number], string>('SELECT blob_id FROM doomed WHERE space = ? ORDER BY blob_id').pluck();
  const doom = db.prepare('INSERT OR IGNORE INTO doomed (space, blob_id) VALUES (?, ?)');
  const spare = db.prepare('DELETE FROM doomed WHERE space = ? AND blob_id = ?');
  const clear = db.prepare('DELETE FROM temp.mark');
  const mark = db.prepare('INSERT OR IGNORE INTO temp.mark (id) VALUES (?)');
  const page = db
    .prepare<[number, number], number>(
      `SELECT num FROM node WHERE space = ? AND num > ? ORDER BY num LIMIT 1 OFFSET ${nodesAtOnce - 1}`,
    )
    .pluck();
  const records = db
    .prepare<{ from: number; to: number }, Buffer>(
      `SELECT record FROM entry WHERE num > @from AND num <= @to
       UNION ALL SELECT record FROM past WHERE num > @from AND num <= @to
       UNION ALL SELECT record FROM undo WHERE num > @from AND num <= @to`,
    )
    .pluck();
  const spans = db.prepare<{ from: number; to: number }, { record: Buffer; until: number | null }>(
    `SELECT record, NULL AS until FROM entry WHERE num > @from AND num <= @to
     UNION ALL SELECT record, until FROM past WHERE num > @from AND num <= @to`,
  );
  const need = db.prepare<{ pack: number }, unknown>(
    `SELECT 1 FROM ${held} h WHERE ${isReachable} AND NOT ${elsewhere} LIMIT 1`,
  );
  const needs = db
    .prepare<{ pack: number }, Uint8Array>(`SELECT h.id FROM ${held} h WHERE ${isReachable} AND NOT ${elsewhere}`)
    .pluck();
  const livesHere = db
    .prepare<{ pack: number }, Uint8Array>(`SELECT h.id FROM ${held} h WHERE ${isReachable} AND NOT ${later}`)
    .pluck();
  const use = db.prepare<{ pack: number }, PackUse>(
    `SELECT @pack AS pack, count(*) AS chunks, coalesce(sum(bytes), 0) AS chunkBytes,
       coalesce(sum(isLive), 0) AS liveChunks, coalesce(sum(isLive * bytes), 0) AS liveBytes
     FROM (SELECT h.bytes AS bytes, (${isReachable} AND NOT ${later}) AS isLive FROM ${held} h)`,
  );
  const live = db
    .prepare<[number], number>(`SELECT num FROM pack p WHERE space = ? AND ${counts('p')} ORDER BY num`)
    .pluck();
  const places = db.prepare<{ pack: number }, RawPlace>(
    `SELECT id, kind, start, bytes, plain_bytes FROM chunk WHERE pack = @pack
       UNION ALL SELECT id, kind, start, bytes, plain_bytes FROM chunk_spare WHERE pack = @pack ORDER BY start`,
  );
  const moveSnapshots = db.prepare<{ pack: number }>(
    `UPDATE round SET last_pack = moved.pack, start = moved.start, sealed = moved.bytes, plain = moved.plain_bytes
     FROM (SELECT c.id, max(c.pack) AS pack, c.start, c.bytes, c.plain_bytes
           FROM (SELECT * FROM chunk UNION ALL SELECT * FROM chunk_spare) c JOIN pack p ON p.num = c.pack
           WHERE c.pack <> @pack AND ${counts('p')} AND c.id IN (SELECT snapshot FROM round WHERE last_pack = @pack) GROUP BY c.id) moved
     WHERE round.last_pack = @pack AND round.snapshot = moved.id`,
  );
  const setLive = db.prepare("UPDATE pack SET state = 'live' WHERE num = ? AND state = 'certified'");
  const mayGo = `space = @space AND sequence = @sequence AND state = 'certified'
     AND sequence <> (SELECT sequence FROM space WHERE num = @space)`;
  // Its record stays in the packs: it is to be known as what it is. If another device keeps it, that is found out later.
  const keepRecord = db.prepare(
    `INSERT INTO side (space, snapshot, sequence, parents, device, maker, time_ms, files, bytes, root, state)
     SELECT space, snapshot, sequence, parents, device, '', time_ms, files, bytes, root, 'given-up' FROM round WHERE ${mayGo}
     ON CONFLICT (snapshot) DO UPDATE SET state = 'given-up'`,
  );
  const dropRound = db.prepare(`DELETE FROM round WHERE ${mayGo}`);
  const dropPast = db.prepare(
    `DELETE FROM past WHERE num IN (SELECT num FROM node WHERE space = @space)
     AND NOT EXISTS (SELECT 1 FROM round r WHERE r.space = @space AND r.sequence >= past.since AND r.sequence < past.until)`,
  );

  // What a side snapshot shares with a round that goes must be found among its own versions now.
  const readSidesAgain = db.prepare("UPDATE side SET state = 'known' WHERE space = ? AND state = 'read'");

  function markRecord(record: Buffer, lists: Content[]): void {
    const { kind, content } = recordFromBytes(record);
    if (kind === 'folder') return;
    for (const id of content.chunks) mark.run(idBuffer(id));
    if (content.depth > 0) lists.push(content);
  }

  return {
    doomed: (space) => doomed.all(space).map((text) => parseBlobId(text)),
    setDoomed: db.transaction((space, blobIds, isDoomed) => {
      for (const blobId of blobIds) (isDoomed ? doom : spare).run(space, blobId);
    }),
    clearMarks: () => void clear.run(),
    markContents: db.transaction((space: number, after: number) => {
      const next = page.get(space, after);
      const lists: Content[] = [];
      for (const record of records.all({ from: after, to: next ?? Number.MAX_SAFE_INTEGER })) markRecord(record, lists);
      return { next, lists };
    }),
    contentSpans: db.transaction((space: number, after: number) => {
      const next = page.get(space, after);
      const rows = spans.all({ from: after, to: next ?? Number.MAX_SAFE_INTEGER });
      const found = rows.flatMap(({ record, until }) => {
        const { kind, content, since } = recordFromBytes(record);
        return kind === 'folder' ? [] : [{ content, since, until: until ?? undefined }];
      });
      return { next, spans: found };
    }),
    mark: db.transaction((ids: readonly ChunkId[]) => {
      for (const id of ids) mark.run(idBuffer(id));
    }),
    isNeeded: (pack) => need.get({ pack }) !== undefined,
    neededChunks: (pack) => needs.all({ pack }).map((id) => parseChunkId(id)),
    liveChunks: (pack) => livesHere.all({ pack }).map((id) => parseChunkId(id)),
    packUse: db.transaction((space: number) => live.all(space).flatMap((pack) => use.get({ pack }) ?? [])),
    packChunks: (pack) =>
      places.all({ pack }).map(({ id, kind, start, bytes, plain_bytes: plainBytes }) => {
        return { id: parseChunkId(id), kind: chunkKindAt(kind), start, bytes, plainBytes };
      }),
    moveSnapshots: (pack) => void moveSnapshots.run({ pack }),
    setLive: (pack) => void setLive.run(pack),
    thin: db.transaction((space: number, sequences: readonly number[]) => {
      for (const sequence of sequences) {
        keepRecord.run({ space, sequence });
        dropRound.run({ space, sequence });
      }
      const versions = dropPast.run({ space }).changes;
      if (versions > 0) readSidesAgain.run(space);
      return { versions };
    }),
  };
}
