/**
 * Content-defined chunk boundaries by a gear hash with normalised chunking (Xia et al., "FastCDC", USENIX ATC 2016): the definition, and what runs
 * where no native codec was built. In each chunk the hash starts as 0 at byte `min`; after byte i it is (hash << 1) + table[byte] modulo 2^64. The
 * chunk ends after a byte where the hash has no bit of the mask: log2(normal) + 2 highest bits before `normal` bytes, log2(normal) - 2 from there
 * on; and at `max` at the latest.
 */
import { Fault } from '../../app/domain/fault.ts';

/** Bytes of a chunk: 1 <= min <= normal <= max < 2^32. */
export interface CutLimits {
  readonly min: number;
  readonly normal: number;
  readonly max: number;
}

/** End offsets of complete chunks. The bytes behind the last boundary are a chunk only when they are the last of the stream. */
export type FindCuts = (bytes: Uint8Array, table: BigUint64Array, limits: CutLimits, isLast: boolean) => number[];

/** The hash as two 32-bit halves: the highest bits decide, and doubles hold no 64-bit integers. */
interface GearTable {
  readonly high: Int32Array;
  readonly low: Int32Array;
}

function halves(table: BigUint64Array): GearTable {
  const high = new Int32Array(256);
  const low = new Int32Array(256);
  table.forEach((entry, byte) => {
    high[byte] = Number(BigInt.asIntN(32, entry >> 32n));
    low[byte] = Number(BigInt.asIntN(32, entry));
  });
  return { high, low };
}

/** The `bits` highest bits of 64, as halves. */
function topMask(bits: number): { high: number; low: number } {
  const mask = bits <= 0 ? 0n : BigInt.asUintN(64, -1n << BigInt(64 - Math.min(bits, 64)));
  return { high: Number(BigInt.asIntN(32, mask >> 32n)), low: Number(BigInt.asIntN(32, mask)) };
}

export const findCuts: FindCuts = (bytes, table, { min, normal, max }, isLast) => {
  const limits = [min, normal, max];
  if (table.length !== 256) throw new Fault('codec-refused', 'never', 'The gear table needs 256 entries.');
  if (
    !limits.every((limit) => Number.isInteger(limit) && limit >= 1 && limit <= 2 ** 32) ||
    min > normal ||
    normal > max
  ) {
    throw new Fault('codec-refused', 'never', 'Chunk limits must be 1 <= min <= normal <= max.');
  }
  const gear = halves(table);
  const normalBits = Math.floor(Math.log2(normal));
  const strict = topMask(normalBits + 2);
  const loose = topMask(normalBits - 2);
  const cuts: number[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = Math.min(bytes.length, start + max);
    const cut = firstCut(bytes, gear, [start + min, Math.min(end, start + normal), end], strict, loose);
    if (cut === undefined && end - start < max && !isLast) break;
    start = cut ?? end;
    cuts.push(start);
  }
  return cuts;
};

type Mask = ReturnType<typeof topMask>;

function firstCut(
  bytes: Uint8Array,
  { high, low }: GearTable,
  [from, normal, end]: readonly [number, number, number],
  strict: Mask,
  loose: Mask,
): number | undefined {
  let hashHigh = 0;
  let hashLow = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] ?? 0;
    const doubled = hashLow << 1;
    const sum = (doubled + (low[byte] ?? 0)) | 0;
    const carry = sum >>> 0 < doubled >>> 0 ? 1 : 0;
    hashHigh = (((hashHigh << 1) | (hashLow >>> 31)) + (high[byte] ?? 0) + carry) | 0;
    hashLow = sum;
    const mask = at < normal ? strict : loose;
    if ((hashHigh & mask.high) === 0 && (hashLow & mask.low) === 0) return at + 1;
  }
  return undefined;
}
