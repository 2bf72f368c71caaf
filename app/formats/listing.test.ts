import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, toHex } from '../domain/bytes.ts';
import { parseChunkId, parseDeviceId, parseNodeId } from '../domain/ids.ts';
import { nameBytesFromText, parsePathName, textFromNameBytes } from '../domain/path-name.ts';
import type { TreeEntry } from '../domain/space.ts';
import { ByteWriter } from './byte-reader.ts';
import {
  chunkListFromBytes,
  chunkListToBytes,
  contentFromBytes,
  contentToBytes,
  listingFromBytes,
  listingToBytes,
} from './listing.ts';

const seed = Number(process.env['FLOE_SEED'] ?? '20261121');
const damaged = expect.objectContaining({ code: 'pack-damaged' });
const chunk = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => parseChunkId(bytes));
const content = fc.record({ depth: fc.integer({ min: 0, max: 4 }), chunks: fc.array(chunk, { maxLength: 4 }) });
const name = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .filter((bytes) => !bytes.some((byte) => byte === 0 || byte === 0x2f) && !/^\.{1,2}$/.test(textFromNameBytes(bytes)))
  // A mark at the front is the business of path-name.test.ts.
  .filter((bytes) => !toHex(bytes).includes('efbbbf'))
  .map((bytes) => parsePathName(bytes));
const device = fc.constantFrom(...['aa', 'bb', 'cc'].map((text) => parseDeviceId(text.repeat(16))));
const dot = fc.record({ device, sequence: fc.integer({ min: 1, max: 0xffff_ffff }) });
const entry: fc.Arbitrary<TreeEntry> = fc.record({
  name,
  node: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => parseNodeId(bytes)),
  kind: fc.constantFrom('file', 'folder', 'symlink'),
  mode: fc.integer({ min: 0, max: 0xffff }),
  mtimeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  bytes: fc.maxSafeNat(),
  content,
  place: dot,
  version: dot,
});
const entries = fc.uniqueArray(entry, { selector: (one) => toHex(nameBytesFromText(one.name)), maxLength: 12 });

/** A listing's bytes as they are laid out, with any names in any order. */
function laidOut(names: readonly Uint8Array[], kind = 0, depth = 0, chunks = 0, index = 0, sequence = 1): Uint8Array {
  const out = new ByteWriter().u8(1).u16(1).bytes(new Uint8Array(16)).u32(names.length);
  for (const bytes of names) {
    out
      .u8(bytes.length)
      .bytes(bytes)
      .u8(kind)
      .bytes(new Uint8Array(16))
      .u16(0)
      .u32(1)
      .u16(index)
      .u32(sequence)
      .u16(0o644)
      .i64(0n)
      .u64(0);
    out.u8(depth).u32(chunks);
  }
  return out.done();
}
const named = (...names: readonly string[]): Uint8Array => laidOut(names.map((text) => new TextEncoder().encode(text)));

describe(`folder listings (seed ${seed})`, () => {
  test('entries come back in the order of their name bytes, whatever order they came in', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const bytes = listingToBytes(all);
        const sorted = all.toSorted((a, b) => compareBytes(nameBytesFromText(a.name), nameBytesFromText(b.name)));
        expect(listingFromBytes(bytes)).toEqual(sorted);
        expect(listingToBytes(all.toReversed())).toEqual(bytes);
      }),
      { seed },
    );
  });

  test('any beginning of a listing, and one with more behind it, is refused', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const bytes = listingToBytes(all);
        for (let length = 0; length < bytes.length; length += 1 + Math.floor(bytes.length / 50))
          expect(() => listingFromBytes(bytes.subarray(0, length))).toThrow(damaged);
        expect(() => listingFromBytes(Uint8Array.of(...bytes, 0))).toThrow(damaged);
      }),
      { seed, numRuns: 30 },
    );
  });

  test('a changed listing is read as another listing or refused with a fault, never anything else', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.integer({ min: 1, max: 255 }), (all, at, mask) => {
        const bytes = listingToBytes(all);
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ mask;
        try {
          listingToBytes(listingFromBytes(bytes));
        } catch (error) {
          expect(['pack-damaged', 'name-unsafe', 'bad-input']).toContain(Reflect.get(Object(error), 'code'));
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  test('names out of order or twice are refused; a writer that is given one twice stops', () => {
    expect(listingFromBytes(named('a', 'b'))).toHaveLength(2);
    for (const wrong of [named('b', 'a'), named('a', 'a'), named('ab', 'a')])
      expect(() => listingFromBytes(wrong)).toThrow(damaged);
    const [one] = listingFromBytes(named('a'));
    expect(() => listingToBytes(one ? [one, { ...one, mode: 1 }] : [])).toThrow(/once/);
  });

  test('names that could leave the folder are refused', () => {
    for (const unsafe of ['', '.', '..', '../x', 'a/b', '/', 'a\0b'])
      expect(() => listingFromBytes(named(unsafe)), unsafe).toThrow(expect.objectContaining({ code: 'name-unsafe' }));
  });

  test('an unknown version, kind or depth, and a count that the bytes cannot hold, are refused', () => {
    const good = named('a');
    expect(() => listingFromBytes(Uint8Array.of(2, ...good.subarray(1)))).toThrow(damaged);
    const a = [Uint8Array.of(0x61)];
    for (const wrong of [
      laidOut(a, 3),
      laidOut(a, 0, 5),
      laidOut(a, 0, 0, 1),
      laidOut(a, 0, 0, 0xffffffff),
      laidOut(a, 0, 0, 0, 1),
      laidOut(a, 0, 0, 0, 0, 0),
    ])
      expect(() => listingFromBytes(wrong)).toThrow(damaged);
    expect(() => listingFromBytes(Uint8Array.of(1, 0, 0, 0xff, 0xff, 0xff, 0xff))).toThrow(damaged);
  });

  // Frozen: two devices must write the same bytes for the same folder, or nothing is shared between snapshots.
  test('the bytes of a listing stay what they are', () => {
    const node = parseNodeId('000102030405060708090a0b0c0d0e0f');
    const chunks = [parseChunkId('ab'.repeat(32))];
    const [one, two] = ['11', '22'].map((text) => parseDeviceId(text.repeat(16)));
    if (one === undefined || two === undefined) throw new Error('two devices');
    const listing = listingToBytes([
      {
        name: parsePathName('b'),
        node,
        kind: 'folder',
        mode: 0o755,
        mtimeNs: -1n,
        bytes: 5,
        content: { depth: 1, chunks },
        place: { device: one, sequence: 3 },
        version: { device: two, sequence: 0x01020304 },
      },
      {
        name: parsePathName(Uint8Array.of(0x61, 0xff)),
        node,
        kind: 'file',
        mode: 0o644,
        mtimeNs: 1_700_000_000_123_456_789n,
        bytes: 2 ** 33,
        content: { depth: 0, chunks: [] },
        place: { device: two, sequence: 1 },
        version: { device: two, sequence: 1 },
      },
    ]);
    expect(toHex(listing)).toBe(
      '0102002222222222222222222222222222222211111111111111111111111111111111020000000261ff00000102030405060708090a0b0c0d0e0f000001000000000001000000a40115cd853dfe9c971700000000020000000000000000016201000102030405060708090a0b0c0d0e0f010003000000000004030201ed01ffffffffffffffff05000000000000000101000000abababababababababababababababababababababababababababababababab',
    );
    expect(toHex(listingToBytes([]))).toBe('01000000000000');
  });
});

describe(`content (seed ${seed})`, () => {
  test('content and lists of chunks come back; a cut list is refused', () => {
    fc.assert(
      fc.property(content, (one) => {
        expect(contentFromBytes(contentToBytes(one))).toEqual(one);
        const list = chunkListToBytes(one.chunks);
        expect(chunkListFromBytes(list)).toEqual(one.chunks);
        expect(() => chunkListFromBytes(Uint8Array.of(...list, 1))).toThrow(damaged);
        expect(() => contentFromBytes(contentToBytes(one).subarray(1))).toThrow(damaged);
      }),
      { seed },
    );
  });
});
