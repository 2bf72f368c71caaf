/** Notifications: only what waits for a person and a first full copy, and never many. */
import { expect, test } from 'vitest';
import type { Need } from '../../app/wire/activity.ts';
import type { SpaceState } from '../../app/wire/space.ts';
import type { EngineNews } from '../engine/follow.ts';
import { wordsFor } from '../words/words.ts';
import { noticeFor, noticeLimits, nothingShown, type Shown } from './notice-choice.ts';

const words = wordsFor('en');
const held: Need = {
  id: 'held:1',
  space: '1',
  spaceName: 'Photos',
  kind: 'held',
  deletions: 2,
  rewritesHere: 0,
  rewritesElsewhere: 0,
};
const phrase: Need = { id: 'phrase', space: undefined, spaceName: '', kind: 'phrase' };
const news = (change: Partial<EngineNews>): EngineNews => ({ engine: { kind: 'running' }, ...change });
const shownAt = (id: string, ms: number): Shown => ({ byId: new Map([[id, ms]]), lastMs: ms });
const settings = { theme: 'system', language: 'system' } as const;
const space = { space: '1', name: 'Photos', files: 3, sequence: 0, word: 'saved' } as SpaceState;

test('something that waits is told, with its place', () => {
  expect(noticeFor(undefined, news({ needs: [phrase, held] }), nothingShown, 0, words)).toMatchObject({
    id: 'held:1',
    text: '2 files disappeared from Photos. Nothing is deleted anywhere else until you say so.',
    place: { screen: 'needs' },
  });
});

test('the same is not told twice within a day, and nothing within a minute of another', () => {
  const again = (ms: number): unknown => noticeFor(undefined, news({ needs: [held] }), shownAt('held:1', 0), ms, words);
  expect(again(noticeLimits.againMs - 1)).toBeUndefined();
  expect(again(noticeLimits.againMs)).toBeDefined();
  const other = (ms: number): unknown => noticeFor(undefined, news({ needs: [held] }), shownAt('money', 0), ms, words);
  expect(other(noticeLimits.gapMs - 1)).toBeUndefined();
  expect(other(noticeLimits.gapMs)).toBeDefined();
});

test('a first full copy is told once it is certified, and not at a later start', () => {
  const before = news({ spaces: [space] });
  const after = news({ spaces: [{ ...space, sequence: 1, word: 'certified' }] });
  expect(noticeFor(before, after, nothingShown, 0, words)).toMatchObject({ place: { screen: 'space', space: '1' } });
  expect(noticeFor(undefined, after, nothingShown, 0, words)).toBeUndefined();
  expect(noticeFor(after, after, nothingShown, 0, words)).toBeUndefined();
});

test('settings are obeyed: warnings only, or nothing', () => {
  const before = news({ spaces: [space] });
  const copied = { spaces: [{ ...space, sequence: 1, word: 'certified' as const }] };
  const warnings = { ...settings, notifications: 'warnings' } as const;
  expect(noticeFor(before, news({ ...copied, settings: warnings }), nothingShown, 0, words)).toBeUndefined();
  expect(noticeFor(before, news({ needs: [held], settings: warnings }), nothingShown, 0, words)).toBeDefined();
  const none = { ...settings, notifications: 'none' } as const;
  expect(noticeFor(before, news({ needs: [held], settings: none }), nothingShown, 0, words)).toBeUndefined();
});
