import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../domain/fault.ts';
import { nameBytesFromText } from '../../domain/path-name.ts';
import {
  contentFromBytes,
  contentToBytes,
  headFromHex,
  lookFromBytes,
  lookToBytes,
  nameFromBytes,
  nameToBytes,
  recordFromBytes,
  recordToBytes,
  type EntryFacts,
} from './entry-record.ts';
import { content, nodeId } from './testing/samples.ts';

const dots = fc.record({
  writer: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
  sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});
const facts = fc.record({
  num: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  since: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  node: fc.nat().map(nodeId),
  kind: fc.constantFrom('file', 'folder', 'symlink'),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  mtimeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  bytes: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  content: fc
    .tuple(fc.nat(255), fc.array(fc.nat(), { maxLength: 5 }))
    .map(([depth, ids]) => ({ depth, chunks: content(...ids).chunks })),
  place: dots,
  version: dots,
});

describe('an entry as bytes', () => {
  it('comes back exactly, whatever its numbers', () => {
    fc.assert(
      fc.property(facts, (entry: EntryFacts) => {
        const record = recordToBytes(entry, 7);
        expect(recordFromBytes(record)).toEqual(entry);
        const head = Buffer.concat([record.subarray(14, 15), record.subarray(24, 32), record.subarray(52, 64)])
          .toString('hex')
          .toUpperCase();
        expect(headFromHex(head)).toEqual({
          kind: entry.kind,
          bytes: entry.kind === 'file' ? entry.bytes : 0,
          dots: [entry.place, entry.version],
        });
      }),
    );
  });

  it('is refused as damage when it is cut short at any byte', () => {
    const record = recordToBytes(
      {
        num: 1,
        since: 1,
        node: nodeId(1),
        kind: 'file',
        mode: 1,
        mtimeNs: 1n,
        bytes: 1,
        content: content(1, 2),
        place: { writer: 1, sequence: 1 },
        version: { writer: 1, sequence: 2 },
      },
      1,
    );
    for (let length = 0; length < record.length; length++) {
      let thrown: unknown;
      try {
        recordFromBytes(record.subarray(0, length));
      } catch (error) {
        thrown = error;
      }
      expect(faultOf(thrown)?.code).toBe('catalog-damaged');
    }
  });

  it('keeps looks of any device and inode, and content of any depth', () => {
    const seen = {
      device: 2n ** 64n - 1n,
      inode: 2n ** 63n,
      bytes: 2 ** 53 - 1,
      mtimeNs: -(2n ** 63n),
      ctimeNs: 2n ** 63n - 1n,
    };
    expect(lookFromBytes(lookToBytes(seen) ?? Buffer.alloc(0))).toEqual(seen);
    expect(lookToBytes(undefined)).toBeNull();
    for (const some of [content(), content(5), { depth: 3, chunks: content(1, 2, 3).chunks }])
      expect(contentFromBytes(contentToBytes(some))).toEqual(some);
  });

  it('keeps names byte for byte', () => {
    for (const bytes of [
      [0xff, 0x80, 0x41],
      [...nameBytesFromText('é日本😀')],
      [0x41, 0x0a, 0x20],
      [0xef, 0xbb, 0xbf, 0x41],
      [...nameBytesFromText('\ufffd')],
    ]) {
      const name = nameFromBytes(Buffer.from(bytes));
      expect([...nameToBytes(name)]).toEqual(bytes);
    }
  });
});
