/**
 * Questions about the past. An entry was at its place as of snapshot s when it came at or before s and left after s; rows of both tables together
 * tell that for every s, along every path, through moves of the file and of the folders above it.
 */
import type { Database } from 'better-sqlite3';
import { joinPath, pathNames, type SpacePath } from '../../domain/path-name.ts';
import type { Version } from '../../domain/space.ts';
import type { CatalogOperations } from '../../ports/catalog.ts';
import { kindAt, nameFrom, nameTo, nodeFrom, unpackContent } from './rows.ts';

type Operations = Pick<CatalogOperations, 'versions' | 'listAt' | 'entryAtSequence' | 'treeAt'>;

interface RawVersion {
  readonly parent: bigint;
  readonly name: Uint8Array;
  readonly num: bigint;
  readonly id: Uint8Array;
  readonly since: bigint;
  readonly until: bigint | null;
  readonly kind: bigint;
  readonly mode: bigint;
  readonly mtime_ns: bigint;
  readonly bytes: bigint;
  readonly content: Uint8Array;
}

const columns = 'v.parent, v.name, v.num, node.id, v.since, v.kind, v.mode, v.mtime_ns, v.bytes, v.content';
/** Rows of both tables with their stretch of history, under one condition. */
const both = (now: string, past: string): string =>
  `SELECT ${columns}, NULL AS until FROM entry v JOIN node ON node.num = v.num WHERE ${now}
   UNION ALL SELECT ${columns}, v.until FROM past v JOIN node ON node.num = v.num WHERE ${past}`;

const versionFrom = (raw: RawVersion, path: SpacePath): Version => ({
  path,
  name: nameFrom(raw.name),
  node: nodeFrom(raw.id),
  kind: kindAt(raw.kind),
  mode: Number(raw.mode),
  mtimeNs: raw.mtime_ns,
  bytes: Number(raw.bytes),
  content: unpackContent(raw.content),
  since: Number(raw.since),
  until: raw.until === null ? undefined : Number(raw.until),
});

/** An empty name sorts before all others. */
const beforeAll = Buffer.alloc(0);
const everything = -1;

export function historyOperations(db: Database): Operations {
  const rootOf = db.prepare<[number], { root: number }>('SELECT root FROM space WHERE num = ?');
  const placeAt = db
    .prepare<Record<string, unknown>, RawVersion>(
      `${both('v.parent = @parent AND v.name = @name AND v.since <= @at', 'v.parent = @parent AND v.name = @name AND v.since <= @at AND v.until > @at')} LIMIT 1`,
    )
    .safeIntegers();
  const numAt = db
    .prepare<Record<string, unknown>, RawVersion>(
      `${both('v.num = @num AND v.since <= @at', 'v.num = @num AND v.since <= @at AND v.until > @at')} LIMIT 1`,
    )
    .safeIntegers();
  const childrenAt = db
    .prepare<Record<string, unknown>, RawVersion>(
      `${both('v.parent = @parent AND v.name > @after AND v.since <= @at', 'v.parent = @parent AND v.name > @after AND v.since <= @at AND v.until > @at')} ORDER BY name LIMIT @limit`,
    )
    .safeIntegers();
  const ofNum = db
    .prepare<Record<string, unknown>, RawVersion>(`${both('v.num = @num', 'v.num = @num')} ORDER BY since DESC`)
    .safeIntegers();
  const lastAtPlace = db
    .prepare<Record<string, unknown>, RawVersion>(
      `${both('v.parent = @parent AND v.name = @name', 'v.parent = @parent AND v.name = @name')} ORDER BY since DESC LIMIT 1`,
    )
    .safeIntegers();

  const rootNum = (space: number): bigint => BigInt(rootOf.get(space)?.root ?? 0);

  function find(space: number, path: SpacePath, at: number): RawVersion | undefined {
    let parent = rootNum(space);
    let found: RawVersion | undefined;
    for (const name of pathNames(path)) {
      found = placeAt.get({ parent, name: nameTo(name), at });
      if (!found) return undefined;
      parent = found.num;
    }
    return found;
  }

  /** Number of a folder as of `at`; the root's for the empty path. */
  function folderAt(space: number, path: SpacePath, at: number): bigint | undefined {
    if (path === '') return rootNum(space);
    const found = find(space, path, at);
    return found && kindAt(found.kind) === 'folder' ? found.num : undefined;
  }

  /** The path of a row as of the moment it came. */
  function pathThen(space: number, raw: RawVersion): SpacePath {
    const root = rootNum(space);
    const names = [nameFrom(raw.name)];
    for (let parent = raw.parent; parent !== root;) {
      const above = numAt.get({ num: parent, at: Number(raw.since) });
      if (!above) break;
      names.push(nameFrom(above.name));
      parent = above.parent;
    }
    return names.reverse().reduce<SpacePath>((path, name) => joinPath(path, name), '');
  }

  /** The newest row that ever was at a path: through the folders as they are now, or as they last were. */
  function lastAt(space: number, path: SpacePath): RawVersion | undefined {
    let parent = rootNum(space);
    let found: RawVersion | undefined;
    for (const name of pathNames(path)) {
      found = lastAtPlace.get({ parent, name: nameTo(name) });
      if (!found) return undefined;
      parent = found.num;
    }
    return found;
  }

  /** Depth first from a folder, going on after a path; stops at the limit. */
  function collect(
    parent: bigint,
    path: SpacePath,
    after: readonly string[],
    at: number,
    limit: number,
    into: Version[],
  ): void {
    const [first, ...deeper] = after;
    if (first !== undefined) {
      const standing = placeAt.get({ parent, name: nameTo(first), at });
      if (standing && kindAt(standing.kind) === 'folder')
        collect(standing.num, joinPath(path, nameFrom(standing.name)), deeper, at, limit, into);
    }
    let last = first === undefined ? beforeAll : nameTo(first);
    while (into.length < limit) {
      const rows = childrenAt.all({ parent, after: last, at, limit: limit - into.length });
      for (const row of rows) {
        const place = joinPath(path, nameFrom(row.name));
        into.push(versionFrom(row, place));
        last = Buffer.from(row.name);
        if (into.length >= limit) return;
        if (kindAt(row.kind) === 'folder') {
          collect(row.num, place, [], at, limit, into);
          break;
        }
      }
      const lastRow = rows.at(-1);
      if (
        !lastRow ||
        (kindAt(lastRow.kind) !== 'folder' && !rows.some((row) => kindAt(row.kind) === 'folder') && rows.length < limit)
      )
        return;
    }
  }

  return {
    versions: db.transaction((space: number, path: SpacePath) => {
      const newest = lastAt(space, path);
      if (!newest) return [];
      return ofNum.all({ num: newest.num }).map((raw) => versionFrom(raw, pathThen(space, raw)));
    }),
    listAt: db.transaction((space: number, path: SpacePath, at: number) => {
      const parent = folderAt(space, path, at);
      if (parent === undefined) return undefined;
      return childrenAt
        .all({ parent, after: beforeAll, at, limit: everything })
        .map((raw) => versionFrom(raw, joinPath(path, nameFrom(raw.name))));
    }),
    entryAtSequence: db.transaction((space: number, path: SpacePath, at: number) => {
      const found = find(space, path, at);
      return found && versionFrom(found, path);
    }),
    treeAt: db.transaction(
      (space: number, path: SpacePath, at: number, after: SpacePath | undefined, limit: number) => {
        const parent = folderAt(space, path, at);
        if (parent === undefined) return [];
        const rest = after === undefined ? [] : pathNames(after).slice(pathNames(path).length);
        const into: Version[] = [];
        collect(parent, path, rest, at, limit, into);
        return into;
      },
    ),
  };
}
