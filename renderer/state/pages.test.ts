import { expect, test } from 'vitest';
import { noPages, pageRows, pagesMax, pagesWanted, rowAt, withPage, type Pages } from './pages.ts';

const rowsOf = (page: number): number[] => Array.from({ length: pageRows }, (_, index) => page * pageRows + index);

test('only the pages in view that are not there are wanted', () => {
  const pages: Pages<number> = withPage(noPages, 5 * pageRows, 1, rowsOf(1));
  expect(pagesWanted(pages, 0, 3 * pageRows - 1)).toEqual([0, 2]);
  expect(pagesWanted(pages, pageRows, pageRows + 10)).toEqual([]);
  expect(rowAt(pages, pageRows + 7)).toBe(pageRows + 7);
  expect(rowAt(pages, 7)).toBeUndefined();
});

test('pages far from the view are let go, so that a list of any length costs a bounded amount', () => {
  let pages: Pages<number> = noPages;
  for (let page = 0; page < pagesMax + 20; page++) pages = withPage(pages, 1e6, page, rowsOf(page));
  expect(pages.pages.size).toBe(pagesMax);
  expect(pages.pages.has(0)).toBe(false);
  expect(pages.pages.has(pagesMax + 19)).toBe(true);
});
