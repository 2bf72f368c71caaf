/** What tray and notifications say, in the user's language or else in English. The page has a catalogue of its own; these few show without a page. */
import { IntlMessageFormat } from 'intl-messageformat';
import { unreachable } from '../../app/domain/fault.ts';
import type { Need } from '../../app/wire/activity.ts';
import german from './de.json' with { type: 'json' };
import english from './en.json' with { type: 'json' };

export type WordKey = keyof typeof english;
export type Say = (key: WordKey, values?: Readonly<Record<string, string | number>>) => string;

/** A date as the language writes it; paid-until is always a date. */
export type SayDate = (ms: number) => string;

export interface Words {
  readonly say: Say;
  readonly date: SayDate;
}

const catalogues: Readonly<Record<string, Readonly<Record<WordKey, string>>>> = { en: english, de: german };

export function wordsFor(locale: string): Words {
  const language = locale.slice(0, 2).toLowerCase();
  const known = catalogues[language];
  const dates = new Intl.DateTimeFormat(known ? locale : 'en', { dateStyle: 'long' });
  return {
    say: (key, values) => String(new IntlMessageFormat((known ?? english)[key], known ? locale : 'en').format(values)),
    date: (ms) => dates.format(ms),
  };
}

/** One sentence for something that waits: in the tray, and in a notification. */
export function needText(need: Need, { say, date }: Words): string {
  const space = need.spaceName;
  switch (need.kind) {
    case 'held':
      return need.rewritesHere + need.rewritesElsewhere > 0
        ? say('rewrites', { space, files: need.rewritesHere + need.rewritesElsewhere })
        : say('held', { space, files: need.deletions });
    case 'conflict':
      return say('conflict', { files: need.files });
    case 'money':
      return say('money');
    case 'lease':
      return say('lease', { space, date: date(need.paidUntilMs) });
    case 'unkept':
      return say('unkept', { space, files: need.files });
    case 'folder-missing':
      return say('folder-missing', { space });
    case 'phrase':
      return say('phrase');
    case 'fault':
      return say('needs-hand', { space });
    default:
      return unreachable(need);
  }
}
