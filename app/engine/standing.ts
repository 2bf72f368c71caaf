/** What stands where a round changes something, before it does; and what follows from it for the snapshot: its counts, and the dots that it takes over. */
import type { Snapshot } from '../domain/space.ts';
import type { Catalog, EntryChange, EntryRow, NodeNum, SpaceRow } from '../ports/catalog.ts';

/** What the folders hold in which something changes, before it does. */
export async function standingIn(
  changes: readonly EntryChange[],
  fresh: ReadonlySet<NodeNum>,
  catalog: Catalog,
): Promise<readonly EntryRow[]> {
  const touched = [...new Set(changes.map((change) => change.parent))].filter((num) => !fresh.has(num));
  return (await catalog.children(touched)).flat();
}

/** Dots of single nodes that this round contains beyond its vector: those from before, and of what it replaces or removes. */
export async function takenBy(
  row: SpaceRow,
  changes: readonly EntryChange[],
  standing: readonly EntryRow[],
  catalog: Catalog,
): Promise<Snapshot['taken']> {
  const vector = await catalog.vector(row.num);
  const taken = [...(await catalog.taken(row.num))];
  if (standing.length === 0) return taken;
  const leaving = new Set(changes.map(({ parent, name }) => `${parent}/${name}`));
  for (const { parent, name, node, kind, place, version } of standing) {
    if (!leaving.has(`${parent}/${name}`)) continue;
    // A file's place alone says nothing of its content, which may have the same dot and never have been here.
    const seen = kind === 'folder' ? [place, version] : [version];
    for (const dot of seen) if ((vector.get(dot.device) ?? 0) < dot.sequence) taken.push({ node, dot });
  }
  return taken;
}

/** Files and bytes of the space once the changes are in. */
export async function countAfter(
  row: SpaceRow,
  changes: readonly EntryChange[],
  standing: readonly EntryRow[],
  catalog: Catalog,
): Promise<{ files: number; bytes: number }> {
  const before = new Map(standing.map((entry) => [`${entry.parent}/${entry.name}`, entry]));
  let { files, bytes } = await catalog.totals(row.num);
  const now = new Map<string, { kind: string; bytes: number } | undefined>();
  for (const change of changes)
    now.set(`${change.parent}/${change.name}`, change.kind === 'put' ? change.entry : undefined);
  for (const [key, entry] of now) {
    const old = before.get(key);
    if (old?.kind === 'file') {
      files--;
      bytes -= old.bytes;
    }
    if (entry?.kind === 'file') {
      files++;
      bytes += entry.bytes;
    }
  }
  return { files, bytes };
}
