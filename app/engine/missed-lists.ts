/**
 * Lists of others that were settled without this device's answer: somebody called it gone for good while it was away. Its catalog may count on packs that were
 * deleted since, and a file with what they held would be taken for stored. Such a catalog is not used any more: the host sets it aside and has it rebuilt.
 */
import { Fault } from '../domain/fault.ts';
import type { DeviceId } from '../domain/ids.ts';
import type { Catalog } from '../ports/catalog.ts';
import { lastSettled, noGarbage } from '../upkeep/garbage.ts';
import type { Doomed } from './doom-lists.ts';

const seenKey = (space: number): string => `lists:${space}`;
const outdatedKey = 'outdated';

/** Whether a host has to set this catalog aside before it is used. */
export const isOutdated = async (catalog: Pick<Catalog, 'record'>): Promise<boolean> =>
  (await catalog.record(outdatedKey)) === 'yes';

/** Notes which lists of the others were seen. Throws Fault 'catalog-damaged' when some were missed. */
export async function noteLists(catalog: Catalog, space: number, others: Doomed['participants']): Promise<void> {
  const text = await catalog.record(seenKey(space));
  const lists = others.map(({ device, record }) => ({ device, list: record?.list ?? noGarbage().list }));
  const now = JSON.stringify(Object.fromEntries(lists.map(({ device, list }) => [device, list.number])));
  if (now === text) return;
  // A catalog that never met anybody was filled from what the others have now.
  const seen = text === undefined ? undefined : (JSON.parse(text) as Readonly<Record<DeviceId, number>>);
  if (seen && lists.some(({ device, list }) => lastSettled(list) > (seen[device] ?? 0))) {
    await catalog.setRecord(outdatedKey, 'yes');
    throw calledGone();
  }
  await catalog.setRecord(seenKey(space), now);
}

const calledGone = (): Fault =>
  new Fault(
    'catalog-damaged',
    'after-user',
    'This computer was called gone for good while it was away, so its catalog is out of date. Nothing is lost. Start Floe again: it rebuilds the catalog from the network and looks at the folders anew.',
  );
