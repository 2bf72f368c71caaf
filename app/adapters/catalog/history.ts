/**
 * Questions about the past. An entry was at its place as of snapshot s when it came at or before s and left after s; `entry` and `past` together tell
 * that for every s, along every path, through moves of the file and of the folders above it. A folder's past is asked name by name (one
 * search a name), never by reading every version of every file in it.
 */
import type { Database } from 'better-sqlite3';
import { joinPath, pathNames, type SpacePath } from '../../domain/path-name.ts';
import type { CatalogOperations } from '../../ports/catalog.ts';
import { nameFromBytes, nameToBytes, recordKind } from './entry-record.ts';
import { searchOperations } from './search.ts';
import { openTreeWalk } from './tree-walk.ts';
import { versionFrom, type RawVersion } from './version-row.ts';
import { openWriters } from './writers.ts';

type Operations = Pick<CatalogOperations, 'versions' | 'listAt' | 'entryAtSequence' | 'treeAt' | 'findNames'>;

/** Rows of both tables under one condition each. */
const both = (now: string, then: string): string =>
  `SELECT parent, name, num, since, NULL AS until, record FROM entry WHERE ${now}
   UNION ALL SELECT parent, name, num, since, until, record FROM past WHERE ${then}`;

/** A folder at a path for a stretch of history; `until` is infinite while it is there. */
interface Stretch {
  readonly num: number;
  readonly since: number;
  readonly until: number;
}

/** The latest stretches of a path that are followed down: as many as a person would look back at, each costing a few searches. */
const stretchesMax = 10_000;

export function historyOperations(db: Database): Operations {
  const rootOf = db.prepare<[number], number>('SELECT root FROM space WHERE num = ?').pluck();
  const atPlace = 'parent = @parent AND name = @name';
  const placeAt = db.prepare<Record<string, unknown>, RawVersion>(
    `${both(`${atPlace} AND since <= @at`, `${atPlace} AND since = (SELECT max(since) FROM past WHERE ${atPlace} AND since <= @at) AND until > @at`)} LIMIT 1`,
  );
  const numAt = db.prepare<Record<string, unknown>, RawVersion>(
    `${both('num = @num AND since <= @at', 'num = @num AND since <= @at AND until > @at')} LIMIT 1`,
  );
  const ofNum = db.prepare<Record<string, unknown>, RawVersion>(
    `${both('num = @num', 'num = @num')} ORDER BY since DESC`,
  );
  const ofPlace = db.prepare<Record<string, unknown>, RawVersion>(
    `${both(atPlace, atPlace)} ORDER BY since DESC LIMIT ${stretchesMax}`,
  );
  const writers = openWriters(db);
  const walk = openTreeWalk(db, writers);

  const find = (space: number, path: SpacePath, at: number): RawVersion | undefined => {
    let parent = rootOf.get(space);
    let found: RawVersion | undefined;
    for (const name of pathNames(path)) {
      found = parent === undefined ? undefined : placeAt.get({ parent, name: nameToBytes(name), at });
      if (found === undefined) return undefined;
      parent = found.num;
    }
    return found;
  };

  /** Number of a folder as of `at`; the root's for the empty path. */
  const folderAt = (space: number, path: SpacePath, at: number): number | undefined => {
    if (path === '') return rootOf.get(space);
    const found = find(space, path, at);
    return found && recordKind(found.record) === 'folder' ? found.num : undefined;
  };

  /** The path of a version at a moment of its time: when it came, if nothing else is said. */
  function pathThen(root: number, raw: RawVersion, at = raw.since): SpacePath {
    const names = [nameFromBytes(raw.name)];
    for (let parent = raw.parent; parent !== root;) {
      const above = numAt.get({ num: parent, at });
      if (above === undefined) break;
      names.push(nameFromBytes(above.name));
      parent = above.parent;
    }
    return names.reverse().reduce<SpacePath>(joinPath, '');
  }

  /** What was last at a path: down through every folder that ever stood on the way, as long as it stood there. */
  function lastAt(space: number, path: SpacePath): number | undefined {
    const root = rootOf.get(space);
    if (root === undefined) return undefined;
    let stretches: readonly Stretch[] = [{ num: root, since: 0, until: Infinity }];
    for (const name of pathNames(path)) {
      const rows = new Map<number, readonly RawVersion[]>();
      const next: Stretch[] = [];
      for (const { num, since, until } of stretches) {
        const known = rows.get(num) ?? ofPlace.all({ parent: num, name: nameToBytes(name) });
        rows.set(num, known);
        for (const row of known) {
          const from = Math.max(since, row.since);
          const to = Math.min(until, row.until ?? Infinity);
          if (from < to) next.push({ num: row.num, since: from, until: to });
        }
      }
      stretches = merged(next);
    }
    return stretches[0]?.num;
  }

  return {
    ...searchOperations(db, writers, (space, raw) =>
      pathThen(rootOf.get(space) ?? 0, raw, (raw.until ?? Number.MAX_SAFE_INTEGER) - 1),
    ),
    versions: db.transaction((space: number, path: SpacePath) => {
      const root = rootOf.get(space);
      const num = path === '' ? undefined : lastAt(space, path);
      if (root === undefined || num === undefined) return [];
      return ofNum.all({ num }).map((raw) => versionFrom(raw, pathThen(root, raw), writers));
    }),
    listAt: db.transaction((space: number, path: SpacePath, at: number) => {
      const parent = folderAt(space, path, at);
      return parent === undefined ? undefined : walk.list(parent, path, at);
    }),
    entryAtSequence: db.transaction((space: number, path: SpacePath, at: number) => {
      const found = find(space, path, at);
      return found && versionFrom(found, path, writers);
    }),
    treeAt: db.transaction(
      (space: number, path: SpacePath, at: number, after: SpacePath | undefined, limit: number) => {
        const parent = folderAt(space, path, at);
        return parent === undefined ? [] : walk.below({ parent, path, at }, after, limit);
      },
    ),
  };
}

/** Newest first, with neighbours of the same thing as one. At a path there is one thing at a time, so stretches do not overlap. */
function merged(stretches: readonly Stretch[]): readonly Stretch[] {
  const sorted = [...stretches].sort((a, b) => b.since - a.since);
  const whole: Stretch[] = [];
  for (const { num, since, until } of sorted) {
    const last = whole.at(-1);
    if (last?.num === num && last.since === until) whole.splice(-1, 1, { num, since, until: last.until });
    else whole.push({ num, since, until });
  }
  return whole.slice(0, stretchesMax);
}
