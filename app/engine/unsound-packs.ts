/**
 * Packs that were found lost or inconsistent, as a record of the catalog. What lies in one counts as stored nowhere, so that content which turns up again
 * is stored again. 'lost': some of it is in no other pack yet. 'remade': all that anybody here needs of it lies elsewhere, and the collector may have it.
 */
import { parseBlobId, type BlobId } from '../domain/blob-id.ts';
import type { Catalog } from '../ports/catalog.ts';

export type Unsound = 'lost' | 'remade';

const recordKey = (space: number): string => `unsound:${space}`;

export async function unsoundPacks(
  catalog: Pick<Catalog, 'record'>,
  space: number,
): Promise<ReadonlyMap<BlobId, Unsound>> {
  const text = await catalog.record(recordKey(space));
  const kept = text === undefined ? {} : (JSON.parse(text) as Readonly<Record<string, Unsound>>);
  return new Map(Object.entries(kept).map(([blobId, state]) => [parseBlobId(blobId), state]));
}

/** Notes how a pack stands, and forgets those that are gone. */
export async function setUnsound(catalog: Catalog, space: number, blobId: BlobId, state: Unsound): Promise<void> {
  await catalog.setDoomed(space, [blobId], true);
  const standing = new Set((await catalog.packs(space, ['certified', 'live'])).map((pack) => pack.blobId));
  const others = [...(await unsoundPacks(catalog, space))].filter(([known]) => known !== blobId && standing.has(known));
  await catalog.setRecord(recordKey(space), JSON.stringify(Object.fromEntries([...others, [blobId, state]])));
}
