/**
 * Registrations that no pack stands for any more: their pack was lost on this disk between registering and certifying. They are deleted, and the pool's
 * next packs use their room again. Only blobs that were never certified are touched, since no head can name one of those, and only in this
 * device's own pools. What the catalog still means to send is resumed by the next pass, not deleted.
 */
import type { BlobId } from '../domain/blob-id.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import type { EngineCore } from './engine-core.ts';

/** Deletions of one transaction; the next turn goes on. */
const sweptMax = 64;

/** Returns how many were deleted. Costs gas only, of which the deleted object gives some back. */
export async function sweepOrphans(core: EngineCore, signal: AbortSignal): Promise<number> {
  let swept = 0;
  for (const space of await core.catalog.spaces()) {
    const blobIds = (await findOrphans(core, space, signal)).slice(0, sweptMax);
    if (blobIds.length === 0 || space.pool === undefined) continue;
    const { spender } = await core.ready(signal);
    const subject = { space: space.num, pack: undefined };
    const step = { kind: 'delete-blobs', pool: space.pool, blobIds, entry: undefined } as const;
    await spender.spend(step, subject, async () => undefined, signal);
    swept += blobIds.length;
  }
  return swept;
}

async function findOrphans(core: EngineCore, space: SpaceRow, signal: AbortSignal): Promise<readonly BlobId[]> {
  if (space.pool === undefined) return [];
  const [pool, network] = await Promise.all([core.chain.pool(space.pool, signal), core.chain.network(signal)]);
  if (pool === undefined || pool.endEpoch <= network.epoch) return [];
  // A registration on its way is settled first, or it would look like nobody's.
  if ((await core.catalog.openIntents()).length > 0) await core.settle(signal);
  const packs = await core.catalog.packs(space.num, ['encoded', 'registered', 'stored', 'certified', 'live']);
  const known = new Set(packs.map(({ blobId }) => blobId));
  // Reading ten thousand blobs once a day would be a lot for nothing: the pool's own count tells whether there is anything to find.
  if (pool.blobCount <= packs.filter((pack) => pack.pool === space.pool).length) return [];
  const orphans: BlobId[] = [];
  for await (const page of core.chain.pooledBlobs(space.pool, signal)) {
    for (const { blobId, certifiedEpoch, deletable } of page)
      if (certifiedEpoch === undefined && deletable && !known.has(blobId)) orphans.push(blobId);
  }
  return orphans;
}
