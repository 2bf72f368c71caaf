/** The value of a topic: set by the desk, watched by links. Setting what is equal already tells nobody. */
import { isDeepStrictEqual } from 'node:util';
import type { TopicSource } from '../../wire/contract.ts';

export interface HeldValue<T> extends TopicSource<T> {
  set(value: T): void;
}

export function holdValue<T>(first: T): HeldValue<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    value: () => value,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set(next) {
      if (isDeepStrictEqual(value, next)) return;
      value = next;
      for (const listener of listeners) listener();
    },
  };
}
