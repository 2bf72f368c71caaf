/** When deletions stop and ask: on the device that made them, and on each that would carry them out. */
import { deletionsAlwaysFine, deletionsMax, deletionsShareMax } from '../domain/limits.ts';

/** More deletions in one pass than happen by hand. */
export function isMassDeletion(deletions: number, entries: number): boolean {
  if (deletions <= deletionsAlwaysFine) return false;
  return deletions > deletionsMax || deletions > entries * deletionsShareMax;
}
