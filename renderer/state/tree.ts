/** A folder tree that is fetched folder by folder and page by page: which folders are open, what is known of them, and the rows that follow. Pure. */
import type { TreeLine, TreePage } from '../../app/wire/space.ts';
import { pageRows, withPage, type Pages } from './pages.ts';

export interface Tree {
  readonly folders: ReadonlyMap<string, Pages<TreeLine>>;
  readonly open: ReadonlySet<string>;
  readonly snapshot: string | undefined;
  readonly timeMs: number | undefined;
}

export const emptyTree: Tree = { folders: new Map(), open: new Set(['']), snapshot: undefined, timeMs: undefined };

export type TreeRow =
  | { readonly kind: 'line'; readonly line: TreeLine; readonly level: number; readonly isOpen: boolean }
  /** Known to be there, not fetched yet. */
  | {
      readonly kind: 'coming';
      readonly folder: string;
      readonly page: number;
      readonly index: number;
      readonly level: number;
    };

export type TreeMove =
  | { readonly kind: 'fetched'; readonly folder: string; readonly page: TreePage }
  | { readonly kind: 'turn'; readonly folder: string; readonly isOpen: boolean };

export function nextTree(tree: Tree, move: TreeMove): Tree {
  switch (move.kind) {
    case 'fetched': {
      const { total, offset, lines, snapshot, timeMs } = move.page;
      // Another snapshot: what is open stays open, what was known of other folders is asked for anew.
      const known = snapshot === tree.snapshot ? tree.folders : new Map<string, Pages<TreeLine>>();
      const before = known.get(move.folder) ?? { total, pages: new Map() };
      const folders = new Map(known).set(move.folder, withPage(before, total, Math.floor(offset / pageRows), lines));
      return { ...tree, folders, snapshot, timeMs };
    }
    case 'turn': {
      const open = new Set(tree.open);
      if (move.isOpen) open.add(move.folder);
      else open.delete(move.folder);
      return { ...tree, open };
    }
  }
}

/** The rows of a tree without a list of them: a folder of 100,000 files costs no more than one of ten. */
export interface TreeRows {
  readonly count: number;
  readonly rowAt: (index: number) => TreeRow;
  /** Undefined: not among what is known. */
  readonly indexOf: (path: string) => number | undefined;
}

/** One folder's rows: its own lines, and after some of them the rows of an open folder. */
interface Block {
  readonly folder: string;
  readonly level: number;
  readonly known: Pages<TreeLine> | undefined;
  /** By the place of the open folder's own line. */
  readonly opened: readonly { readonly at: number; readonly block: Block }[];
  readonly count: number;
}

export function rowsOf(tree: Tree): TreeRows {
  const root = blockOf(tree, '', 1);
  return { count: root.count, rowAt: (index) => rowIn(root, index), indexOf: (path) => indexIn(root, path) };
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function blockOf(tree: Tree, folder: string, level: number): Block {
  const known = tree.folders.get(folder);
  if (!known) return { folder, level, known, opened: [], count: 1 };
  const opened = [...tree.open]
    .filter((path) => path !== '' && parentOf(path) === folder)
    .flatMap((path) => {
      const at = placeOf(known, path);
      return at === undefined ? [] : [{ at, block: blockOf(tree, path, level + 1) }];
    })
    .toSorted((a, b) => a.at - b.at);
  return { folder, level, known, opened, count: opened.reduce((sum, { block }) => sum + block.count, known.total) };
}

/** Where a path's line stands in its folder, among the pages that are there. */
function placeOf({ pages }: Pages<TreeLine>, path: string): number | undefined {
  for (const [page, lines] of pages) {
    const at = lines.findIndex((line) => line.path === path);
    if (at >= 0) return page * pageRows + at;
  }
  return undefined;
}

function rowIn(block: Block, index: number): TreeRow {
  const { folder, level, known, opened } = block;
  let own = index;
  for (const { at, block: inner } of opened) {
    if (own <= at) break;
    if (own <= at + inner.count) return rowIn(inner, own - at - 1);
    own -= inner.count;
  }
  const page = Math.floor(own / pageRows);
  const line = known?.pages.get(page)?.[own % pageRows];
  if (!line) return { kind: 'coming', folder, page, index: own, level };
  return { kind: 'line', line, level, isOpen: opened.some(({ at }) => at === own) };
}

function indexIn({ folder, known, opened }: Block, path: string): number | undefined {
  if (!known) return undefined;
  const isOwn = parentOf(path) === folder;
  const place = isOwn ? placeOf(known, path) : undefined;
  let before = 0;
  for (const { at, block } of opened) {
    if (place !== undefined && place <= at) break;
    const inner = isOwn ? undefined : indexIn(block, path);
    if (inner !== undefined) return before + at + 1 + inner;
    before += block.count;
  }
  return place === undefined ? undefined : before + place;
}

/** A ticked folder stands for all that is in it. */
export const isTicked = (ticks: ReadonlySet<string>, path: string): boolean => {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) if (ticks.has(at)) return true;
  return false;
};
/** Ticking a folder takes over from ticks within it; unticking something within a ticked folder unticks the folder. */
export function turnTick(ticks: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const next = new Set(
    [...ticks].filter((each) => each !== path && !each.startsWith(`${path}/`) && !path.startsWith(`${each}/`)),
  );
  if (!isTicked(ticks, path)) next.add(path);
  return next;
}
