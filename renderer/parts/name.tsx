/** Names of files and folders: cut in the middle so that the ending stays, kept apart from the direction of the text, control characters shown. */
import type { ReactElement } from 'react';

/** Letters kept at the end of a long name: room for an extension and what tells versions apart. */
const endLetters = 12;
const shortLetters = 24;

// Controls, marks of direction and the byte order mark: they hide or turn what a name says.
const unseen = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

export const shownName = (name: string): string =>
  name.replace(unseen, (letter) => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Letters as people count them: a flag or an accented letter is one. */
const lettersOf = (text: string): readonly string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);

export function Name({ name, className = '' }: { readonly name: string; readonly className?: string }): ReactElement {
  const letters = lettersOf(shownName(name));
  if (letters.length <= shortLetters) return <bdi className={`cut ${className}`}>{letters.join('')}</bdi>;
  const [start, end] = [letters.slice(0, -endLetters).join(''), letters.slice(-endLetters).join('')];
  return (
    <bdi className={`middle-name ${className}`} title={letters.join('')}>
      <span className="cut">{start}</span>
      <span>{end}</span>
    </bdi>
  );
}

export const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
/** Photos › 2026 › Svalbard */
export const trail = (parts: readonly string[]): string =>
  parts
    .filter((part) => part !== '')
    .map(shownName)
    .join(' › ');
