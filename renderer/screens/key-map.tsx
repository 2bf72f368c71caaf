/** The keyboard map, on `?`. */
import type { ReactElement } from 'react';
import { DialogBox } from '../parts/dialog.tsx';
import { useWords } from '../words/use-words.ts';
import type { WordKey } from '../words/open-words.ts';
import { isMac } from './use-keys.ts';

const control = isMac ? '⌘' : 'Ctrl';
const keys: readonly (readonly [string, WordKey])[] = [
  [`${control} K`, 'keys.find'],
  [`${control} 1–8`, 'keys.places'],
  ['Alt 1–9', 'keys.spaces'],
  [`${control} F`, 'keys.filter'],
  [`${control} N`, 'keys.add'],
  [`${control} ,`, 'keys.settings'],
  [`${control} .`, 'keys.pause'],
  ['F6', 'keys.pane'],
  ['← → ↑ ↓', 'keys.move'],
  ['Space', 'keys.tick'],
  ['Enter', 'keys.open'],
  ['[ ]', 'keys.change'],
  ['Alt ←', 'keys.back'],
  ['Esc', 'keys.close'],
];

export function KeyMap({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }): ReactElement {
  const { say } = useWords();
  return (
    <DialogBox title={say('keys.title')} isOpen={isOpen} onClose={onClose}>
      <dl className="keys">
        {keys.map(([stroke, words]) => (
          <div key={words} style={{ display: 'contents' }}>
            <dt>{stroke}</dt>
            <dd>{say(words)}</dd>
          </div>
        ))}
      </dl>
    </DialogBox>
  );
}
