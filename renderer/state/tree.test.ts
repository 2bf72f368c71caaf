import { expect, test } from 'vitest';
import type { TreeLine, TreePage } from '../../app/wire/space.ts';
import { pageRows } from './pages.ts';
import { emptyTree, isTicked, nextTree, rowsOf, turnTick } from './tree.ts';

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

test('an open folder shows what is in it, and what is not fetched yet has its place', () => {
  let tree = nextTree(emptyTree, { kind: 'fetched', folder: '', page: page([line('a', 'folder'), line('b.txt')]) });
  expect(rowsOf(tree)).toHaveLength(2);
  tree = nextTree(tree, { kind: 'turn', folder: 'a', isOpen: true });
  expect(rowsOf(tree).map((row) => row.kind)).toEqual(['line', 'coming', 'line']);
  tree = nextTree(tree, { kind: 'fetched', folder: 'a', page: page([line('a/c.txt')]) });
  expect(rowsOf(tree).map((row) => [row.kind === 'line' && row.line.path, row.level])).toEqual([
    ['a', 1],
    ['a/c.txt', 2],
    ['b.txt', 1],
  ]);
});

test('a folder of 100,000 files has 100,000 rows of which one page is known', () => {
  const lines = Array.from({ length: pageRows }, (_, index) => line(`f${index}`));
  const tree = nextTree(emptyTree, { kind: 'fetched', folder: '', page: page(lines, 100_000) });
  const rows = rowsOf(tree);
  expect(rows).toHaveLength(100_000);
  expect(rows[pageRows]).toEqual({ kind: 'coming', folder: '', page: 1, index: pageRows, level: 1 });
});

test('ticking a folder stands for what is in it, and unticking one of them unticks the folder', () => {
  let ticks = turnTick(turnTick(new Set(), 'a/x'), 'a');
  expect([...ticks]).toEqual(['a']);
  expect(isTicked(ticks, 'a/x/y')).toBe(true);
  expect(isTicked(ticks, 'ab')).toBe(false);
  ticks = turnTick(ticks, 'a/x');
  expect([...ticks]).toEqual([]);
});
