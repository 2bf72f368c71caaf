import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../adapters/crypto/crypto.ts';
import { concatBytes, toHex } from '../domain/bytes.ts';
import { idToBytes, parseChunkId, parseSpaceId } from '../domain/ids.ts';
import { blobBytesMax, redStuff, symbolBytes } from '../domain/redstuff.ts';
import type { ChunkPlace } from '../domain/space.ts';
import {
  frameBytes,
  fullPackBytes,
  packTail,
  paddedPackBytes,
  parseIndex,
  parseTrailer,
  trailerBytes,
} from './pack.ts';
import { seededDice } from './testing/seeded-dice.ts';

const seed = Number(process.env['FLOE_SEED'] ?? '20261121');
const space = parseSpaceId('00112233445566778899aabbccddeeff');
const otherSpace = parseSpaceId('00112233445566778899aabbccddeefe');
const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const otherKey = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const damaged = expect.objectContaining({ code: 'pack-damaged' });
const kinds = ['file', 'tree', 'snapshot'] as const;
const packMax = 16 * 1024 * 1024;

function chunksOf(count: number, from: number): readonly ChunkPlace[] {
  const dice = seededDice(from);
  let start = 0;
  return Array.from({ length: count }, () => {
    const bytes = 29 + dice.below(4000);
    const place = {
      id: parseChunkId(dice.bytes(32)),
      kind: dice.oneOf(kinds),
      start,
      bytes,
      plainBytes: dice.below(2 ** 32),
    };
    start += bytes;
    return place;
  });
}

function packOf(count: number, from: number) {
  const chunks = chunksOf(count, from);
  const chunkBytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const tail = packTail(nodeCrypto, seededDice(from), key, space, chunks, chunkBytes, packMax);
  return { chunks, chunkBytes, tail, size: chunkBytes + tail.length, trailer: tail.subarray(-trailerBytes) };
}

const changed = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
};

describe(`a pack's frame (seed ${seed})`, () => {
  test('the trailer finds the index and the index tells every chunk', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(), (count, from) => {
        const { chunks, chunkBytes, tail, size, trailer } = packOf(count, from);
        expect(size).toBe(paddedPackBytes(chunkBytes + frameBytes(count), packMax));
        const found = parseTrailer(nodeCrypto, key, space, trailer, size);
        expect(found).toEqual({ start: chunkBytes, bytes: frameBytes(count) - trailerBytes });
        const index = tail.subarray(0, found?.bytes);
        expect(parseIndex(nodeCrypto, key, space, index, chunkBytes)).toEqual(chunks);
      }),
      { seed, numRuns: 40 },
    );
  });

  test('a trailer with any bit changed, of another key or of another space is no trailer', () => {
    const { size, trailer } = packOf(5, seed);
    for (let bit = 0; bit < trailer.length * 8; bit++)
      expect(parseTrailer(nodeCrypto, key, space, changed(trailer, bit), size)).toBeUndefined();
    expect(parseTrailer(nodeCrypto, otherKey, space, trailer, size)).toBeUndefined();
    expect(parseTrailer(nodeCrypto, key, otherSpace, trailer, size)).toBeUndefined();
    for (const length of [0, 1, 27, 63])
      expect(parseTrailer(nodeCrypto, key, space, trailer.subarray(0, length), size)).toBeUndefined();
  });

  test('an index with any bit changed, of another key or of another space is refused', () => {
    const { chunkBytes, tail } = packOf(3, seed);
    const index = tail.subarray(0, frameBytes(3) - trailerBytes);
    for (let bit = 0; bit < index.length * 8; bit++)
      expect(() => parseIndex(nodeCrypto, key, space, changed(index, bit), chunkBytes)).toThrow(damaged);
    expect(() => parseIndex(nodeCrypto, otherKey, space, index, chunkBytes)).toThrow(damaged);
    expect(() => parseIndex(nodeCrypto, key, otherSpace, index, chunkBytes)).toThrow(damaged);
    expect(() => parseIndex(nodeCrypto, key, space, index.subarray(0, -1), chunkBytes)).toThrow(damaged);
  });

  test('a trailer in place of an index, and an index in place of a trailer, do not open', () => {
    const { trailer, tail, size } = packOf(0, seed);
    expect(() => parseIndex(nodeCrypto, key, space, trailer, 0)).toThrow(damaged);
    expect(parseTrailer(nodeCrypto, key, space, tail.subarray(0, frameBytes(0) - trailerBytes), size)).toBeUndefined();
  });

  test('places outside of the pack are refused, even when sealed well', () => {
    const { chunkBytes, tail, size, trailer } = packOf(4, seed);
    const index = tail.subarray(0, frameBytes(4) - trailerBytes);
    expect(() => parseIndex(nodeCrypto, key, space, index, chunkBytes - 1)).toThrow(damaged);
    expect(() => parseTrailer(nodeCrypto, key, space, trailer, chunkBytes + index.length + trailerBytes - 1)).toThrow(
      damaged,
    );
    expect(parseTrailer(nodeCrypto, key, space, trailer, size)).toBeDefined();
  });

  test('a sealed index of a later version, an unknown kind or a wrong count is refused', () => {
    const label = concatBytes(new TextEncoder().encode('floe pack index v1'), idToBytes(space));
    const seal = (...plain: readonly number[]): Uint8Array =>
      nodeCrypto.seal(key, new Uint8Array(12), label, Uint8Array.from(plain));
    const one = (kind: number): readonly number[] => [kind, ...new Uint8Array(44)];
    expect(parseIndex(nodeCrypto, key, space, seal(1, 1, 0, 0, 0, ...one(2)), 0)).toHaveLength(1);
    for (const wrong of [
      seal(),
      seal(2, 0, 0, 0, 0),
      seal(1, 1, 0, 0, 0, ...one(3)),
      seal(1, 2, 0, 0, 0, ...one(0)),
      seal(1, 0, 0, 0, 0, ...one(0)),
      seal(1, 255, 255, 255, 255),
    ])
      expect(() => parseIndex(nodeCrypto, key, space, wrong, 1000)).toThrow(damaged);
  });

  // Frozen: packs of today are read for as long as there are leases.
  test('the bytes of a frame stay what they are', () => {
    const id = parseChunkId('ab'.repeat(32));
    const dice = { bytes: (length: number) => new Uint8Array(length).fill(7), fraction: () => 0 };
    const places = [{ id, kind: 'snapshot', start: 0, bytes: 100, plainBytes: 71 } as const];
    const tail = packTail(nodeCrypto, dice, key, space, places, 100, packMax);
    const index = frameBytes(1) - trailerBytes;
    expect(frameBytes(1)).toBe(142);
    expect(toHex(tail.subarray(0, index))).toBe(
      '0707070707070707070707070e6ba65c6f0d7c5f6d36b82b2bfa5f300af726d8235c2ab25510f551af7599b08cef5ad52aebf49202fec5fdc2179e26bb4861f5f2cd66581958e63353c72315a68a',
    );
    expect(toHex(tail.subarray(-trailerBytes))).toBe(
      '0707070707070707070707070e6ac25c6f0fd7f4c69d5d808051f49ba15c8d7388f78119febb5efa04de321b2744f17e9eac08de50daaaf9e67bbe2f42de584f',
    );
    expect(new Set(tail.subarray(index, -trailerBytes))).toEqual(new Set([7]));
  });
});

describe(`sizes of packs (seed ${seed})`, () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 2 ** 20 }), fc.integer({ min: 1, max: 2 ** 27 }));

  test('padding adds at most a sixteenth and 64 KiB, goes in steps and never passes the maximum', () => {
    fc.assert(
      fc.property(size, size, (bytes, max) => {
        const padded = paddedPackBytes(bytes, max);
        expect(padded).toBeGreaterThanOrEqual(bytes);
        expect(padded).toBeLessThanOrEqual(Math.max(max, bytes));
        expect(padded - bytes).toBeLessThan(Math.max(64 * 1024, bytes / 16 + 1));
        if (padded < max) expect(padded % (64 * 1024)).toBe(0);
        expect(paddedPackBytes(padded, max)).toBe(padded);
        expect(paddedPackBytes(bytes + 1, max)).toBeGreaterThanOrEqual(Math.min(padded, max));
      }),
      { seed, numRuns: 3_000 },
    );
  });

  test('between two powers of two there are sixteen sizes', () => {
    const sizes = new Set<number>();
    for (let bytes = 2 ** 22 + 1; bytes <= 2 ** 23; bytes += 4096) sizes.add(paddedPackBytes(bytes, 2 ** 30));
    expect(sizes.size).toBe(16);
  });

  test('a full pack fills whole hash blocks and its symbols, and the next block would pass the limit', () => {
    expect(fullPackBytes(redStuff(1000), 64 * 1024 * 1024)).toBe(334 * 667 * 254);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1200 }), fc.integer({ min: 1, max: 2 ** 28 }), (shards, limit) => {
        const code = redStuff(shards);
        const bytes = fullPackBytes(code, limit);
        const cell = code.rows * code.columns;
        const symbol = bytes / cell;
        expect(symbolBytes(code, bytes)).toBe(symbol);
        expect(bytes).toBeLessThanOrEqual(blobBytesMax(code));
        if (symbol >= 126) {
          expect((symbol + 2) % 128).toBe(0);
          expect(bytes).toBeLessThanOrEqual(limit);
          if (symbol + 128 <= 65_534) expect(bytes + 128 * cell).toBeGreaterThan(limit);
        } else expect(126 * cell).toBeGreaterThan(limit);
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
