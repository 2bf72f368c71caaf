/**
 * This device's head when its snapshot was remade in another pack: the same snapshot, named where it lies now. An empty machine begins at the pack that a
 * head names.
 */
import { sealHead } from '../formats/head.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import type { Self } from './doom-lists.ts';
import { ownNewest } from './own-head.ts';

/** False when the head names this pack and its snapshot is nowhere else. */
export async function moveHeadFrom(
  core: EngineCore,
  { row, spaceKey }: OpenSpace,
  self: Self,
  pack: number,
  signal: AbortSignal,
): Promise<boolean> {
  const newest = await ownNewest(row, self.device.id, core.catalog);
  if (newest?.lastPack !== pack) return true;
  const [place] = await core.catalog.chunkLocations([newest.snapshot]);
  const holder = place && (await core.catalog.pack(place.pack));
  if (!place || place.pack === pack || holder?.pool === undefined || holder.blobId === undefined) return false;
  const { id, kind, start, bytes, plainBytes } = place;
  const entry = sealHead(core.crypto, core.dice, core.account.key, {
    space: row.id,
    spaceKey,
    name: row.name,
    mode: row.mode,
    limits: row.limits,
    device: self.device.id,
    sequence: newest.sequence,
    snapshot: newest.snapshot,
    pack: holder.blobId,
    place: { id, kind, start, bytes, plainBytes },
    pool: holder.pool,
  });
  const bag = (await core.chain.bags(self.device.address, signal)).find((one) => one.id === self.device.bag);
  const move = { bag: self.device.bag, entry, replaces: true, seen: bag?.state };
  await self.spender.spend(
    { kind: 'put-entry', move },
    { space: row.num, pack: holder.num },
    async () => undefined,
    signal,
  );
  core.point('remake:head-moved');
  return true;
}
