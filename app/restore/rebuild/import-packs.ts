/** The places of chunks, from the packs of pools themselves. A pack that the catalog knows is not read again; a blob that does not open is another space's. */
import { blobIdToBytes, type BlobId } from '../../domain/blob-id.ts';
import type { Dice } from '../../domain/clock.ts';
import { faultOf, type Fault } from '../../domain/fault.ts';
import type { SuiId } from '../../domain/ids.ts';
import { encodedBytes, redStuff } from '../../domain/redstuff.ts';
import type { ChunkPlace } from '../../domain/space.ts';
import { parseIndex, parseTrailer, trailerBytes } from '../../formats/pack.ts';
import type { SpaceKeys } from '../../formats/space-keys.ts';
import type { Catalog, SpaceRow } from '../../ports/catalog.ts';
import type { Chain, PooledBlob } from '../../ports/chain.ts';
import type { Crypto } from '../../ports/crypto.ts';
import type { Log } from '../../ports/log.ts';
import type { BlobSource } from '../content/content.ts';

export interface ImportInput {
  readonly row: SpaceRow;
  readonly keys: SpaceKeys;
  readonly shards: number;
  readonly onPack: (packs: number, ofPacks: number) => void;
  /** Packs on the doom lists of their devices: nobody needs them any more, so one that cannot be read is no trouble. */
  readonly going?: ReadonlySet<BlobId>;
}

export interface ImportPorts {
  readonly chain: Chain;
  readonly catalog: Catalog;
  readonly crypto: Crypto;
  readonly dice: Dice;
  readonly log: Log;
  readonly blobs: BlobSource;
}

const indexesInFlight = 4;

export interface ImportedPacks {
  /** How many were new. */
  readonly packs: number;
  /** Of packs whose own index cannot be read, or is not what it should be: what lies in them is not known, and the next run asks again. */
  readonly problems: readonly Fault[];
}

/** Trouble that only costs what is being read: a pack, a snapshot, a listing. */
export function ownTrouble(error: unknown): Fault | undefined {
  const fault = faultOf(error);
  const codes = ['blob-unavailable', 'blob-inconsistent', 'pack-damaged', 'pack-foreign', 'name-unsafe'];
  return fault && codes.includes(fault.code) ? fault : undefined;
}

export async function importPacks(
  input: ImportInput,
  pools: readonly SuiId[],
  ports: ImportPorts,
  signal: AbortSignal,
): Promise<ImportedPacks> {
  const known = new Set(
    (await ports.catalog.packs(input.row.num)).flatMap(({ state, blobId }) => (state === 'dead' ? [] : (blobId ?? []))),
  );
  const blobs: { blob: PooledBlob; pool: SuiId }[] = [];
  for (const pool of pools) {
    for await (const page of ports.chain.pooledBlobs(pool, signal))
      for (const blob of page)
        if (blob.certifiedEpoch !== undefined && !known.has(blob.blobId)) blobs.push({ blob, pool });
  }
  const problems: Fault[] = [];
  const indexOf = async (blob: PooledBlob): ReturnType<typeof readIndex> => {
    try {
      return await readIndex(input, blob, ports, signal);
    } catch (error) {
      const fault = ownTrouble(error);
      if (fault === undefined) throw error;
      if (input.going?.has(blob.blobId) !== true) problems.push(fault);
      return undefined;
    }
  };
  let packs = 0;
  let seen = 0;
  for (let at = 0; at < blobs.length; at += indexesInFlight) {
    const some = blobs.slice(at, at + indexesInFlight);
    const indexes = await Promise.all(some.map(({ blob }) => indexOf(blob)));
    for (const [i, { blob, pool }] of some.entries()) {
      const chunks = indexes[i];
      input.onPack(++seen, blobs.length);
      if (chunks === undefined) continue;
      const { blobId, objectId: object, unencodedBytes: bytes, certifiedEpoch = 0 } = blob;
      const encoded = encodedBytes(redStuff(input.shards), bytes);
      const row = { space: input.row.num, blobId, object, pool, bytes, encodedBytes: encoded, certifiedEpoch, chunks };
      await ports.catalog.importPack(row);
      packs++;
    }
  }
  return { packs, problems };
}

/** The places of a pack's chunks; undefined for a blob that is no pack of this space. */
async function readIndex(
  input: ImportInput,
  blob: PooledBlob,
  ports: ImportPorts,
  signal: AbortSignal,
): Promise<readonly ChunkPlace[] | undefined> {
  const size = blob.unencodedBytes;
  if (size < trailerBytes) return undefined;
  const [trailer = new Uint8Array()] = await ports.blobs.readRanges(
    blob.blobId,
    size,
    [{ start: size - trailerBytes, end: size }],
    signal,
  );
  const found = parseTrailer(ports.crypto, input.keys.index, input.row.id, trailer, size);
  if (found === undefined) {
    ports.log.write('info', 'rebuild.foreign-blob', { bytes: size, id: blobIdToBytes(blob.blobId)[0] ?? 0 });
    return undefined;
  }
  const [index = new Uint8Array()] = await ports.blobs.readRanges(
    blob.blobId,
    size,
    [{ start: found.start, end: found.start + found.bytes }],
    signal,
  );
  return parseIndex(ports.crypto, input.keys.index, input.row.id, index, found.start);
}
