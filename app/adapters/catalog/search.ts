/**
 * Names that contain a text, now and in the past: a walk over all names of the catalog, those of the past by the index on numbers, which holds
 * them without their records. Large and small letters are the same.
 */
import type { Database } from 'better-sqlite3';
import type { SpacePath } from '../../domain/path-name.ts';
import type { CatalogOperations } from '../../ports/catalog.ts';
import { nameFromBytes } from './entry-record.ts';
import { versionFrom, type RawVersion } from './version-row.ts';

type Operations = Pick<CatalogOperations, 'findNames'>;

interface Match {
  readonly parent: number;
  readonly name: Buffer;
  readonly num: number;
  readonly since: number;
}

const folded = (text: string): string => text.normalize('NFC').toLowerCase();

export function searchOperations(db: Database, lastPath: (space: number, raw: RawVersion) => SpacePath): Operations {
  let wanted = '';
  let wantedAscii: Buffer | undefined;
  // Only for the time of one search, and never for anything that is stored.
  db.function('floe_named', (name) => {
    if (!Buffer.isBuffer(name)) return 0;
    if (wantedAscii !== undefined && isPlain(name)) return holdsAscii(name, wantedAscii) ? 1 : 0;
    return folded(name.toString('utf8')).includes(wanted) ? 1 : 0;
  });
  const inSpace = 'EXISTS (SELECT 1 FROM node WHERE node.num = found.num AND node.space = @space)';
  const current = db.prepare<Record<string, unknown>, Match>(
    `SELECT parent, name, num, 0 AS since FROM entry AS found INDEXED BY entry_num WHERE floe_named(name) AND ${inSpace}`,
  );
  const former = db.prepare<Record<string, unknown>, Match>(
    `SELECT parent, name, num, max(since) AS since FROM past AS found INDEXED BY past_num WHERE floe_named(name) AND ${inSpace} GROUP BY num, parent, name`,
  );
  const entry = db.prepare<Record<string, unknown>, RawVersion>(
    'SELECT parent, name, num, since, NULL AS until, record FROM entry WHERE parent = @parent AND name = @name',
  );
  const past = db.prepare<Record<string, unknown>, RawVersion>(
    'SELECT parent, name, num, since, until, record FROM past WHERE parent = @parent AND name = @name AND since = @since',
  );
  const isThere = db.prepare<[number], number>('SELECT 1 FROM entry WHERE num = ?').pluck();

  return {
    findNames: db.transaction((space: number, text: string, isDeletedOnly: boolean, limit: number) => {
      wanted = folded(text);
      wantedAscii = /^[\0-\x7f]*$/.test(wanted) ? Buffer.from(wanted) : undefined;
      const rows: RawVersion[] = [];
      if (!isDeletedOnly)
        for (const { parent, name } of current.all({ space })) rows.push(...entry.all({ parent, name }));
      for (const { parent, name, num, since } of former.all({ space })) {
        if (isDeletedOnly && isThere.get(num) !== undefined) continue;
        rows.push(...past.all({ parent, name, since }));
      }
      const places = new Set(rows.filter((row) => row.until === null).map(placeOf));
      return rows
        .filter((row) => row.until === null || !places.has(placeOf(row)))
        .sort((a, b) => (b.until ?? Infinity) - (a.until ?? Infinity) || b.since - a.since)
        .slice(0, limit)
        .map((row) => ({
          version: versionFrom(row, lastPath(space, row), nameFromBytes(row.name)),
          isDeleted: row.until !== null && isThere.get(row.num) === undefined,
        }));
    }),
  };
}

const placeOf = ({ parent, name, num }: RawVersion): string => `${num} ${parent} ${name.toString('latin1')}`;

function isPlain(name: Buffer): boolean {
  for (const byte of name) if (byte > 0x7f) return false;
  return true;
}

/** `wanted` is in small letters. */
function holdsAscii(name: Buffer, wanted: Buffer): boolean {
  for (let at = 0; at + wanted.length <= name.length; at++) {
    let i = 0;
    for (; i < wanted.length; i++) {
      const byte = name[at + i] ?? 0;
      if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== wanted[i]) break;
    }
    if (i === wanted.length) return true;
  }
  return false;
}
