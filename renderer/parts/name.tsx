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
/** Code units that hold the last letters, whatever they are made of: a flag or an accented letter is one. */
const endUnits = 8 * endLetters;

/** Where the ending begins that is never cut. */
function endingAt(text: string): number {
  const from = Math.max(0, text.length - endUnits);
  const starts = Array.from(segmenter.segment(text.slice(from)), ({ index }) => index);
  return from + (starts.at(-endLetters) ?? 0);
}

export function Name({ name, className = '' }: { readonly name: string; readonly className?: string }): ReactElement {
  const text = shownName(name);
  if (text.length <= shortLetters) return <bdi className={`cut ${className}`}>{text}</bdi>;
  const at = endingAt(text);
  return (
    <bdi className={`middle-name ${className}`} title={text}>
      <span className="cut">{text.slice(0, at)}</span>
      <span>{text.slice(at)}</span>
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
