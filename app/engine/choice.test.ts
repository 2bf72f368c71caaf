import { expect, test } from 'vitest';
import { parseNodeId, type NodeId } from '../domain/ids.ts';
import { openChoice } from './choice.ts';

const id = (name: string): NodeId => parseNodeId(new TextEncoder().encode(name.padEnd(16, '.')));
const root = id('root');
/** a/b/c, a/d, e. */
const tree = new Map([
  [id('a'), root],
  [id('b'), id('a')],
  [id('c'), id('b')],
  [id('d'), id('a')],
  [id('e'), root],
]);
const chosen = (choices: Readonly<Record<string, boolean>>): string => {
  const rules = Object.entries(choices).map(([name, isIn]) => ({ node: id(name), isIn }));
  const isChosen = openChoice(rules, root, (node) => tree.get(node));
  return ['a', 'b', 'c', 'd', 'e']
    .filter((name) => isChosen({ node: id(name), parent: tree.get(id(name)) ?? root }))
    .join('');
};

test('without rules everything is chosen', () => expect(chosen({})).toBe('abcde'));
test('what is not wanted goes with all that is in it', () => expect(chosen({ b: false })).toBe('ade'));
test('only one folder comes with the folders on the way to it', () =>
  expect(chosen({ root: false, b: true })).toBe('abc'));
test('the nearest rule decides', () => expect(chosen({ a: false, b: true, c: false })).toBe('abe'));
test('a rule for what is gone changes nothing', () => expect(chosen({ gone: false })).toBe('abcde'));
test('a ring in the tree ends', () => {
  const ring = new Map([
    [id('x'), id('y')],
    [id('y'), id('x')],
  ]);
  const isChosen = openChoice([{ node: id('x'), isIn: true }], root, (node) => ring.get(node));
  expect(isChosen({ node: id('z'), parent: id('y') })).toBe(true);
});
