import { expect, test } from 'vitest';
import type { TreeLine, TreePage } from '../../app/wire/space.ts';
import { pageRows } from './pages.ts';
import { emptyTree, isTicked, nextTree, rowsOf, turnTick, type Tree, type TreeRow } from './tree.ts';

const line = (path: string, kind: TreeLine['kind'] = 'file'): TreeLine => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  path,
  kind,
  bytes: 1,
  mtimeMs: 0,
  snapshot: 's',
  sinceMs: 0,
});
const page = (lines: readonly TreeLine[], total = lines.length, offset = 0): TreePage => ({
  snapshot: 's',
  timeMs: 1,
  total,
  offset,
  lines,
});

const all = (tree: Tree): readonly TreeRow[] => {
  const { count, rowAt } = rowsOf(tree);
  return Array.from({ length: count }, (_, index) => rowAt(index));
};

test('an open folder shows what is in it, and what is not fetched yet has its place', () => {
  let tree = nextTree(emptyTree, { kind: 'fetched', folder: '', page: page([line('a', 'folder'), line('b.txt')]) });
  expect(all(tree)).toHaveLength(2);
  tree = nextTree(tree, { kind: 'turn', folder: 'a', isOpen: true });
  expect(all(tree).map((row) => row.kind)).toEqual(['line', 'coming', 'line']);
  tree = nextTree(tree, { kind: 'fetched', folder: 'a', page: page([line('a/c.txt')]) });
  expect(all(tree).map((row) => [row.kind === 'line' && row.line.path, row.level])).toEqual([
    ['a', 1],
    ['a/c.txt', 2],
    ['b.txt', 1],
  ]);
});

test('a folder of 100,000 files has 100,000 rows of which one page is known', () => {
  const lines = Array.from({ length: pageRows }, (_, index) => line(`f${index}`));
  const tree = nextTree(emptyTree, { kind: 'fetched', folder: '', page: page(lines, 100_000) });
  const rows = rowsOf(tree);
  expect(rows.count).toBe(100_000);
  expect(rows.rowAt(pageRows)).toEqual({ kind: 'coming', folder: '', page: 1, index: pageRows, level: 1 });
});

test('ticking a folder stands for what is in it, and unticking one of them unticks the folder', () => {
  let ticks = turnTick(turnTick(new Set(), 'a/x'), 'a');
  expect([...ticks]).toEqual(['a']);
  expect(isTicked(ticks, 'a/x/y')).toBe(true);
  expect(isTicked(ticks, 'ab')).toBe(false);
  ticks = turnTick(ticks, 'a/x');
  expect([...ticks]).toEqual([]);
});

test('rows of folders within folders stand below their folder, and each is found by its path', () => {
  let tree = nextTree(emptyTree, {
    kind: 'fetched',
    folder: '',
    page: page([line('a', 'folder'), line('b', 'folder'), line('c')]),
  });
  for (const folder of ['a', 'b', 'a/x']) tree = nextTree(tree, { kind: 'turn', folder, isOpen: true });
  tree = nextTree(tree, { kind: 'fetched', folder: 'a', page: page([line('a/x', 'folder'), line('a/y')]) });
  tree = nextTree(tree, { kind: 'fetched', folder: 'a/x', page: page([line('a/x/1'), line('a/x/2')]) });
  tree = nextTree(tree, { kind: 'fetched', folder: 'b', page: page([line('b/z')]) });
  const paths = all(tree).map((row) => (row.kind === 'line' ? row.line.path : '…'));
  expect(paths).toEqual(['a', 'a/x', 'a/x/1', 'a/x/2', 'a/y', 'b', 'b/z', 'c']);
  const { indexOf } = rowsOf(tree);
  expect(paths.map((path) => indexOf(path))).toEqual(paths.map((_, index) => index));
  expect(indexOf('a/x/9')).toBeUndefined();
});

test('another snapshot keeps what is open and forgets what was known of it', () => {
  let tree = nextTree(emptyTree, { kind: 'fetched', folder: '', page: page([line('a', 'folder')]) });
  tree = nextTree(tree, { kind: 'turn', folder: 'a', isOpen: true });
  tree = nextTree(tree, { kind: 'fetched', folder: 'a', page: page([line('a/old')]) });
  tree = nextTree(tree, { kind: 'fetched', folder: '', page: { ...page([line('a', 'folder')]), snapshot: 'next' } });
  expect(all(tree).map((row) => row.kind)).toEqual(['line', 'coming']);
});
