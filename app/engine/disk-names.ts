/** Which names a disk can hold and which of them it takes for one, from what kind of disk it is. What it cannot hold stays in the space and off this disk. */
import { Fault } from '../domain/fault.ts';
import type { NodeId } from '../domain/ids.ts';
import { displayName, type PathName, type SpacePath } from '../domain/path-name.ts';
import type { Catalog, PlacedRow, SpaceRow } from '../ports/catalog.ts';
import type { DiskNature } from '../ports/disk.ts';
import type { DiskTraits, NotHere } from '../stages/plan/plan.ts';
import { reservedPrefix } from '../stages/scan/scan.ts';

/** Device names of Windows, alone or before a dot (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
const windowsDevice = /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\..*)?$/i;
const windowsRefused = /[<>:"|?*\\\p{Cc}]|[. ]$/u;

export function isWindowsName(name: PathName): boolean {
  return name.isWellFormed() && !windowsDevice.test(name) && !windowsRefused.test(name);
}

const plainKey = (name: PathName): string => name;

export function traitsOf({ foldsCase, foldsForms, hasWindowsNames }: DiskNature): DiskTraits {
  const keyOf = (name: PathName): string => {
    const form = foldsForms ? name.normalize('NFC') : name;
    // Upper first: letters that only meet there (the two small sigmas) are one to most disks.
    return foldsCase ? form.toUpperCase().toLowerCase() : form;
  };
  return {
    keyOf: foldsCase || foldsForms ? keyOf : plainKey,
    isRefused: (name) => name.startsWith(reservedPrefix) || (hasWindowsNames && !isWindowsName(name)),
  };
}

/** What this disk cannot hold stays in the space and is named. */
export async function notHereProblems(
  catalog: Catalog,
  row: SpaceRow,
  refused: readonly (readonly [NodeId, NotHere])[],
): Promise<readonly { readonly path: SpacePath; readonly fault: Fault }[]> {
  const rows = await catalog.entriesOf(
    row.num,
    refused.map(([node]) => node),
  );
  const problems: { path: SpacePath; fault: Fault }[] = [];
  for (const [i, [, why]] of refused.entries()) {
    const path = await catalog.pathOf(rows[i]?.num ?? 0);
    if (path !== undefined) problems.push({ path, fault: staysAway(path, why) });
  }
  return problems;
}

function staysAway(path: SpacePath, why: NotHere): Fault {
  const reason = why === 'name-clash' ? 'takes its name for that of another file' : 'cannot hold its name';
  const words = `${displayName(path)} is kept in the space and not in this folder: this disk ${reason}. Rename it on another device.`;
  return new Fault('name-unsafe', 'after-user', words);
}

/** Which of some absent entries this disk cannot hold: their names are refused, or are those of others that are here or come first. */
export async function namesTaken(
  catalog: Catalog,
  page: readonly PlacedRow[],
  traits: DiskTraits,
): Promise<ReadonlyMap<NodeId, NotHere>> {
  const whyNot = new Map<NodeId, NotHere>();
  const parents = [...new Set(page.map(({ parent }) => parent))];
  const here = new Map<string, NodeId>();
  // Where no two names are one, the catalog holds none twice.
  const siblings = traits.keyOf === plainKey ? [] : (await catalog.children(parents)).flat();
  for (const row of siblings) if (row.look !== undefined) here.set(`${row.parent}/${traits.keyOf(row.name)}`, row.node);
  for (const { node, parent, name } of page) {
    const key = `${parent}/${traits.keyOf(name)}`;
    if (traits.isRefused(name)) whyNot.set(node, 'name-refused');
    else if (here.has(key)) whyNot.set(node, 'name-clash');
    else here.set(key, node);
  }
  return whyNot;
}
