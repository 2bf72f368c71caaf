import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blobIdBytes,
  blobIdFromU256,
  blobIdToBytes,
  blobIdToU256,
  pairOfShard,
  parseBlobId,
  rotationOf,
  shardOfPair,
} from './blob-id.ts';

const seed = Number(process.env['FLOE_SEED'] ?? '20261121');
const id = fc.uint8Array({ minLength: blobIdBytes, maxLength: blobIdBytes }).map((bytes) => parseBlobId(bytes));

describe(`blob ids (seed ${seed})`, () => {
  test('text, bytes and u256 are three forms of one id', () => {
    fc.assert(
      fc.property(id, (blob) => {
        expect(blob).toHaveLength(43);
        expect(parseBlobId(String(blob))).toBe(blob);
        expect(parseBlobId(blobIdToBytes(blob))).toBe(blob);
        expect(blobIdFromU256(blobIdToU256(blob))).toBe(blob);
      }),
      { seed },
    );
  });

  test('the u256 is little-endian and the rotation big-endian', () => {
    const low = parseBlobId(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0)));
    const high = parseBlobId(Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? 5 : 0)));
    expect(blobIdToU256(low)).toBe(1n);
    expect(rotationOf(high, 1000)).toBe(5);
    fc.assert(
      fc.property(id, fc.integer({ min: 1, max: 2000 }), (blob, shards) => {
        const value = blobIdToBytes(blob).reduce((whole, byte) => whole * 256n + BigInt(byte), 0n);
        expect(rotationOf(blob, shards)).toBe(Number(value % BigInt(shards)));
      }),
      { seed },
    );
  });

  test('each shard stores one pair of a blob, and the pair finds its shard', () => {
    fc.assert(
      fc.property(id, fc.integer({ min: 1, max: 60 }), (blob, shards) => {
        const homes = Array.from({ length: shards }, (_, pair) => shardOfPair(pair, blob, shards));
        expect(homes.toSorted((a, b) => a - b)).toEqual(homes.map((_, i) => i));
        for (const [pair, shard] of homes.entries()) expect(pairOfShard(shard, blob, shards)).toBe(pair);
      }),
      { seed },
    );
  });

  test('anything but 32 bytes is refused', () => {
    for (const value of [
      '',
      'AAAA',
      'A'.repeat(42),
      'A'.repeat(44),
      '='.repeat(43),
      new Uint8Array(31),
      new Uint8Array(33),
    ])
      expect(() => parseBlobId(value)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });
});
