import { expect, test } from 'vitest';
import { parseNodeId, type NodeId } from '../domain/ids.ts';
import { changedChoices, openChoice, openWhole } from './choice.ts';

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

const rulesOf = (choices: Readonly<Record<string, boolean>>): { node: NodeId; isIn: boolean }[] =>
  Object.entries(choices).map(([name, isIn]) => ({ node: id(name), isIn }));
const parentOf = (node: NodeId): NodeId | undefined => tree.get(node);

test('a folder is whole when nothing in it is left out, and not when it is only the way to something', () => {
  const whole = (choices: Readonly<Record<string, boolean>>): string => {
    const isWhole = openWhole(rulesOf(choices), root, parentOf);
    return ['a', 'b', 'c', 'd', 'e'].filter((name) => isWhole(id(name))).join('');
  };
  expect(whole({})).toBe('abcde');
  expect(whole({ c: false })).toBe('de');
  expect(whole({ root: false, b: true })).toBe('bc');
  expect(whole({ root: false, b: true, c: false })).toBe('');
});

test('a change takes the place of what was said of the folder and of all that is in it, and of nothing else', () => {
  const change = (before: Readonly<Record<string, boolean>>, wanted: Readonly<Record<string, boolean>>): object =>
    Object.fromEntries(
      changedChoices(
        rulesOf(before),
        new Map(Object.entries(wanted).map(([name, isIn]) => [id(name), isIn])),
        parentOf,
      ).map(({ node, isIn }) => [node, isIn]),
    );
  expect(change({ c: false, e: false }, { a: true })).toEqual({ [id('e')]: false, [id('a')]: true });
  expect(change({ e: false }, { a: false, b: true })).toEqual({ [id('e')]: false, [id('a')]: false, [id('b')]: true });
  expect(change({ c: false }, { b: true })).toEqual({});
});
