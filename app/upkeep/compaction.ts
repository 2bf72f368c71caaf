/**
 * Which packs are rewritten into which new ones, so that what is stored costs less: small packs, whose metadata is paid on every shard whatever they
 * hold, and packs that hold little that is still reachable. Pure, and a matter of prices: writing is paid once, storing every epoch, and a rewritten pack
 * is paid for beside the old one until that one may be deleted.
 */
import { encodedBytes, storageUnits, unitBytes, type RedStuff } from '../domain/redstuff.ts';
import { frameBytes, paddedPackBytes } from '../formats/pack.ts';

export interface StoredPack {
  readonly num: number;
  readonly bytes: number;
  /** Bytes of sealed chunks that are reachable and counted here. */
  readonly liveBytes: number;
  readonly liveChunks: number;
}

export interface PackPrices {
  /** FROST for a unit and epoch, and for a unit written. */
  readonly storage: bigint;
  readonly write: bigint;
  /** FROST that the transactions of a new pack are worth. */
  readonly gas: bigint;
}

export interface CompactionOutlook {
  readonly code: RedStuff;
  /** Bytes of a full pack, frame included. */
  readonly packBytes: number;
  readonly prices: PackPrices;
  /** So many epochs what is stored will be paid on. */
  readonly horizonEpochs: number;
}

export interface Rewrite {
  readonly packs: readonly number[];
  readonly liveBytes: number;
  /** FROST over the horizon. */
  readonly savedFrost: bigint;
}

/** Index, padding and trailer take the rest: a new pack is filled to this share with chunks. */
const fillShare = 0.94;
/** Epochs for which old and new are both paid: a list stands for two days, and an answer may take its time. */
const overlapEpochs = 1;

/** FROST for encoded bytes in a pool, whose blobs share its units, at a price for a unit. */
export const poolFrost = (encoded: number, price: bigint): bigint => (BigInt(encoded) * price) / BigInt(unitBytes);

/** Each rewrite makes one new pack at most. The best first. */
export function planCompaction(packs: readonly StoredPack[], outlook: CompactionOutlook): readonly Rewrite[] {
  const { code, packBytes } = outlook;
  const room = Math.floor(packBytes * fillShare);
  const perByte = (pack: StoredPack): number => encodedBytes(code, pack.bytes) / Math.max(1, pack.liveBytes);
  // What costs most for what it still holds goes first; a pack that holds nothing is collected as it is.
  const waiting = packs
    .filter(({ liveBytes }) => liveBytes > 0 && liveBytes < room)
    .toSorted((a, b) => perByte(b) - perByte(a) || a.num - b.num);
  const rewrites: Rewrite[] = [];
  for (let left = waiting; left.length > 0;) {
    const group = bestGroup(left, room, outlook);
    if (group === undefined) break;
    rewrites.push(group);
    const taken = new Set(group.packs);
    left = left.filter(({ num }) => !taken.has(num));
  }
  return rewrites;
}

/** As many of the dearest as save most together; undefined when nothing is saved. */
function bestGroup(
  waiting: readonly StoredPack[],
  room: number,
  { code, packBytes, prices, horizonEpochs }: CompactionOutlook,
): Rewrite | undefined {
  const packs: number[] = [];
  let liveBytes = 0;
  let liveChunks = 0;
  let before = 0;
  let best: Rewrite | undefined;
  for (const pack of waiting) {
    if (liveBytes + pack.liveBytes > room) continue;
    packs.push(pack.num);
    liveBytes += pack.liveBytes;
    liveChunks += pack.liveChunks;
    before += encodedBytes(code, pack.bytes);
    // As large as it will really be, or a pack that is small already would be rewritten for ever.
    const newBytes = paddedPackBytes(liveBytes + frameBytes(liveChunks), packBytes);
    const after = encodedBytes(code, Math.max(newBytes, Math.ceil(liveBytes / fillShare)));
    const epochs = Math.max(0, horizonEpochs - overlapEpochs);
    const gain = poolFrost(before - after, prices.storage) * BigInt(epochs);
    const overlap = poolFrost(after, prices.storage) * BigInt(overlapEpochs);
    const cost = BigInt(storageUnits(after)) * prices.write + overlap + prices.gas;
    const savedFrost = gain - cost;
    if (savedFrost > (best?.savedFrost ?? 0n)) best = { packs: [...packs], liveBytes, savedFrost };
  }
  return best;
}
