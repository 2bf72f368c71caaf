/** docs/edge-cases.md and the tests say the same: every case has a row, and every test file that a row names has a test with that number. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTypeScript, projectFiles } from './source-files.ts';

const root = join(import.meta.dirname, '../..');
const casesCount = 98;

interface Row {
  readonly number: number;
  readonly does: string;
  readonly files: readonly string[];
}

const rows: readonly Row[] = readFileSync(join(root, 'docs/edge-cases.md'), 'utf8')
  .split('\n')
  .flatMap((line): readonly Row[] => {
    const [, number = '', , does = '', tests = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (!/^\d+$/.test(number)) return [];
    return [{ number: Number(number), does, files: [...tests.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '') }];
  });

/** Numbers at the beginning of test names: 'edge 4: …', 'edge 8, 9: …'. */
function numbersIn(text: string): ReadonlySet<number> {
  const lists = [...text.matchAll(/['"`]edge (\d+(?:, \d+)*): /g)].map((match) => match[1] ?? '');
  return new Set(lists.flatMap((list) => list.split(', ').map(Number)));
}

test('every case has one row, in order', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: casesCount }, (_, i) => i + 1));
});

test('a case without a test says what is not handled or not tested', () => {
  expect(rows.filter(({ files, does }) => files.length === 0 && !/Not (?:handled|tested|kept)/.test(does))).toEqual([]);
});

test('every test that a row names has the number in a name, and every such name has its row', () => {
  const numbered = new Map(
    projectFiles(root)
      .filter((path) => isTypeScript(path) && /^(?:app|main|native-workers|renderer|test)\//.test(path))
      .map((path) => [path, numbersIn(readFileSync(join(root, path), 'utf8'))]),
  );
  const named = rows.flatMap(({ number, files }) => files.map((file) => `${number} ${file}`));
  const written = [...numbered].flatMap(([path, numbers]) => [...numbers].map((number) => `${number} ${path}`));
  expect(named.toSorted()).toEqual(written.toSorted());
});
