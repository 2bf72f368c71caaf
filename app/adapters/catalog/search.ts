/**
 * Names that contain a text, now and in the past: a walk over all names of the catalog, those of the past by the index on numbers, which holds
 * them without their records. Large and small letters are the same.
 */
import type { Database } from 'better-sqlite3';
import type { SpacePath } from '../../domain/path-name.ts';
import type { CatalogOperations } from '../../ports/catalog.ts';
import { versionFrom, type RawVersion } from './version-row.ts';
import type { Writers } from './writers.ts';

type Operations = Pick<CatalogOperations, 'findNames'>;

interface Match {
  readonly parent: number;
  readonly name: Buffer;
  readonly num: number;
  readonly since: number;
}

const folded = (text: string): string => text.normalize('NFC').toLowerCase();

export function searchOperations(
  db: Database,
  writers: Writers,
  lastPath: (space: number, raw: RawVersion) => SpacePath,
): Operations {
  // Only for the time of one search, and never for anything that is stored.
  db.function('floe_holds', (name, wanted) =>
    Buffer.isBuffer(name) && folded(name.toString('utf8')).includes(String(wanted)) ? 1 : 0,
  );
  const inSpace = 'EXISTS (SELECT 1 FROM node WHERE node.num = found.num AND node.space = @space)';
  const matching = (isNamed: string) => ({
    current: db.prepare<Record<string, unknown>, Match>(
      `SELECT parent, name, num, 0 AS since FROM entry AS found INDEXED BY entry_num WHERE ${isNamed} AND ${inSpace}`,
    ),
    former: db.prepare<Record<string, unknown>, Match>(
      `SELECT parent, name, num, max(since) AS since FROM past AS found INDEXED BY past_num WHERE ${isNamed} AND ${inSpace} GROUP BY num, parent, name`,
    ),
  });
  // SQLite itself knows large and small letters of ASCII, and is some ten times faster than a call for each name.
  const ascii = matching("CAST(name AS TEXT) LIKE @wanted ESCAPE '\\'");
  const other = matching('floe_holds(name, @wanted)');
  const entry = db.prepare<Record<string, unknown>, RawVersion>(
    'SELECT parent, name, num, since, NULL AS until, record FROM entry WHERE parent = @parent AND name = @name',
  );
  const past = db.prepare<Record<string, unknown>, RawVersion>(
    'SELECT parent, name, num, since, until, record FROM past WHERE parent = @parent AND name = @name AND since = @since',
  );
  const isThere = db.prepare<[number], number>('SELECT 1 FROM entry WHERE num = ?').pluck();

  return {
    findNames: db.transaction((space: number, text: string, isDeletedOnly: boolean, limit: number) => {
      const isAscii = /^[\0-\x7f]*$/.test(text);
      const wanted = isAscii ? `%${text.replace(/[\\%_]/g, (mark) => `\\${mark}`)}%` : folded(text);
      const { current, former } = isAscii ? ascii : other;
      const rows: RawVersion[] = [];
      if (!isDeletedOnly)
        for (const { parent, name } of current.all({ space, wanted })) rows.push(...entry.all({ parent, name }));
      for (const { parent, name, num, since } of former.all({ space, wanted })) {
        if (isDeletedOnly && isThere.get(num) !== undefined) continue;
        rows.push(...past.all({ parent, name, since }));
      }
      const places = new Set(rows.filter((row) => row.until === null).map(placeOf));
      return rows
        .filter((row) => row.until === null || !places.has(placeOf(row)))
        .sort((a, b) => newestFirst(a, b) || Buffer.compare(a.name, b.name))
        .slice(0, limit)
        .map((row) => ({ row, path: lastPath(space, row) }))
        .sort((a, b) => newestFirst(a.row, b.row) || (a.path < b.path ? -1 : 1))
        .map(({ row, path }) => ({
          version: versionFrom(row, path, writers),
          isDeleted: row.until !== null && isThere.get(row.num) === undefined,
        }));
    }),
  };
}

/** What is there still, then what left last, then what came last. */
const newestFirst = (a: RawVersion, b: RawVersion): number => {
  if (a.until !== b.until) return a.until === null ? -1 : b.until === null ? 1 : b.until - a.until;
  return b.since - a.since;
};

const placeOf = ({ parent, name, num }: RawVersion): string => `${num} ${parent} ${name.toString('latin1')}`;
