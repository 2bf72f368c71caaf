/** The documents and the code say the same: fault codes, pages that are named, links that lead somewhere. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { projectFiles } from './source-files.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('every fault code has a line in docs/faults.md, and no other code has', () => {
  const union = /export type FaultCode =([^;]+);/.exec(read('app/domain/fault.ts'))?.[1] ?? '';
  const inCode = [...union.matchAll(/'([\w-]+)'/g)].map((match) => match[1]);
  const inDocs = [...read('docs/faults.md').matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1]);
  expect(inCode.length).toBeGreaterThan(20);
  expect(inDocs).toEqual(inCode);
});

test('every page that a source file names exists', () => {
  const sources = projectFiles(root).filter((path) => /\.(?:ts|js|cc|h|sql|sh)$/.test(path));
  const named = sources.flatMap((path) =>
    [...read(path).matchAll(/\bdocs\/[\w/-]+\.(?:md|svg)\b/g)].map((match) => ({ path, page: match[0] })),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ page }) => !existsSync(join(root, page)))).toEqual([]);
});

test('every link between pages leads to a file', () => {
  const pages = projectFiles(root).filter((path) => path.endsWith('.md'));
  const links = pages.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map((match) => ({
      path,
      to: join(dirname(path), match[1] ?? ''),
    })),
  );
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(({ to }) => !existsSync(join(root, to)))).toEqual([]);
});

test('the index of formats names every page beside it', () => {
  const index = read('docs/formats/README.md');
  const pages = projectFiles(root).filter((path) => /^docs\/formats\/[a-z-]+\.md$/.test(path));
  expect(pages.length).toBeGreaterThan(5);
  expect(pages.filter((path) => !index.includes(`(${path.replace('docs/formats/', '')})`))).toEqual([]);
});
