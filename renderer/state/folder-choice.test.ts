import { expect, test } from 'vitest';
import { tickOf, turnFolder, type Draft } from './folder-choice.ts';

const nothing: Draft = new Map();
const whole = (path: string): Parameters<typeof tickOf>[1] => ({ path, isChosen: true, isWhole: true });
const absent = (path: string): Parameters<typeof tickOf>[1] => ({ path, isChosen: false, isWhole: false });
const partly = (path: string): Parameters<typeof tickOf>[1] => ({ path, isChosen: true, isWhole: false });

test('without a change a folder shows what stands', () => {
  expect([whole('a'), partly('a'), absent('a')].map((each) => tickOf(nothing, each))).toEqual([
    'whole',
    'partly',
    'none',
  ]);
});

test('unticking a folder takes all that is in it along, and ticking one in it makes the outer one partly here', () => {
  const without = turnFolder(nothing, whole('a'));
  expect([...without]).toEqual([['a', false]]);
  expect(tickOf(without, whole('a/b'))).toBe('none');
  const some = turnFolder(without, whole('a/b'));
  expect([tickOf(some, whole('a')), tickOf(some, whole('a/b')), tickOf(some, whole('a/c'))]).toEqual([
    'partly',
    'whole',
    'none',
  ]);
});

test('turning twice leaves nothing to send', () => {
  expect(turnFolder(turnFolder(nothing, whole('a')), whole('a')).size).toBe(0);
  expect(turnFolder(turnFolder(nothing, absent('a')), absent('a')).size).toBe(0);
});

test('a folder that is partly here comes whole first, and what was changed in it is forgotten', () => {
  const draft = turnFolder(turnFolder(nothing, whole('a/b')), partly('a'));
  expect([...draft]).toEqual([['a', true]]);
  expect([...turnFolder(draft, partly('a'))]).toEqual([['a', false]]);
});

test('a name that begins like another is not in it', () => {
  const draft = turnFolder(nothing, whole('a'));
  expect(tickOf(draft, whole('ab'))).toBe('whole');
});
