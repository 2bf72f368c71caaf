import { describe, expect, it } from 'vitest';
import { portableRs2 } from '../../native-workers/portable/portable.ts';
import { sliverLayout, sliverRange } from '../../native-workers/sliver-layout.ts';
import {
  confirmationMessage as confirmationOf,
  encodeMetadata,
  encodeMetadataWithId,
} from '../../native-workers/walrus-bcs/walrus-bcs.ts';
import { blobIdFromU256, blobIdToBytes, parseBlobId } from './blob-id.ts';
import { concatBytes, fromHex, toHex } from './bytes.ts';
import { idToBytes, parseSuiId } from './ids.ts';
import { metadataBody, metadataBodyBytes, parseMetadata, sliverHashIn } from './metadata-form.ts';
import { redStuff } from './redstuff.ts';
import {
  confirmationMessage,
  encodedSlivers,
  otherEpochOf,
  parseSliverBody,
  sliverBodyBytes,
  sliverForm,
  sliverOfPair,
} from './sliver-form.ts';

const axes = ['primary', 'secondary'] as const;
const refused = expect.objectContaining({ code: 'codec-refused', retry: 'never' }) as Error;

function blobOf(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + 7) % 251);
}

describe('sliver bodies', () => {
  it('are what the codec writes, systematic ones out of the blob itself', () => {
    for (const [shards, length] of [
      [4, 12],
      [7, 1],
      [7, 0],
      [10, 3000],
      [31, 9001],
    ] as const) {
      const blob = blobOf(length);
      const form = sliverForm(shards, length);
      const full = sliverLayout(redStuff(shards), length);
      const whole = new Uint8Array(full.bytes);
      portableRs2.encode(shards, blob, whole, full);
      const short = sliverLayout(redStuff(shards), length, true);
      const rest = new Uint8Array(short.bytes);
      portableRs2.encode(shards, blob, rest, short);
      const source = encodedSlivers(form, blob.buffer, rest.buffer);
      for (const axis of axes) {
        for (let index = 0; index < shards; index++) {
          const range = sliverRange(full, axis, index);
          const body = concatBytes(...source.body(axis, index));
          expect(toHex(body), `${axis} ${index} of ${shards}`).toBe(toHex(whole.subarray(range?.start, range?.end)));
          expect(body.length).toBe(sliverBodyBytes(form, axis));
          expect(parseSliverBody(body, form, axis, index).length).toBe(body.length - (body.length > 132 ? 6 : 5));
        }
      }
    }
  });

  it('ignore what stands in the buffer behind the blob', () => {
    const form = sliverForm(4, 5);
    const slivers = new ArrayBuffer(sliverLayout(redStuff(4), 5, true).bytes);
    const clean = encodedSlivers(form, Uint8Array.of(1, 2, 3, 4, 5).buffer, slivers);
    const dirty = encodedSlivers(form, Uint8Array.of(1, 2, 3, 4, 5, 99, 99, 99).buffer, slivers);
    for (const index of [0, 1]) {
      expect(concatBytes(...dirty.body('primary', index))).toEqual(concatBytes(...clean.body('primary', index)));
    }
  });

  it('are refused when they are anything but the sliver that was asked for', () => {
    const form = sliverForm(4, 12);
    const body = fromHex('0601020304050602000000');
    expect(toHex(parseSliverBody(body, form, 'primary', 0))).toBe('010203040506');
    expect(() => parseSliverBody(body, form, 'primary', 1)).toThrow(refused);
    expect(() => parseSliverBody(body, form, 'secondary', 0)).toThrow(refused);
    for (let length = 0; length < body.length; length++) {
      expect(() => parseSliverBody(body.subarray(0, length), form, 'primary', 0)).toThrow(refused);
    }
    expect(() => parseSliverBody(concatBytes(body, Uint8Array.of(0)), form, 'primary', 0)).toThrow(refused);
    for (const at of [0, 7, 8, 9, 10]) {
      const changed = body.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => parseSliverBody(changed, form, 'primary', 0)).toThrow(refused);
    }
  });

  it('belong to pairs from both ends', () => {
    expect([0, 3].map((pair) => axes.map((axis) => sliverOfPair(axis, pair, 4)))).toEqual([
      [0, 3],
      [3, 0],
    ]);
  });
});

describe('metadata', () => {
  const shards = 7;
  const made = portableRs2.metadata(shards, blobOf(500));
  const blobId = parseBlobId(made.blobId);
  const body = encodeMetadataWithId(made.blobId, { ...made, encodingType: 1 });

  it('is written and read as nodes do, and proven by the blob id', () => {
    expect(metadataBody(made)).toEqual(encodeMetadata({ ...made, encodingType: 1 }));
    expect(body.length).toBe(metadataBodyBytes(shards));
    expect(parseMetadata(body, blobId, shards)).toEqual(made);
    const big = portableRs2.metadata(200, blobOf(10));
    expect(metadataBodyBytes(200)).toBe(encodeMetadataWithId(big.blobId, { ...big, encodingType: 1 }).length);
  });

  it('is refused with any byte changed, and for any other blob or number of shards', () => {
    for (let at = 0; at < body.length; at++) {
      const changed = body.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(() => parseMetadata(changed, blobId, shards), `byte ${at}`).toThrow(refused);
    }
    expect(() => parseMetadata(body, blobIdFromU256(5n), shards)).toThrow(refused);
    expect(() => parseMetadata(body, blobId, 10)).toThrow(refused);
    expect(() => parseMetadata(new Uint8Array(0), blobId, shards)).toThrow(refused);
  });

  it('names the hash of each sliver', () => {
    const form = sliverForm(shards, 500);
    const layout = sliverLayout(redStuff(shards), 500);
    const out = new Uint8Array(layout.bytes);
    portableRs2.encode(shards, blobOf(500), out, layout);
    for (const axis of axes) {
      for (let index = 0; index < shards; index++) {
        const range = sliverRange(layout, axis, index);
        const data = parseSliverBody(out.subarray(range?.start, range?.end), form, axis, index);
        expect(sliverHashIn(made, axis, index)).toEqual(portableRs2.sliverHash(form.code, axis, data));
      }
    }
  });
});

describe('confirmation messages', () => {
  const blobId = parseBlobId(fromHex('dc63d02f71d936716137f17b97901af97d553ad00ac08b20f73b9693c47cd6fe'));
  const object = parseSuiId('0x1234');

  it('are the bytes that nodes sign', () => {
    expect(toHex(confirmationMessage(5, blobId, undefined))).toBe(
      '01000305000000dc63d02f71d936716137f17b97901af97d553ad00ac08b20f73b9693c47cd6fe00',
    );
    const persistence = { kind: 'deletable', objectId: idToBytes(object) } as const;
    expect(confirmationMessage(0xfffefdfc, blobId, object)).toEqual(
      confirmationOf({ epoch: 0xfffefdfc, blobId: blobIdToBytes(blobId), persistence }),
    );
  });

  it('of another epoch are told from those that differ otherwise', () => {
    const expected = confirmationMessage(5, blobId, object);
    expect(otherEpochOf(confirmationMessage(70_000, blobId, object), expected)).toBe(70_000);
    expect(otherEpochOf(confirmationMessage(6, blobId, undefined), expected)).toBeUndefined();
    expect(otherEpochOf(confirmationMessage(6, blobIdFromU256(1n), object), expected)).toBeUndefined();
  });
});
