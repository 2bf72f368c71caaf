/**
 * How well a pack stands, from the sliver pairs that were looked at. Pairs that nobody answered about count as gone here, which only makes it mend
 * earlier; that a pack is lost is never concluded from silence.
 */
import { redStuff } from '../domain/redstuff.ts';

export type PackHealth =
  /** Another third of the shards may fail. */
  | 'sound'
  /** It can be rebuilt, but not after another third of the shards has failed. */
  | 'weak'
  /** Fewer slivers can be left than rebuild it. */
  | 'lost'
  /** It could not be looked at, which says nothing. */
  | 'unknown';

/**
 * Pairs that a sound pack has at least: n - f. Walrus promises that any f shards may fail, and rebuilding takes n - 2f pairs: with fewer than n - f left,
 * the next f to fail would be too many. It is also what a fresh certificate stands for, so mending below it never runs after what was never promised.
 */
export function soundPairs(shards: number): number {
  return shards - redStuff(shards).faulty;
}

/** By the share of good pairs in the sample. */
export function healthOf(shards: number, sampled: number, good: number): PackHealth {
  return good * shards < sampled * soundPairs(shards) ? 'weak' : 'sound';
}

/** Whether a blob cannot be rebuilt although every sliver that was not definitely found wanting still exists. */
export function isLost(
  shards: number,
  possible: {
    readonly primary: number;
    readonly secondary: number;
  },
): boolean {
  const { rows, columns } = redStuff(shards);
  return possible.primary < rows && possible.secondary < columns;
}
