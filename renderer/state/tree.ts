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

export function rowsOf(tree: Tree): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const addFolder = (folder: string, level: number): void => {
    const known = tree.folders.get(folder);
    if (!known) {
      rows.push({ kind: 'coming', folder, page: 0, index: 0, level });
      return;
    }
    for (let index = 0; index < known.total; index++) {
      const page = Math.floor(index / pageRows);
      const line = known.pages.get(page)?.[index % pageRows];
      if (!line) {
        rows.push({ kind: 'coming', folder, page, index, level });
        continue;
      }
      const isOpen = line.kind === 'folder' && tree.open.has(line.path);
      rows.push({ kind: 'line', line, level, isOpen });
      if (isOpen) addFolder(line.path, level + 1);
    }
  };
  addFolder('', 1);
  return rows;
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
