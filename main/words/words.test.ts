/** What tray and notifications say: each language whole, and each sentence well formed. */
import { expect, test } from 'vitest';
import german from './de.json' with { type: 'json' };
import english from './en.json' with { type: 'json' };
import { wordsFor, type WordKey } from './words.ts';

const values = {
  count: 2,
  files: 3,
  waiting: 1,
  space: 'Photos',
  date: 'today',
  kind: 'uploading',
  nodes: 1,
  ofNodes: 2,
};

test('languages have the same sentences', () => {
  expect(Object.keys(german)).toEqual(Object.keys(english));
});

test.each(['en-US', 'de-AT', 'fr'])('every sentence of %s can be said', (locale) => {
  const { say } = wordsFor(locale);
  for (const key of Object.keys(english) as WordKey[]) expect(say(key, values)).not.toMatch(/[{}]/);
});

test('an unknown language is spoken to in English', () => {
  expect(wordsFor('fr-FR').say('open')).toBe('Open Floe');
  expect(wordsFor('de-DE').say('certified', { files: 1 })).toBe('1 Datei, beglaubigt.');
});
