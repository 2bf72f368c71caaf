/**
 * Every sentence of the window, in one catalogue a language, as ICU messages. A key that is missing in a language falls back to English; a value
 * that a message needs and did not get is a bug and throws. Figures are put in by the locale's own rules.
 */
import { IntlMessageFormat } from 'intl-messageformat';
import type { ReactNode } from 'react';
import german from './de.json' with { type: 'json' };
import english from './en.json' with { type: 'json' };
import { openFigures, type Figures } from './figures.ts';
import { pseudoMessage } from './pseudo.ts';

export type WordKey = keyof typeof english;
export type Values = Readonly<Record<string, string | number>>;
type Marks = Readonly<Record<string, (chunks: ReactNode[]) => ReactNode>>;

export interface Words extends Figures {
  readonly tag: string;
  readonly direction: 'ltr' | 'rtl';
  readonly say: (key: WordKey, values?: Values) => string;
  /** A sentence with marks in it, such as <b>…</b>; `b` is always known. */
  readonly rich: (key: WordKey, values: Values, marks: Marks) => ReactNode;
}

const catalogues: Readonly<Record<string, Readonly<Partial<Record<WordKey, string>>>>> = { en: english, de: german };
export const languages = ['en', 'de'] as const;
const rightToLeft = new Set(['ar', 'he', 'fa', 'ur']);

/** The first language that somebody asked for and that is there. `pseudo` is English made longer and foreign, for tests. */
export function chooseLanguage(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0] ?? '';
    if (base === 'pseudo') return tag;
    if (Object.hasOwn(catalogues, base)) return tag;
  }
  return 'en';
}

export function openWords(tag: string): Words {
  const base = tag.toLowerCase().split('-')[0] ?? 'en';
  const isPseudo = base === 'pseudo';
  const locale = isPseudo ? 'en' : tag;
  const own: Partial<Record<WordKey, string>> = catalogues[base] ?? english;
  const opened = new Map<WordKey, IntlMessageFormat>();
  const messageOf = (key: WordKey): IntlMessageFormat => {
    let message = opened.get(key);
    if (message === undefined) {
      const text = own[key] ?? english[key];
      message = new IntlMessageFormat(isPseudo ? pseudoMessage(text) : text, locale);
      opened.set(key, message);
    }
    return message;
  };
  return {
    ...openFigures(locale),
    tag: locale,
    direction: rightToLeft.has(base) || tag === 'pseudo-rtl' ? 'rtl' : 'ltr',
    say: (key, values) => String(messageOf(key).format(values)),
    rich: (key, values, marks) => messageOf(key).format<ReactNode>({ ...values, ...marks }),
  };
}
