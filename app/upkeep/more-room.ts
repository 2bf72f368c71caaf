/** What so many more bytes of files would be on the network and cost there, as if nothing of them repeated or compressed. Pure. */
import { encodedBytes, redStuff, storageUnits, unitBytes } from '../domain/redstuff.ts';
import { frameBytes, paddedPackBytes } from '../formats/pack.ts';
import { growthFor, type PoolFill } from './pool-size.ts';

/** Encoded sizes of the packs that so many sealed bytes fill: full ones, and one that is padded. */
export function encodedPacks(sealedBytes: number, shards: number, packBytes: number): readonly number[] {
  const code = redStuff(shards);
  const full = Math.floor(sealedBytes / packBytes);
  const last = paddedPackBytes((sealedBytes % packBytes) + frameBytes(1), packBytes);
  return [...Array.from({ length: full }, () => encodedBytes(code, packBytes)), encodedBytes(code, last)];
}

export interface RoomPrices {
  /** FROST for a unit and epoch, and for a unit written. */
  readonly storagePrice: bigint;
  readonly writePrice: bigint;
}

export interface RoomCost {
  readonly packs: number;
  readonly encodedBytes: number;
  /** Of that, what room bought before does not hold. */
  readonly boughtBytes: number;
  /** FROST once: room until the end of the lease, and writing. */
  readonly frost: bigint;
  /** FROST for each epoch after that. */
  readonly frostPerEpoch: bigint;
}

/** In a pool that stands so full, for so many epochs to its end. */
export function roomCost(packs: readonly number[], pool: PoolFill, epochs: number, prices: RoomPrices): RoomCost {
  const encoded = packs.reduce((sum, bytes) => sum + bytes, 0);
  const boughtBytes = growthFor(pool, encoded);
  const units = BigInt(boughtBytes / unitBytes);
  const writeUnits = packs.reduce((sum, bytes) => sum + BigInt(storageUnits(bytes)), 0n);
  const frostPerEpoch = units * prices.storagePrice;
  return {
    packs: packs.length,
    encodedBytes: encoded,
    boughtBytes,
    frost: frostPerEpoch * BigInt(epochs) + writeUnits * prices.writePrice,
    frostPerEpoch,
  };
}

/**
 * The least that files would take on the network as one blob each: each blob carries its own hashes on every shard, and no symbol is shorter than two
 * bytes. Tells what packing saves without looking at each file.
 */
export function apartBytes(files: number, bytes: number, shards: number): number {
  if (files === 0) return 0;
  const { rows, columns } = redStuff(shards);
  const symbols = Math.max(2 * files, Math.ceil(bytes / (rows * columns)));
  return shards * ((rows + columns) * symbols + files * (64 * shards + 32));
}
