import { expect, it } from 'vitest';
import { loadNative } from './codec.ts';
import { findCuts } from './gear.ts';
import { below, randomBytes, randomOf, seed } from './testing/samples.ts';

const random = randomOf(seed);
const table = new BigUint64Array(randomBytes(random, 2048).buffer);

/** The definition, word for word, with 64-bit integers. */
function cutsByDefinition(bytes: Uint8Array, min: number, normal: number, max: number, isLast: boolean): number[] {
  const normalBits = Math.floor(Math.log2(normal));
  const top = (bits: number): bigint => (bits <= 0 ? 0n : BigInt.asUintN(64, -1n << BigInt(64 - bits)));
  const cuts: number[] = [];
  let start = 0;
  let hash = 0n;
  for (let i = 0; i < bytes.length; i++) {
    if (i - start >= min) hash = BigInt.asUintN(64, (hash << 1n) + (table[bytes[i] ?? 0] ?? 0n));
    const mask = i - start < normal ? top(normalBits + 2) : top(normalBits - 2);
    const isHit = i - start >= min && (hash & mask) === 0n;
    if (isHit || i + 1 - start === max) {
      cuts.push(i + 1);
      start = i + 1;
      hash = 0n;
    }
  }
  if (isLast && start < bytes.length) cuts.push(bytes.length);
  return cuts;
}

const limits = [
  { min: 1, normal: 1, max: 1 },
  { min: 64, normal: 256, max: 1024 },
  { min: 100, normal: 1000, max: 5000 },
  { min: 256, normal: 256, max: 4096 },
  { min: 512, normal: 1024, max: 1024 },
];

it('cuts where the definition says', () => {
  for (const limit of limits) {
    for (const isLast of [false, true]) {
      const bytes = randomBytes(random, below(random, 30_000));
      const expected = cutsByDefinition(bytes, limit.min, limit.normal, limit.max, isLast);
      expect(findCuts(bytes, table, limit, isLast), `seed ${seed}`).toEqual(expected);
    }
  }
});

it('cuts a constant stream at the longest length or the shortest, and never loops', () => {
  for (const value of [0, 255]) {
    const cuts = findCuts(new Uint8Array(10_000).fill(value), table, { min: 64, normal: 256, max: 1024 }, true);
    expect(cuts.at(-1)).toBe(10_000);
  }
  expect(findCuts(new Uint8Array(0), table, { min: 64, normal: 256, max: 1024 }, true)).toEqual([]);
});

it.runIf(loadNative() !== undefined)('cuts at the same places in the addon', () => {
  const native = loadNative()?.findCuts ?? findCuts;
  for (let round = 0; round < 200; round++) {
    const min = 1 + below(random, 300);
    const normal = min + below(random, 2000);
    const limit = { min, normal, max: normal + below(random, 5000) };
    const bytes = randomBytes(random, below(random, 50_000));
    if (round % 4 === 0) bytes.fill(7, below(random, bytes.length));
    const isLast = round % 2 === 0;
    expect(native(bytes, table, limit, isLast), `seed ${seed}`).toEqual(findCuts(bytes, table, limit, isLast));
  }
});

it('refuses limits and tables that make no sense', () => {
  const bytes = new Uint8Array(100);
  for (const cuts of [findCuts, loadNative()?.findCuts ?? findCuts]) {
    expect(() => cuts(bytes, table, { min: 0, normal: 10, max: 20 }, true)).toThrow();
    expect(() => cuts(bytes, table, { min: 10, normal: 9, max: 20 }, true)).toThrow();
    expect(() => cuts(bytes, table, { min: 10, normal: 30, max: 20 }, true)).toThrow();
    expect(() => cuts(bytes, table, { min: 1.5, normal: 30, max: 40 }, true)).toThrow();
    expect(() => cuts(bytes, table.subarray(1), { min: 1, normal: 30, max: 40 }, true)).toThrow();
  }
});
