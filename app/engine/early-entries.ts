/**
 * The part of a round that the catalog can get ready while the round's tree is still being built: entries in folders that are new, most of a first round.
 * They take effect when the round is sealed, and not before.
 */
import type { Catalog, EntryPut, EntryChange, NodeNum } from '../ports/catalog.ts';
import type { Scan } from '../stages/scan/scan.ts';

/** Folders that nothing was in before: those that got a new identity. */
export const freshFolders = (found: Scan): ReadonlySet<NodeNum> =>
  new Set(found.placed.flatMap(({ num, stat, from }) => (stat.kind === 'folder' && from === undefined ? [num] : [])));

/** Files and links in new folders can go to the catalog before the listings are known; folders come with theirs. */
export function splitEarly(
  changes: readonly EntryChange[],
  fresh: ReadonlySet<NodeNum>,
): { readonly early: readonly EntryPut[]; readonly late: readonly EntryChange[] } {
  const early: EntryPut[] = [];
  const late: EntryChange[] = [];
  for (const change of changes) {
    if (change.kind === 'put' && change.entry.kind !== 'folder' && fresh.has(change.parent)) early.push(change);
    else late.push(change);
  }
  return { early, late };
}

/** Entries handed over at once: some milliseconds of the catalog's time, so that whoever asks it something meanwhile does not wait long. */
const earlyStep = 1024;

export async function prepareEntries(
  space: number,
  sequence: number,
  early: readonly EntryPut[],
  catalog: Catalog,
): Promise<void> {
  for (let at = 0; at < early.length; at += earlyStep)
    await catalog.prepareEntries(space, sequence, at, early.slice(at, at + earlyStep));
}
