import { expect, test } from 'vitest';
import { commonFolder, HintGatherer } from './hint-gatherer.ts';

const limits = { eventsPerFolderMax: 3, eventsMax: 8 };
const event = (folder: string, deep = false, events = 1) => ({ folder, events, deep });
const hints = (gatherer: HintGatherer) => gatherer.take().map(({ folder, deep }) => [folder, deep]);

test('a few events are one hint for each folder', () => {
  const gatherer = new HintGatherer(limits);
  for (const folder of ['a', 'b', 'a', '']) gatherer.note(event(folder));
  expect(hints(gatherer)).toEqual([
    ['a', false],
    ['b', false],
    ['', false],
  ]);
  expect(gatherer.isEmpty).toBe(true);
});

test('a folder past its limit is hinted deep, and what lies below it needs no hint', () => {
  const gatherer = new HintGatherer(limits);
  for (const folder of ['a/b', 'ab', 'a', 'a', 'a', 'a']) gatherer.note(event(folder));
  expect(hints(gatherer)).toEqual([
    ['ab', false],
    ['a', true],
  ]);
});

test('past the limit in all, one deep hint for the common folder stands for everything', () => {
  const gatherer = new HintGatherer(limits);
  for (let index = 0; index < 9; index++) gatherer.note(event(`top/sub-${index}/x`));
  expect(hints(gatherer)).toEqual([['top', true]]);
  for (let index = 0; index < 100_000; index++) gatherer.note(event(`${index}`));
  expect(hints(gatherer)).toEqual([['', true]]);
});

test('the common folder is made of whole names', () => {
  expect(commonFolder('ab/c', 'a/c')).toBe('');
  expect(commonFolder('a/b/c', 'a/b')).toBe('a/b');
  expect(commonFolder('', 'a')).toBe('');
});
