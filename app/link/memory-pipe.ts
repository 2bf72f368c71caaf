/** Two ends of one pipe in the same process: for tests, and for a host that shows its own engine. Texts arrive in a later turn, as elsewhere. */
import type { Pipe } from './pipe.ts';

interface End extends Pipe {
  deliver(text: string): void;
  end(): void;
}

export function openPipePair(): readonly [Pipe, Pipe] {
  const a: End = openEnd(() => b);
  const b: End = openEnd(() => a);
  return [a, b];
}

function openEnd(other: () => End): End {
  let onText: ((text: string) => void) | undefined;
  let onClose: (() => void) | undefined;
  let isOpen = true;
  const waiting: string[] = [];
  const end: End = {
    send(text) {
      if (isOpen) void Promise.resolve().then(() => other().deliver(text));
    },
    onText(listener) {
      onText = listener;
      for (const text of waiting.splice(0)) listener(text);
    },
    onClose(listener) {
      onClose = listener;
      if (!isOpen) listener();
    },
    close() {
      if (!isOpen) return;
      end.end();
      void Promise.resolve().then(() => other().end());
    },
    deliver(text) {
      if (!isOpen) return;
      if (onText) onText(text);
      else waiting.push(text);
    },
    end() {
      if (!isOpen) return;
      isOpen = false;
      onClose?.();
    },
  };
  return end;
}
