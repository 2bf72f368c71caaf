/** What protecting a folder would cost, before anything is read in full or sent: an upper bound that knows nothing of duplicates or compression. */
import { sealOverheadBytes } from '../domain/chunk.ts';
import { storageUnits } from '../domain/redstuff.ts';
import { encodedPacks } from '../upkeep/more-room.ts';
import type { EngineCore } from './engine-core.ts';
import { readLeftOut } from './left-out.ts';
import { leaseEpochsUsual, packBytesFor } from './spaces.ts';

export interface Quote {
  readonly files: number;
  readonly bytes: number;
  readonly packs: number;
  readonly encodedBytes: number;
  readonly epochs: number;
  /** Storage and write fees. */
  readonly frost: bigint;
  /** Gas, roughly: what two transactions a pack usually take. */
  readonly mist: bigint;
}

/** Gas of a registration and a certification together, as a round figure above what is usual. */
const gasMistPerPack = 20_000_000n;
/** A tree node for each entry, and its chunk's place in the index. */
const entryOverheadBytes = 160;

export async function quoteFolder(
  core: Pick<EngineCore, 'disk' | 'chain' | 'crypto'> & { readonly pool: Pick<EngineCore['pool'], 'packBytesMax'> },
  folder: string,
  leaseEpochs: number | undefined,
  signal: AbortSignal,
): Promise<Quote> {
  const root = await core.disk.resolveFolder(folder);
  let files = 0;
  let bytes = 0;
  let entries = 0;
  const { isLeftOut } = await readLeftOut(core, root, signal);
  for await (const listings of core.disk.walk(root, '', isLeftOut, signal)) {
    for (const listing of listings) {
      for (const { stat } of listing.entries) {
        entries++;
        if (stat.kind !== 'file') continue;
        files++;
        bytes += stat.bytes;
      }
    }
  }
  const network = await core.chain.network(signal);
  const { shards } = network.committee;
  const epochs = Math.min(leaseEpochs ?? leaseEpochsUsual, network.epochsAheadMax);
  const sealed = bytes + entries * (sealOverheadBytes + entryOverheadBytes);
  const sizes = encodedPacks(sealed, shards, packBytesFor(shards, core.pool.packBytesMax));
  const units = sizes.reduce((sum, size) => sum + BigInt(storageUnits(size)), 0n);
  return {
    files,
    bytes,
    packs: sizes.length,
    encodedBytes: sizes.reduce((sum, size) => sum + size, 0),
    epochs,
    frost: units * (network.storagePrice * BigInt(epochs) + network.writePrice),
    mist: gasMistPerPack * BigInt(sizes.length),
  };
}
