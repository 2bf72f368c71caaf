/** What waits for the user's word in each space, as the last pass found it, and the word itself. */
import type { SpaceId } from '../domain/ids.ts';
import type { Catalog } from '../ports/catalog.ts';
import { findSpace } from './look.ts';
import { alarmOf, clearAlarm } from './rewrites.ts';

export const releaseKey = (space: number): string => `released:${space}`;

export interface HeldDeletions {
  readonly space: SpaceId;
  readonly name: string;
  /** Made on this device, and made on others. */
  readonly here: number;
  readonly elsewhere: number;
  /** Rewrites that look like somebody's encryption. Those made here are stored beside what was, and no version is thinned out while there are any. */
  readonly rewritesHere: number;
  /** Those are not applied here. */
  readonly rewritesElsewhere: number;
}

export const heldKey = (space: number): string => `held:${space}`;

/** As the last pass found them. */
export async function heldDeletions(catalog: Catalog): Promise<readonly HeldDeletions[]> {
  const found: HeldDeletions[] = [];
  for (const { num, id: space, name } of await catalog.spaces()) {
    const text = await catalog.record(heldKey(num));
    const none = { here: 0, elsewhere: 0, rewritesElsewhere: 0 };
    const held = text === undefined ? none : { ...none, ...(JSON.parse(text) as Partial<typeof none>) };
    found.push({ space, name, ...held, rewritesHere: (await alarmOf(catalog, num))?.rewrites ?? 0 });
  }
  return found;
}

/** The held deletions of a space are meant: the next pass lets them through. */
export async function releaseHeld(catalog: Catalog, name: string): Promise<void> {
  const row = await findSpace(catalog, name);
  await clearAlarm(catalog, row.num);
  await catalog.setRecord(releaseKey(row.num), 'yes');
}
