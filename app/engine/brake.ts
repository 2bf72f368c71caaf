/**
 * When deletions stop and ask: on the device that made them, and on each that would carry them out. What is more than usual may be said for each space.
 */
import { Fault } from '../domain/fault.ts';
import { deletionsAlwaysFine, deletionsMax, deletionsShareMax, rewritesMax } from '../domain/limits.ts';
import type { Catalog } from '../ports/catalog.ts';
import { findSpace } from './look.ts';

export interface BrakeLimits {
  /** Deletions of one pass. */
  readonly deletions: number;
  /** Of all entries, 0 to 1; of no matter when there are only a handful. */
  readonly share: number;
  /** Rewrites that make a file look encrypted, within `rewriteWindowMs`. */
  readonly rewrites: number;
}

export const usualBrake: BrakeLimits = { deletions: deletionsMax, share: deletionsShareMax, rewrites: rewritesMax };

const brakeKey = (space: number): string => `brake:${space}`;

export async function brakeOf(catalog: Pick<Catalog, 'record'>, space: number): Promise<BrakeLimits> {
  const text = await catalog.record(brakeKey(space));
  return text === undefined ? usualBrake : { ...usualBrake, ...(JSON.parse(text) as Partial<BrakeLimits>) };
}

export async function setBrake(catalog: Catalog, name: string, change: Partial<BrakeLimits>): Promise<BrakeLimits> {
  const { num } = await findSpace(catalog, name);
  const next = { ...(await brakeOf(catalog, num)), ...change };
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  if (!isCount(next.deletions) || !isCount(next.rewrites) || !(next.share > 0 && next.share <= 1))
    throw new Fault(
      'bad-input',
      'after-user',
      'A brake takes whole numbers of at least 1, and a share above 0 and up to 1.',
    );
  await catalog.setRecord(brakeKey(num), JSON.stringify(next));
  return next;
}

/** More deletions in one pass than happen by hand. */
export function isMassDeletion(deletions: number, entries: number, brake: BrakeLimits = usualBrake): boolean {
  if (deletions <= Math.min(deletionsAlwaysFine, brake.deletions)) return false;
  return deletions > brake.deletions || deletions > entries * brake.share;
}
