/**
 * Two years of daily edits on a large space, day by day, with the very rules that the engine follows (packing, compaction, doom lists, pools) and the network's
 * own sizes: what Floe pays, what a perfect packing would, and what a blob for each change would. The table of docs/cost.md is made here.
 */
import { encodedBytes, redStuff, storageUnits } from '../../app/domain/redstuff.ts';
import { frameBytes, paddedPackBytes } from '../../app/formats/pack.ts';
import { planCompaction } from '../../app/upkeep/compaction.ts';
import { doomedMax, graceMsOf } from '../../app/upkeep/garbage.ts';
import { growthFor, surplusOf } from '../../app/upkeep/pool-size.ts';
import { fullPackBytes, type Prices } from '../../build/checks/cost-table.ts';

const code = redStuff(1000);
const mb = 1_000_000;
const gb = 1000 * mb;
const baseBytes = 50 * gb;
const editedBytesADay = 5 * mb;
const epochs = 52;
const daysAnEpoch = 14;
const dayMs = 86_400_000;
const graceDays = graceMsOf(daysAnEpoch * dayMs) / dayMs;
/** The usual policy: so many epochs are always paid ahead. */
const aheadEpochs = 13;
/** Listings and the snapshot's record of a round, sealed. */
const roundBytes = 40_000;
/** A file of an ordinary folder, for the comparison with a blob each. */
const fileBytes = 256_000;

interface Cost {
  /** FROST for what was written, and for the storage of the two years. */
  write: bigint;
  storage: bigint;
  blobs: number;
}

const encoded = (bytes: number): number => encodedBytes(code, bytes);
const writeFrost = (bytes: number, { write }: Prices): bigint => BigInt(storageUnits(encoded(bytes))) * write;
const contentBytes = (day: number): number => baseBytes + day * editedBytesADay;

/** So many bytes in full packs and one that is not. */
function packSizes(bytes: number): readonly number[] {
  const room = fullPackBytes - frameBytes(60);
  const rest = bytes % room;
  const full = Array.from({ length: Math.floor(bytes / room) }, () => fullPackBytes);
  return rest > 0 ? [...full, paddedPackBytes(rest + frameBytes(60), fullPackBytes)] : full;
}

interface SimulatedPack {
  readonly num: number;
  readonly bytes: number;
  readonly liveBytes: number;
  readonly liveChunks: number;
}

/** A mebibyte each. */
const chunksOfPack = 60;

/** A pool whose capacity is paid epoch by epoch, and a packer, a compactor and a collector that work once a day. */
class Keeper {
  readonly #prices: Prices;
  readonly #compacts: boolean;
  readonly #live = new Map<number, SimulatedPack>();
  /** Rewritten, not deleted yet. */
  readonly #old: SimulatedPack[] = [];
  #listed: { day: number; packs: readonly SimulatedPack[] } | undefined;
  #made = 0;
  #epoch = 0;
  #used = 0;
  /** Capacity of the pool, and bytes that were taken of it lately. */
  #capacity = 0;
  /** Bytes that each epoch was paid for. */
  readonly #paid: number[] = [];
  #growthBytes = 0;
  readonly cost: Cost = { write: 0n, storage: 0n, blobs: 0 };

  constructor(prices: Prices, compacts: boolean) {
    this.#prices = prices;
    this.#compacts = compacts;
  }

  add(bytes: number, liveBytes: number): void {
    this.cost.write += writeFrost(bytes, this.#prices);
    const need = encoded(bytes);
    const more = growthFor({ capacityBytes: this.#capacity, usedBytes: this.#used }, need);
    this.#used += need;
    this.#growthBytes += more;
    this.#capacity += more;
    for (let epoch = this.#epoch; epoch < this.#epoch + aheadEpochs; epoch++)
      this.#paid[epoch] = (this.#paid[epoch] ?? 0) + more;
    const num = this.#made++;
    this.#live.set(num, { num, bytes, liveBytes, liveChunks: chunksOfPack });
  }

  beginEpoch(epoch: number): void {
    this.#epoch = epoch;
    if (epoch === 0) return;
    // Once an epoch the pool is extended by one; what it will not need is split off first.
    this.#capacity -= surplusOf({ capacityBytes: this.#capacity, usedBytes: this.#used }, this.#growthBytes * 2);
    this.#growthBytes = 0;
    this.#paid[epoch + aheadEpochs - 1] = this.#capacity;
  }

  tidy(day: number): void {
    if (!this.#compacts) return;
    const plan = planCompaction([...this.#live.values()], {
      code,
      packBytes: fullPackBytes,
      prices: { ...this.#prices, gas: 0n },
      horizonEpochs: aheadEpochs,
    });
    for (const { packs, liveBytes } of plan) {
      for (const num of packs) {
        const pack = this.#live.get(num);
        if (pack) this.#old.push(pack);
        this.#live.delete(num);
      }
      this.add(paddedPackBytes(liveBytes + frameBytes(chunksOfPack), fullPackBytes), liveBytes);
    }
    if (this.#listed && day >= this.#listed.day + graceDays) {
      for (const { bytes } of this.#listed.packs) this.#used -= encoded(bytes);
      this.#listed = undefined;
    }
    if (this.#listed === undefined && this.#old.length > 0)
      this.#listed = { day, packs: this.#old.splice(0, doomedMax) };
  }

  done(): Cost {
    for (let epoch = 0; epoch < epochs; epoch++)
      this.cost.storage += BigInt(storageUnits(this.#paid[epoch] ?? 0)) * this.#prices.storage;
    this.cost.blobs = this.#live.size + this.#old.length + (this.#listed?.packs.length ?? 0);
    return this.cost;
  }
}

/** What Floe pays: so many rounds a day, each with a pack of its own. */
export function floeCost(prices: Prices, roundsADay: number, compacts: boolean, isBaseCounted: boolean): Cost {
  const keeper = new Keeper(prices, compacts);
  keeper.beginEpoch(0);
  if (isBaseCounted) for (const bytes of packSizes(baseBytes)) keeper.add(bytes, Math.min(bytes, fullPackBytes));
  for (let day = 0; day < epochs * daysAnEpoch; day++) {
    if (day > 0 && day % daysAnEpoch === 0) keeper.beginEpoch(day / daysAnEpoch);
    for (let round = 0; round < roundsADay; round++) {
      const live = Math.round(editedBytesADay / roundsADay) + roundBytes;
      keeper.add(paddedPackBytes(live + frameBytes(8), fullPackBytes), live);
    }
    keeper.tidy(day);
  }
  return keeper.done();
}

/** Every day all content lies in full packs, written once, in a pool of just their size: nobody can do better with packs of this size. */
export function perfectCost(prices: Prices, isBaseCounted: boolean): Cost {
  const days = epochs * daysAnEpoch;
  const base = isBaseCounted ? 0 : baseBytes;
  let byteDays = 0;
  const perByte = encoded(fullPackBytes) / fullPackBytes;
  for (let day = 0; day < days; day++) byteDays += (contentBytes(day + 1) - base) * perByte;
  const packs = packSizes(contentBytes(days) - base);
  const write = packs.reduce((sum, bytes) => sum + writeFrost(bytes, prices), 0n);
  const storage = (BigInt(Math.round(byteDays / daysAnEpoch)) * prices.storage) / BigInt(1024 * 1024);
  return { write, storage, blobs: packs.length };
}

/** Each file and each change a blob of its own. */
export function blobEachCost(prices: Prices, isBaseCounted: boolean): Cost {
  const days = epochs * daysAnEpoch;
  const changesADay = Math.round(editedBytesADay / fileBytes);
  const files = isBaseCounted ? Math.round(baseBytes / fileBytes) : 0;
  const blobs = files + changesADay * days;
  let blobDays = 0;
  for (let day = 0; day < days; day++) blobDays += files + changesADay * (day + 1);
  const storage =
    (BigInt(Math.round(blobDays / daysAnEpoch)) * BigInt(encoded(fileBytes)) * prices.storage) / BigInt(1024 * 1024);
  return { write: BigInt(blobs) * writeFrost(fileBytes, prices), storage, blobs };
}

const total = ({ write, storage }: Cost): bigint => write + storage;
const walText = (frost: bigint): string => (Number(frost) / 1e9).toFixed(2);
const ratioText = (one: bigint, other: bigint): string => (Number(one) / Number(other)).toFixed(3);

export function upkeepTable(prices: Prices): string {
  const perfect = [perfectCost(prices, true), perfectCost(prices, false)] as const;
  const row = (name: string, cost: (isBaseCounted: boolean) => Cost): string => {
    const [whole, changes] = [cost(true), cost(false)];
    const cells = [
      name,
      whole.blobs,
      walText(whole.write),
      walText(whole.storage),
      walText(total(whole)),
      ratioText(total(whole), total(perfect[0])),
      ratioText(total(changes), total(perfect[1])),
    ];
    return `| ${cells.join(' | ')} |`;
  };
  return [
    '| two years | blobs at the end | WAL to write | WAL to store | WAL | of perfect | of perfect, the edits alone |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    row('a perfect packing', (isBaseCounted) => perfectCost(prices, isBaseCounted)),
    row('Floe, one round a day', (isBaseCounted) => floeCost(prices, 1, true, isBaseCounted)),
    row('Floe, 8 rounds a day', (isBaseCounted) => floeCost(prices, 8, true, isBaseCounted)),
    row('the same, never compacted', (isBaseCounted) => floeCost(prices, 8, false, isBaseCounted)),
    row('a blob for each change', (isBaseCounted) => blobEachCost(prices, isBaseCounted)),
  ].join('\n');
}
