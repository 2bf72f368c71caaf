import { expect, test } from 'vitest';
import { codeOnly, lineOf, withoutComments } from './code-only.ts';

test('comments and texts become blank and everything keeps its place', () => {
  const source = "const a = 'Date.now()'; // Date.now()\n/* Date.now()\n */ b();";
  const code = codeOnly(source);
  expect(code).not.toContain('Date.now');
  expect(code).toHaveLength(source.length);
  expect(lineOf(code, code.indexOf('b()'))).toBe(3);
});

test('the expression of a template is code, its text is not', () => {
  expect(codeOnly('f(`Math.random() ${Date.now() + `${inner({ a: 1 })}`} x`); g();')).toMatch(
    /^f\( +Date\.now\(\) \+ +inner\(\{ a: 1 \}\) +\); g\(\);$/,
  );
});

test('a slash after a value divides, a slash after an operator begins a regular expression', () => {
  expect(codeOnly("a = b / c; d = 'x' / 2; e();")).toContain('e();');
  const code = codeOnly('const r = /[\'"/*[/]]/.test(s); Date.now();');
  expect(code).toContain('.test(s); Date.now();');
  expect(code).not.toContain('"');
});

test('an apostrophe inside a comment does not open a text', () => {
  expect(codeOnly("// it's\nDate.now(); // isn't")).toContain('Date.now();');
});

test('import paths stay readable without comments', () => {
  expect(withoutComments("import { a } from '../a.ts'; // from '../b.ts'")).toMatch(/from '..\/a\.ts'; +$/);
});
