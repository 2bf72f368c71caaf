/**
 * Marks in the catalog what this device can reach: contents of its entries and kept versions, those that are lists of chunks read to their end; and the
 * trees of side snapshots that nobody else answers for: its own, and those of devices that a person called gone.
 */
import type { Content } from '../domain/space.ts';
import { listingFromBytes } from '../formats/listing.ts';
import { openChunkReader, type ChunkReader } from '../restore/content/content.ts';
import { listingBytesMax } from '../restore/rebuild/rebuild.ts';
import { readDevice } from './device.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { goneDevices } from './gone-devices.ts';

export async function markReachable(core: EngineCore, space: OpenSpace, signal: AbortSignal): Promise<void> {
  const reader = openChunkReader(space.keys, core, 'bulk');
  await core.catalog.clearMarks();
  for (let after: number | undefined = 0; after !== undefined;) {
    const { next, lists }: Awaited<ReturnType<typeof core.catalog.markContents>> = await core.catalog.markContents(
      space.row.num,
      after,
    );
    for (const list of lists) await core.catalog.mark(await reader.flatten(list, signal));
    after = next;
  }
  const answeredHere = new Set(await goneDevices(core.catalog));
  const self = await readDevice(core.catalog);
  if (self !== undefined) answeredHere.add(self.id);
  const sides = (await core.catalog.sides(space.row.num)).filter(
    ({ state, device }) => state !== 'given-up' && answeredHere.has(device),
  );
  await markTrees(
    core,
    reader,
    sides.map(({ root }) => root),
    signal,
  );
}

/** Every listing once, however many trees share it. What lies in no pack that is known any more cannot be kept by anybody. */
async function markTrees(
  core: EngineCore,
  reader: ChunkReader,
  roots: readonly Content[],
  signal: AbortSignal,
): Promise<void> {
  const open = [...roots];
  const seen = new Set<string>();
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    signal.throwIfAborted();
    const key = `${folder.depth} ${folder.chunks.join(' ')}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if ((await core.catalog.chunkLocations(folder.chunks)).some((place) => place?.blobId === undefined)) {
      core.log.write('warning', 'reachable.listing-gone', { chunks: folder.chunks.length });
      continue;
    }
    for (const { kind, content } of listingFromBytes(await reader.bytes(folder, listingBytesMax, signal))) {
      if (kind === 'folder') open.push(content);
      else await core.catalog.mark([...content.chunks, ...(await leaves(reader, content, signal))]);
    }
  }
}

const leaves = async (
  reader: ChunkReader,
  content: Content,
  signal: AbortSignal,
): ReturnType<ChunkReader['flatten']> => (content.depth === 0 ? [] : reader.flatten(content, signal));
