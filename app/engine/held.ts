/** What waits for the user's word in each space, as the last pass found it, and the word itself. */
import type { SpaceId } from '../domain/ids.ts';
import type { Catalog } from '../ports/catalog.ts';
import { findSpace } from './look.ts';
import { alarmOf, clearAlarm } from './rewrites.ts';

/** What the user's word is about: as much as waited when it was given, and nothing that came after. */
export interface Released {
  /** Deletions made here, and those made elsewhere, that may go through in one pass. */
  readonly here: number;
  readonly elsewhere: number;
  /** Rewrites that look like somebody's encryption are meant. */
  readonly areRewritesMeant: boolean;
  /** The folder is the right one although it does not carry its mark. */
  readonly isRootMeant: boolean;
}

const nothingReleased: Released = { here: 0, elsewhere: 0, areRewritesMeant: false, isRootMeant: false };
const releasedKey = (space: number): string => `released:${space}`;

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

/** What a pass found that waits. */
interface Waiting {
  readonly here: number;
  readonly elsewhere: number;
  readonly rewritesElsewhere: number;
  /** The folder does not carry its mark. */
  readonly isRootUnsure: boolean;
}

const nothingWaits: Waiting = { here: 0, elsewhere: 0, rewritesElsewhere: 0, isRootUnsure: false };
const heldKey = (space: number): string => `held:${space}`;

export async function noteHeld(catalog: Catalog, space: number, waiting: Partial<Waiting>): Promise<void> {
  await catalog.setRecord(heldKey(space), JSON.stringify({ ...nothingWaits, ...waiting }));
}

async function waitingOf(catalog: Catalog, space: number): Promise<Waiting> {
  const text = await catalog.record(heldKey(space));
  return text === undefined ? nothingWaits : { ...nothingWaits, ...(JSON.parse(text) as Partial<Waiting>) };
}

/** As the last pass found them. */
export async function heldDeletions(catalog: Catalog): Promise<readonly HeldDeletions[]> {
  const found: HeldDeletions[] = [];
  for (const { num, id: space, name } of await catalog.spaces()) {
    const { here, elsewhere, rewritesElsewhere } = await waitingOf(catalog, num);
    const rewritesHere = (await alarmOf(catalog, num))?.rewrites ?? 0;
    found.push({ space, name, here, elsewhere, rewritesHere, rewritesElsewhere });
  }
  return found;
}

/**
 * What waits in a space is meant: the next pass lets it through, and holds what has become more since. False when nothing waits: a word about nothing is no
 * leave for what may come.
 */
export async function releaseHeld(catalog: Catalog, name: string): Promise<boolean> {
  const { num } = await findSpace(catalog, name);
  const { here, elsewhere, rewritesElsewhere, isRootUnsure } = await waitingOf(catalog, num);
  const areRewritesMeant = rewritesElsewhere > 0 || (await alarmOf(catalog, num)) !== undefined;
  if (here + elsewhere === 0 && !areRewritesMeant && !isRootUnsure) return false;
  const released: Released = { here, elsewhere, areRewritesMeant, isRootMeant: isRootUnsure };
  await catalog.setRecord(releasedKey(num), JSON.stringify(released));
  await clearAlarm(catalog, num);
  return true;
}

export async function releasedIn(catalog: Catalog, space: number): Promise<Released> {
  const text = await catalog.record(releasedKey(space));
  return text === undefined || text === '' ? nothingReleased : (JSON.parse(text) as Released);
}

/** The word was given once, for one pass. */
export async function forgetRelease(catalog: Catalog, space: number): Promise<void> {
  if ((await releasedIn(catalog, space)) !== nothingReleased) await catalog.setRecord(releasedKey(space), '');
}
