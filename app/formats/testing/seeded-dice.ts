/** For tests: chance that a seed repeats (xorshift32; Marsaglia 2003). Not for keys. */
import type { Dice } from '../../domain/clock.ts';

export interface SeededDice extends Dice {
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  /** One of these; there must be one. */
  oneOf<T>(all: readonly T[]): T;
}

export function seededDice(seed: number): SeededDice {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return {
    bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24),
    fraction: () => next() / 2 ** 32,
    below,
    oneOf(all) {
      const at = below(all.length);
      for (const one of all.slice(at, at + 1)) return one;
      throw new Error('there is one to take');
    },
  };
}
