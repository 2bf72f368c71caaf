/**
 * Folders as of a sequence, in order of name bytes, page by page: the rows of now that were there already, merged with the former ones. Going on
 * after a path costs a search for each of its names, however much was walked before.
 */
import type { Database } from 'better-sqlite3';
import { joinPath, pathNames, type SpacePath } from '../../domain/path-name.ts';
import type { Version } from '../../domain/space.ts';
import { nameFromBytes, nameToBytes, recordKind } from './entry-record.ts';
import { versionFrom, type RawVersion } from './version-row.ts';
import type { Writers } from './writers.ts';

/** Rows read from each table at a time. */
const pageRows = 1_000;
const beforeAll = Buffer.alloc(0);

export interface WalkFrom {
  readonly parent: number;
  readonly path: SpacePath;
  readonly at: number;
}

export interface TreeWalk {
  list(parent: number, path: SpacePath, at: number): readonly Version[];
  /** Everything below a folder, parents before children; at most `limit`, going on after the path `after`. */
  below(from: WalkFrom, after: SpacePath | undefined, limit: number): readonly Version[];
}

/** One folder on the way down, with what is read of it but not yet passed. */
interface Level {
  readonly parent: number;
  readonly path: SpacePath;
  readonly rows: Iterator<RawVersion>;
}

export function openTreeWalk(db: Database, writers: Writers): TreeWalk {
  const now = db.prepare<Record<string, unknown>, RawVersion>(
    `SELECT parent, name, num, since, NULL AS until, record FROM entry
     WHERE parent = @parent AND name > @after AND since <= @at ORDER BY name LIMIT ${pageRows}`,
  );
  // One search for the next name and one for its version at the time, however many versions there are.
  const then = db.prepare<Record<string, unknown>, RawVersion>(
    `WITH RECURSIVE names (name) AS (
       SELECT min(name) FROM past WHERE parent = @parent AND name > @after
       UNION ALL SELECT (SELECT min(past.name) FROM past WHERE past.parent = @parent AND past.name > names.name) FROM names WHERE names.name IS NOT NULL
     )
     SELECT v.parent, v.name, v.num, v.since, v.until, v.record FROM names CROSS JOIN past v
     WHERE v.parent = @parent AND v.name = names.name AND v.until > @at
       AND v.since = (SELECT max(since) FROM past WHERE parent = @parent AND name = names.name AND since <= @at)
     LIMIT ${pageRows}`,
  );
  const atPlace = db.prepare<Record<string, unknown>, RawVersion>(
    `SELECT parent, name, num, since, NULL AS until, record FROM entry WHERE parent = @parent AND name = @name AND since <= @at
     UNION ALL SELECT parent, name, num, since, until, record FROM past WHERE parent = @parent AND name = @name AND since <= @at AND until > @at LIMIT 1`,
  );

  function* paged(read: typeof now, parent: number, after: Buffer, at: number): Generator<RawVersion> {
    for (let last = after; ;) {
      const rows = read.all({ parent, after: last, at });
      yield* rows;
      const end = rows.at(-1);
      if (end === undefined || rows.length < pageRows) return;
      last = end.name;
    }
  }

  /** Both tables by name. A name was never in both at one time. */
  function* children(parent: number, after: Buffer, at: number): Generator<RawVersion> {
    const left = paged(now, parent, after, at);
    const right = paged(then, parent, after, at);
    let a = left.next();
    let b = right.next();
    while (!a.done || !b.done) {
      const takesLeft = !a.done && (b.done === true || Buffer.compare(a.value.name, b.value.name) < 0);
      if (takesLeft) {
        yield a.value;
        a = left.next();
      } else if (!b.done) {
        yield b.value;
        b = right.next();
      }
    }
  }

  /** The folders along `after`, each standing just behind the name that the path goes through. */
  function levelsAfter({ parent, path, at }: WalkFrom, after: SpacePath): Level[] {
    const levels: Level[] = [];
    const names = pathNames(after).slice(pathNames(path).length);
    for (let num = parent, place = path; ;) {
      const name = names[levels.length];
      const passed = name === undefined ? beforeAll : nameToBytes(name);
      levels.push({ parent: num, path: place, rows: children(num, passed, at) });
      if (name === undefined) return levels;
      const row = atPlace.get({ parent: num, name: passed, at });
      if (row === undefined || recordKind(row.record) !== 'folder') return levels;
      num = row.num;
      place = joinPath(place, name);
    }
  }

  return {
    list: (parent, path, at) =>
      Array.from(children(parent, beforeAll, at), (raw) => {
        const name = nameFromBytes(raw.name);
        return versionFrom(raw, joinPath(path, name), writers, name);
      }),
    below(from, after, limit) {
      const found: Version[] = [];
      const levels = levelsAfter(from, after ?? from.path);
      while (found.length < limit) {
        const level = levels.at(-1);
        if (level === undefined) break;
        const next = level.rows.next();
        if (next.done === true) {
          levels.pop();
          continue;
        }
        const name = nameFromBytes(next.value.name);
        const path = joinPath(level.path, name);
        found.push(versionFrom(next.value, path, writers, name));
        if (recordKind(next.value.record) === 'folder') {
          const parent = next.value.num;
          levels.push({ parent, path, rows: children(parent, beforeAll, from.at) });
        }
      }
      return found;
    },
  };
}
