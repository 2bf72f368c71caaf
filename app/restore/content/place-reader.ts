/**
 * Chunks by their ids, pack by pack. When a pack cannot be read and its chunks lie in other packs too, they are read there; the reader remembers such packs as
 * long as it lives, so that nobody waits for them again.
 */
import type { BlobId } from '../../domain/blob-id.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import type { ChunkId } from '../../domain/ids.ts';
import type { ChunkPlace } from '../../domain/space.ts';
import type { Catalog, ChunkLocation } from '../../ports/catalog.ts';

export interface Located extends ChunkPlace {
  readonly pack: number;
  readonly blobId: BlobId;
  readonly packBytes: number;
}

type Chunks = ReadonlyMap<ChunkId, Uint8Array>;

/** Reads chunks of one pack. */
type ReadPack = (
  blob: BlobId,
  blobBytes: number,
  places: readonly ChunkPlace[],
  signal: AbortSignal,
) => Promise<Chunks>;

export function openPlaceReader(
  catalog: Pick<Catalog, 'chunkLocations'>,
  readPack: ReadPack,
): (ids: readonly ChunkId[], signal: AbortSignal) => Promise<Chunks> {
  const failed = new Set<number>();

  /** Elsewhere than in packs that failed, if they are anywhere else. */
  async function locate(ids: readonly ChunkId[]): Promise<readonly (ChunkLocation | undefined)[]> {
    const places = await catalog.chunkLocations(ids);
    if (!places.some((place) => place && failed.has(place.pack))) return places;
    const others = await catalog.chunkLocations(ids, [...failed]);
    return places.map((place, i) => others[i] ?? place);
  }

  /** `tried`: packs that this very reading was turned away by; none is tried twice. */
  async function readPlaces(
    places: readonly Located[],
    signal: AbortSignal,
    tried: ReadonlySet<number> = new Set(),
  ): Promise<Chunks> {
    const byPack = new Map<BlobId, Located[]>();
    for (const place of places) byPack.set(place.blobId, [...(byPack.get(place.blobId) ?? []), place]);
    const found = new Map<ChunkId, Uint8Array>();
    for (const [blob, inPack] of byPack) {
      const [first] = inPack;
      if (first === undefined) continue;
      const read = await readPack(blob, first.packBytes, inPack, signal).catch((error: unknown) =>
        readElsewhere(first.pack, inPack, error, signal, tried),
      );
      for (const [id, bytes] of read) found.set(id, bytes);
    }
    return found;
  }

  /** The same chunks from other packs, if all of them lie in others too; else what went wrong stays wrong. */
  async function readElsewhere(
    pack: number,
    places: readonly Located[],
    error: unknown,
    signal: AbortSignal,
    tried: ReadonlySet<number>,
  ): Promise<Chunks> {
    const code = faultOf(error)?.code;
    const isPack = code === 'blob-unavailable' || code === 'blob-inconsistent' || code === 'pack-damaged';
    if (!isPack || signal.aborted) throw error;
    const ids = places.map(({ id }) => id);
    const others = await catalog.chunkLocations(ids, [...failed, pack]);
    if (tried.has(pack) || others.some((place) => place?.blobId === undefined)) throw error;
    failed.add(pack);
    return readPlaces(
      others.map((place, i) => located(place, ids[i])),
      signal,
      new Set([...tried, pack]),
    );
  }

  return async (ids, signal) => {
    const wanted = [...new Set(ids)];
    const places = await locate(wanted);
    return readPlaces(
      places.map((place, i) => located(place, wanted[i])),
      signal,
    );
  };
}

function located(place: ChunkLocation | undefined, id: ChunkId | undefined): Located {
  if (place?.blobId === undefined) {
    throw new Fault(
      'blob-unavailable',
      'later',
      `A piece of this content (${id?.slice(0, 8) ?? '?'}) is in no certified pack that this device knows.`,
    );
  }
  return { ...place, blobId: place.blobId };
}
