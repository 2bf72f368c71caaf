/**
 * Records of snapshots as they were stored, kept in the catalog: a few hundred bytes each. They cannot be written anew from anything else, and without one a
 * computer that begins with the phrase would find no history before it.
 */
import type { SnapshotId } from '../../domain/ids.ts';
import type { Catalog } from '../../ports/catalog.ts';

const recordKey = (snapshot: SnapshotId): string => `snapshot:${snapshot}`;

export async function keepSnapshot(
  catalog: Pick<Catalog, 'setRecord'>,
  snapshot: SnapshotId,
  bytes: Uint8Array,
): Promise<void> {
  await catalog.setRecord(recordKey(snapshot), new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

export async function keptSnapshot(
  catalog: Pick<Catalog, 'record'>,
  snapshot: SnapshotId,
): Promise<Uint8Array | undefined> {
  const text = await catalog.record(recordKey(snapshot));
  return text === undefined ? undefined : new TextEncoder().encode(text);
}
