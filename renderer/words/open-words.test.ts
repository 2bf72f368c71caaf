import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';
import german from './de.json' with { type: 'json' };
import english from './en.json' with { type: 'json' };
import { pseudoMessage } from './pseudo.ts';
import { chooseLanguage, openWords, type WordKey } from './open-words.ts';

const keys = Object.keys(english) as WordKey[];

/** Names of the values and marks that a message takes. */
function argumentsOf(message: string): readonly string[] {
  const names = new Set<string>();
  const visit = (parts: readonly unknown[]): void => {
    for (const part of parts) {
      if (typeof part !== 'object' || part === null) continue;
      const { type, value, options, children } = part as {
        type: number;
        value: unknown;
        options?: Record<string, { value: unknown[] }>;
        children?: unknown[];
      };
      if (type !== 0 && type !== 7 && typeof value === 'string') names.add(value);
      if (children) visit(children);
      for (const option of Object.values(options ?? {})) visit(option.value);
    }
  };
  visit(new IntlMessageFormat(message, 'en').getAst());
  return [...names].sort();
}

describe('the catalogue', () => {
  test('says everything in German that it says in English, with the same values', () => {
    expect(Object.keys(german).sort()).toEqual([...keys].sort());
    for (const key of keys) expect(argumentsOf(german[key]), key).toEqual(argumentsOf(english[key]));
  });

  test('never uses the words that promise too much', () => {
    const never = /\b(synced|backed up|in the cloud|100 % safe|oops|simply|blob|sliver|FROST|epoch)\b/i;
    const allowed: ReadonlySet<string> = new Set(['lease.end-epoch']);
    expect(keys.filter((key) => never.test(english[key]) && !allowed.has(key))).toEqual([]);
    expect(keys.filter((key) => english[key].includes('!'))).toEqual([]);
  });

  test('can be read by the formatter in every language, the pseudo-locale included', () => {
    for (const key of keys)
      for (const [text, tag] of [
        [english[key], 'en'],
        [german[key], 'de'],
        [pseudoMessage(english[key]), 'en'],
      ] as const)
        expect(() => new IntlMessageFormat(text, tag), key).not.toThrow();
  });
});

test('the pseudo-locale is longer, foreign, and keeps values and branches', () => {
  const words = openWords('pseudo');
  const said = words.say('safe.all', { count: 2, files: '2' });
  expect(said).toMatch(/^⟦2 fïlêš, áll çêrtïfïêd\..*·+⟧$/);
  expect(words.say('part.cancel').length).toBeGreaterThan('Cancel'.length * 1.4);
});

test('counts and figures follow the language', () => {
  expect(openWords('en').say('safe.all', { count: 1, files: '1' })).toBe('One file, certified.');
  expect(openWords('de').say('safe.all', { count: 1204, files: openWords('de').number(1204) })).toBe(
    '1.204 Dateien, alle beglaubigt.',
  );
  const { bytes, wal } = openWords('en');
  expect([1000, 99_940, 2_700_000, 325_700_000_000].map(bytes)).toEqual(['1.0 kB', '99.9 kB', '2.7 MB', '326 GB']);
  expect([wal('0'), wal('1500000000'), wal('160000')]).toEqual(['0', '1.5', '0.00016']);
});

test('the language is the first one asked for that is there', () => {
  expect(chooseLanguage(['fr-CH', 'de-CH', 'en'])).toBe('de-CH');
  expect(chooseLanguage(['xx'])).toBe('en');
});
