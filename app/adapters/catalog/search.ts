/**
 * Names that contain a text, now and in the past. Every place that a file ever had is kept once, with an index of the groups of three letters in its name;
 * what that finds is compared letter by letter. A text of one or two letters is looked for in all places. Large and small letters are the same.
 */
import type { Database } from 'better-sqlite3';
import { parseChunkId } from '../../domain/ids.ts';
import type { SpacePath } from '../../domain/path-name.ts';
import type { CatalogOperations } from '../../ports/catalog.ts';
import { sideColumns } from './sides.ts';
import { versionFrom, type RawVersion } from './version-row.ts';
import type { Writers } from './writers.ts';

type Operations = Pick<CatalogOperations, 'findNames'>;

/** Of a place that only a side snapshot knows. */
type FoundRow = RawVersion & { readonly path?: string; readonly snapshot?: Uint8Array };

interface Match {
  readonly parent: number;
  readonly name: Buffer;
  readonly num: number;
}

/** Letters of one part of the index. */
const partLetters = 3;
/** Of a text that is in more names than are asked for, so many times as many are looked at, those that came last: each costs two searches. */
const lookedAtTimes = 2;

const folded = (text: string): string => text.normalize('NFC').toLowerCase();

/** What the index is asked for: all parts of the text, in either of the two forms that a disk may have written it in. */
export function partsQuery(text: string): string | undefined {
  const forms = new Set([text.normalize('NFC'), text.normalize('NFD')].map((form) => form.toLowerCase()));
  const queries = [...forms].map((form) => {
    const letters = Array.from(form);
    const parts = letters.slice(partLetters - 1).map((_, i) => letters.slice(i, i + partLetters).join(''));
    return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(' AND ');
  });
  return queries.includes('') ? undefined : queries.map((query) => `(${query})`).join(' OR ');
}

export function searchOperations(
  db: Database,
  writers: Writers,
  lastPath: (space: number, raw: RawVersion) => SpacePath,
): Operations {
  const inParts = db.prepare<[string], Match>(
    `SELECT named.parent, named.name, named.num FROM named_part JOIN named ON named.id = named_part.rowid
     WHERE named_part MATCH ? ORDER BY named_part.rowid DESC`,
  );
  const deleted = db.prepare<[], Match>(
    'SELECT parent, name, num FROM gone CROSS JOIN named USING (num) ORDER BY named.id DESC',
  );
  // SQLite itself knows large and small letters of ASCII, and is some ten times faster than a call for each name.
  const inAscii = db.prepare<[string], Match>(
    "SELECT parent, name, num FROM named WHERE CAST(name AS TEXT) LIKE ? ESCAPE '\\' ORDER BY id DESC",
  );
  const inAll = db.prepare<[], Match>('SELECT parent, name, num FROM named ORDER BY id DESC');
  const standing = db.prepare<Match, RawVersion>(
    'SELECT parent, name, num, since, NULL AS until, record FROM entry WHERE parent = @parent AND name = @name AND num = @num',
  );
  const former = db.prepare<Match, RawVersion>(
    'SELECT parent, name, num, since, until, record FROM past WHERE parent = @parent AND name = @name AND num = @num ORDER BY since DESC LIMIT 1',
  );
  const aside = db.prepare<Match, FoundRow>(
    `SELECT ${sideColumns} FROM side_version v JOIN side s ON s.num = v.side
     WHERE v.num = @num AND v.parent = @parent AND v.name = @name ORDER BY s.sequence DESC LIMIT 1`,
  );
  const isThere = db.prepare<[number], number>('SELECT 1 FROM entry WHERE num = ?').pluck();
  const isOf = db.prepare<[number, number], number>('SELECT 1 FROM node WHERE num = ? AND space = ?').pluck();

  function candidates(text: string, isDeletedOnly: boolean): IterableIterator<Match> {
    // Deleted files are few beside all.
    if (isDeletedOnly) return deleted.iterate();
    const query = partsQuery(text);
    if (query !== undefined) return inParts.iterate(query);
    const isAscii = /^[\0-\x7f]*$/.test(text);
    return isAscii ? inAscii.iterate(`%${text.replace(/[\\%_]/g, (mark) => `\\${mark}`)}%`) : inAll.iterate();
  }

  return {
    findNames: db.transaction((space: number, text: string, isDeletedOnly: boolean, limit: number) => {
      const wanted = folded(text);
      const rows: FoundRow[] = [];
      for (const match of candidates(text, isDeletedOnly)) {
        if (rows.length >= limit * lookedAtTimes) break;
        if (!folded(match.name.toString('utf8')).includes(wanted)) continue;
        if (isOf.get(match.num, space) === undefined) continue;
        const row = standing.get(match) ?? former.get(match) ?? aside.get(match);
        if (row) rows.push(row);
      }
      return rows
        .sort((a, b) => newestFirst(a, b) || Buffer.compare(a.name, b.name))
        .slice(0, limit)
        .map((row) => ({ row, path: row.path ?? lastPath(space, row) }))
        .sort((a, b) => newestFirst(a.row, b.row) || (a.path < b.path ? -1 : 1))
        .map(({ row, path }) => ({
          version: versionFrom(row, path, writers),
          isDeleted: row.until !== null && isThere.get(row.num) === undefined,
          side: row.snapshot && parseChunkId(row.snapshot),
        }));
    }),
  };
}

/** What is there still, then what left last, then what came last. */
const newestFirst = (a: RawVersion, b: RawVersion): number => {
  if (a.until !== b.until) return a.until === null ? -1 : b.until === null ? 1 : b.until - a.until;
  return b.since - a.since;
};
