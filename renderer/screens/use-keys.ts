/** The keyboard map of the window. Typing into a field is never taken for a command, but for those with Ctrl. */
import { useEffect, useRef } from 'react';

export interface KeyDeeds {
  readonly place: (number: number) => void;
  readonly space: (number: number) => void;
  readonly find: () => void;
  readonly filter: () => void;
  readonly add: () => void;
  readonly settings: () => void;
  readonly pause: () => void;
  readonly pane: (step: 1 | -1) => void;
  readonly back: () => void;
  readonly map: () => void;
}

export const isMac = /mac/i.test(navigator.platform);

export function useKeys(deeds: KeyDeeds): void {
  const latest = useRef(deeds);
  latest.current = deeds;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (!event.defaultPrevented && take(event, latest.current)) event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

/** Whether the key was one of the map's. Nothing happens behind a dialog. */
function take(event: KeyboardEvent, deeds: KeyDeeds): boolean {
  if (document.querySelector('[role=dialog]')) return false;
  const isCommand = isMac ? event.metaKey : event.ctrlKey;
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (isCommand && !event.altKey && digit !== undefined && Number(digit) <= 8) return done(deeds.place(Number(digit)));
  if (event.altKey && !isCommand && digit !== undefined) return done(deeds.space(Number(digit)));
  if (event.altKey && event.key === 'ArrowLeft') return done(deeds.back());
  if (event.key === 'F6') return done(deeds.pane(event.shiftKey ? -1 : 1));
  if (isCommand) {
    const commands: Readonly<Record<string, () => void>> = {
      k: deeds.find,
      f: deeds.filter,
      n: deeds.add,
      ',': deeds.settings,
      '.': deeds.pause,
    };
    const command = commands[event.key.toLowerCase()];
    return command ? done(command()) : false;
  }
  const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
  if (event.key === '?' && !isTyping) return done(deeds.map());
  return false;
}

const done = (_: void): true => true;
