/**
 * Sealed chunks from packs on the network into a pack in work, as they are: what was read is proven against the blob id, so it is what was sealed, and
 * sealing again would only cost time. The new pack's own index tells where they lie from then on.
 */
import { Fault } from '../domain/fault.ts';
import type { ChunkId } from '../domain/ids.ts';
import type { ChunkLocation } from '../ports/catalog.ts';
import type { Packer } from '../stages/pack/pack.ts';
import type { EngineCore } from './engine-core.ts';

/** Sealed bytes in memory at once. */
const windowBytes = 16 * 1024 * 1024;

/** Every chunk is moved, or a fault says which pack cannot be read. */
export async function moveChunks(
  core: Pick<EngineCore, 'catalog' | 'blobs'>,
  ids: readonly ChunkId[],
  packer: Pick<Packer, 'add'>,
  signal: AbortSignal,
): Promise<void> {
  const places = (await core.catalog.chunkLocations(ids)).flatMap((place) => place ?? []);
  if (places.length < ids.length) throw new Fault('blob-unavailable', 'later', 'What is to be moved is in no pack.');
  const sorted = places.toSorted((a, b) => a.pack - b.pack || a.start - b.start);
  for (const window of windowsOf(sorted)) {
    const [first] = window;
    if (first?.blobId === undefined) throw new Error('a window lies in a pack that is on the network');
    const ranges = window.map(({ start, bytes }) => ({ start, end: start + bytes }));
    const read = await core.blobs.readRanges(first.blobId, first.packBytes, ranges, signal);
    for (const [i, { id, kind, bytes, plainBytes }] of window.entries()) {
      const sealed = new Uint8Array(read[i] ?? new Uint8Array());
      await packer.add(sealed.buffer, [{ id, start: 0, bytes, plainBytes }], kind);
    }
  }
}

/** Neighbours in one pack, as many as fit. */
function windowsOf(places: readonly ChunkLocation[]): readonly (readonly ChunkLocation[])[] {
  const windows: ChunkLocation[][] = [];
  let bytes = 0;
  for (const place of places) {
    const last = windows.at(-1);
    if (last && last[0]?.pack === place.pack && bytes + place.bytes <= windowBytes) {
      last.push(place);
      bytes += place.bytes;
    } else {
      windows.push([place]);
      bytes = place.bytes;
    }
  }
  return windows;
}
