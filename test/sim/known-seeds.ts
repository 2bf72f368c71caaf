/**
 * Histories that found a bug once, each with a word on it. They are played again and again, so that it stays away. Their steps are kept, not only their
 * seeds: what a seed draws changes whenever the drawing does.
 */
import { readFileSync } from 'node:fs';
import type { History } from './history.ts';

export interface KnownSeed {
  /** That it was found with, and the name of its file in `known`. */
  readonly seed: number;
  readonly bug: string;
}

export const knownSeeds: readonly KnownSeed[] = [
  {
    seed: 20032,
    bug: 'a folder that joined with the same content under other permissions kept them for ever, and nobody noticed',
  },
  {
    seed: 2120660796,
    bug: 'a release given while nothing was held let the deletions of a disk that was unplugged afterwards through',
  },
  {
    seed: 5029,
    bug: 'a file that had moved out of a folder that could not be listed was published at both places: nobody could read the snapshot, nor recover',
  },
  {
    seed: 3022,
    bug: 'a folder that was moved into a renamed one was emptied everywhere when another device had changed something beside it',
  },
  {
    seed: 7061,
    bug: 'deleting a folder deleted what is in it and is not on this disk, because it was not chosen',
  },
  {
    seed: 2144274130,
    bug: 'a file that was moved to the name of a folder that is not on this disk counted as deleted, and as a new file under the name it had to take',
  },
  {
    seed: 2144661832,
    bug: 'a file that was moved, while folders were listed, to the name of one that was met elsewhere already counted as deleted',
  },
  {
    seed: 2145167821,
    bug: 'when the only folder that had moved elsewhere was unchanged in itself, nothing was seen of what lay in folders that the other side had removed: what somebody had put into them was deleted everywhere',
  },
  {
    seed: 2145763421,
    bug: 'a folder that changed places with a file while folders were listed counted as deleted with all that was in it, and as a new one',
  },
  {
    seed: 3058508,
    bug: 'a folder that had moved on while it was listed, and so had two identities, got one place under both when a file changed places with it',
  },
  {
    seed: 50449,
    bug: 'a file that changed places with a folder which holds what is not on this disk was put beside it, and counted as deleted and as a new one',
  },
];

export function knownHistory({ seed }: KnownSeed): History {
  return JSON.parse(readFileSync(new URL(`./known/${seed}.json`, import.meta.url), 'utf8')) as History;
}
