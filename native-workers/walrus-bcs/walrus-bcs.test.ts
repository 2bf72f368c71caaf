/** The node bodies in BCS: round trips, published vectors, and hostile bytes. */
import { bcs } from '@mysten/sui/bcs';
import { describe, expect, it } from 'vitest';
import { fromBase64Url, fromHex, toHex } from '../../app/domain/bytes.ts';
import { Fault } from '../../app/domain/fault.ts';
import {
  confirmationMessage,
  encodeDecodingSymbols,
  encodeMetadata,
  encodeMetadataWithId,
  encodeRecoverySymbols,
  encodeSliver,
  invalidBlobMessage,
  parseConfirmationMessage,
  parseDecodingSymbols,
  parseMetadata,
  parseMetadataWithId,
  parseRecoverySymbols,
  parseSliver,
} from './walrus-bcs.ts';

const emptyBlobId = fromBase64Url('3GPQL3HZNnFhN_F7l5Aa-X1VOtAKwIsg9zuWk8R81v4');
const metadata = { encodingType: 1, unencodedBytes: 12, hashes: new Uint8Array(4 * 64).map((_, i) => i) };
const digest = new Uint8Array(32).fill(7);
const recovery = [
  { symbol: { axis: 'primary', index: 3, data: fromHex('0102') }, targetIndex: 1, path: [digest, new Uint8Array(32)] },
  { symbol: { axis: 'secondary', index: 0, data: fromHex('0304') }, targetIndex: 2, path: [] },
] as const;

describe('bodies', () => {
  it('writes a metadata body of the published size and reads it back', () => {
    const thousand = { ...metadata, hashes: new Uint8Array(1000 * 64) };
    expect(encodeMetadata(thousand).length).toBe(66_012);
    expect(encodeMetadataWithId(emptyBlobId, thousand).length).toBe(66_044);
    expect(parseMetadata(encodeMetadata(metadata))).toEqual(metadata);
    expect(parseMetadataWithId(encodeMetadataWithId(emptyBlobId, metadata))).toEqual({
      blobId: emptyBlobId,
      body: metadata,
    });
  });

  it('writes metadata as an independent BCS library does', () => {
    const node = bcs.enum('MerkleNode', { Empty: null, Digest: bcs.bytes(32) });
    const layout = bcs.enum('BlobMetadata', {
      V1: bcs.struct('V1', {
        encoding: bcs.u8(),
        length: bcs.u64(),
        hashes: bcs.vector(bcs.struct('Pair', { primary: node, secondary: node })),
      }),
    });
    const half = (k: number, h: number) => ({
      Digest: metadata.hashes.subarray(k * 64 + h * 32, k * 64 + h * 32 + 32),
    });
    const hashes = [0, 1, 2, 3].map((k) => ({ primary: half(k, 0), secondary: half(k, 1) }));
    expect(toHex(encodeMetadata(metadata))).toBe(
      toHex(layout.serialize({ V1: { encoding: 1, length: 12, hashes } }).toBytes()),
    );
  });

  it('writes the published sliver bodies and reads them back', () => {
    const body = { data: fromHex('010203040506'), symbolBytes: 2, index: 0 };
    expect(toHex(encodeSliver(body))).toBe('0601020304050602000000');
    expect(parseSliver(encodeSliver(body))).toEqual(body);
    expect(parseSliver(encodeSliver({ ...body, data: new Uint8Array(300), index: 999 })).index).toBe(999);
  });

  it('reads recovery and decoding symbols back as written', () => {
    expect(parseRecoverySymbols(encodeRecoverySymbols(recovery))).toEqual(recovery);
    const symbols = new Map([
      [256, [recovery[0].symbol]],
      [1, [recovery[0].symbol, recovery[1].symbol]],
    ]);
    expect(parseDecodingSymbols(encodeDecodingSymbols(symbols))).toEqual(symbols);
  });
});

describe('messages', () => {
  it('writes the published confirmation message', () => {
    const message = confirmationMessage({ epoch: 5, blobId: emptyBlobId, persistence: { kind: 'permanent' } });
    expect(toHex(message)).toBe(`01000305000000${toHex(emptyBlobId)}00`);
    const objectId = new Uint8Array(32).fill(9);
    const deletable = { epoch: 6, blobId: emptyBlobId, persistence: { kind: 'deletable', objectId } } as const;
    expect(confirmationMessage(deletable).length).toBe(72);
    expect(parseConfirmationMessage(confirmationMessage(deletable))).toEqual(deletable);
    expect(toHex(invalidBlobMessage(5, emptyBlobId))).toBe(`02000305000000${toHex(emptyBlobId)}`);
  });
});

describe('hostile bytes', () => {
  const bodies: readonly [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
    ['metadata', encodeMetadata(metadata), parseMetadata],
    ['metadata with id', encodeMetadataWithId(emptyBlobId, metadata), parseMetadataWithId],
    ['sliver', encodeSliver({ data: fromHex('0102'), symbolBytes: 2, index: 1 }), parseSliver],
    ['recovery symbols', encodeRecoverySymbols(recovery), parseRecoverySymbols],
    ['decoding symbols', encodeDecodingSymbols(new Map([[1, [recovery[0].symbol]]])), parseDecodingSymbols],
    [
      'confirmation',
      confirmationMessage({ epoch: 5, blobId: emptyBlobId, persistence: { kind: 'permanent' } }),
      parseConfirmationMessage,
    ],
  ];
  const refuses = (parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean => {
    try {
      parse(bytes);
      return false;
    } catch (error) {
      if (error instanceof Fault && error.code === 'codec-refused') return true;
      throw error;
    }
  };

  it('are refused when cut short or prolonged', () => {
    for (const [name, bytes, parse] of bodies) {
      expect(refuses(parse, bytes), name).toBe(false);
      for (let end = 0; end < bytes.length; end++)
        expect(refuses(parse, bytes.subarray(0, end)), `${name} ${end}`).toBe(true);
      expect(refuses(parse, Uint8Array.from([...bytes, 0])), name).toBe(true);
    }
  });

  it('never cause anything but a refusal or another value (seed 99)', () => {
    let state = 99;
    const next = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let round = 0; round < 3000; round++) {
      const [, bytes, parse] = bodies[next(bodies.length)] ?? bodies[0] ?? expect.fail();
      const mutated = Uint8Array.from(bytes);
      for (let i = 0; i <= next(4); i++) mutated[next(mutated.length)] = next(256);
      refuses(parse, mutated);
    }
  });

  it('with a length of gigabytes are refused at once', () => {
    expect(refuses(parseSliver, fromHex('ffffffff0f0102030405'))).toBe(true);
    expect(refuses(parseMetadata, fromHex('00010c00000000000000ffffffff0f'))).toBe(true);
    expect(refuses(parseSliver, fromHex('8000' + '02000000'))).toBe(true);
  });
});
