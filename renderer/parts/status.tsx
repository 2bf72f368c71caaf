/** Mark, word and colour together, always. In long lists the resting state shows its mark only; its word stays for assistive technology. */
import type { ReactElement } from 'react';
import { useWords } from '../words/use-words.ts';
import type { WordKey } from '../words/open-words.ts';
import { StatusMark, type StatusWord } from './marks.tsx';

export const statusKeys = {
  saved: 'status.saved',
  packing: 'status.packing',
  uploading: 'status.uploading',
  certified: 'status.certified',
  paused: 'status.paused',
  attention: 'status.attention',
  conflict: 'status.conflict',
  held: 'status.held',
} as const satisfies Readonly<Record<StatusWord, WordKey>>;

export function Status({
  word,
  words,
  isResting = false,
}: {
  readonly word: StatusWord;
  /** Instead of the usual word, when there is more to say, such as "Uploading 61 of 103 nodes". */
  readonly words?: string | undefined;
  readonly isResting?: boolean;
}): ReactElement {
  const { say } = useWords();
  const text = words ?? say(statusKeys[word]);
  return (
    <span className={`status status-${word}`} {...(isResting ? { title: text } : {})}>
      <StatusMark word={word} />
      <span className={isResting ? 'unseen' : 'cut'}>{text}</span>
    </span>
  );
}
