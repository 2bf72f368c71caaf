import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../adapters/crypto/crypto.ts';
import { parseBlobId } from '../domain/blob-id.ts';
import { concatBytes, toHex } from '../domain/bytes.ts';
import { parseChunkId, parseDeviceId, parseSpaceId, parseSuiId } from '../domain/ids.ts';
import type { Head } from '../domain/space.ts';
import { deviceKey, headKey, openBagEntry, sealDevice, sealHead } from './head.ts';
import { seededDice } from './testing/seeded-dice.ts';

const seed = Number(process.env['FLOE_SEED'] ?? '20261121');
const accountKey = Uint8Array.from({ length: 32 }, (_, i) => i);
const strangerKey = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const dice = seededDice(seed);
const snapshot = parseChunkId('ab'.repeat(32));
const head: Head = {
  space: parseSpaceId('00112233445566778899aabbccddeeff'),
  spaceKey: Uint8Array.from({ length: 32 }, (_, i) => 200 - i),
  name: 'Bilder 🏔',
  mode: 'archive',
  limits: { min: 1024, normal: 4096, max: 16384 },
  device: parseDeviceId('ffeeddccbbaa99887766554433221100'),
  sequence: 3,
  snapshot,
  pack: parseBlobId(new Uint8Array(32).fill(9)),
  place: { id: snapshot, kind: 'snapshot', start: 10, bytes: 300, plainBytes: 271 },
  pool: parseSuiId('0x2'),
};
const device = { device: head.device, name: 'laptop', madeMs: 1_700_000_000_000 };
const damaged = expect.objectContaining({ code: 'pack-damaged' });
const open = (entry: { key: Uint8Array; value: Uint8Array }, key = accountKey) => openBagEntry(nodeCrypto, key, entry);

/** Any text, sealed as this account seals its records. */
function sealedText(json: string) {
  const key = deviceKey(nodeCrypto, accountKey);
  const text = new TextEncoder().encode(json);
  const plain = new Uint8Array(1024);
  new DataView(plain.buffer).setUint32(0, text.length, true);
  plain.set(text, 4);
  const label = concatBytes(new TextEncoder().encode('floe head v1'), key);
  const sealed = nodeCrypto.seal(nodeCrypto.derive(accountKey, 'floe head value v1'), dice.bytes(12), label, plain);
  return { key, value: concatBytes(Uint8Array.of(1), sealed) };
}

describe(`what a bag holds (seed ${seed})`, () => {
  test('heads and device records come back as they were sealed', () => {
    expect(open(sealHead(nodeCrypto, dice, accountKey, head))).toEqual({ kind: 'head', record: head });
    expect(open(sealDevice(nodeCrypto, dice, accountKey, device))).toEqual({ kind: 'device', record: device });
  });

  test('what a stranger put there is passed over: other keys, other versions, any bytes', () => {
    const entry = sealHead(nodeCrypto, dice, strangerKey, head);
    expect(open(entry)).toBeUndefined();
    for (let length = 0; length < 80; length++)
      for (const first of [0, 1, 2])
        expect(
          open({ key: dice.bytes(32), value: concatBytes(Uint8Array.of(first), dice.bytes(length)) }),
        ).toBeUndefined();
    expect(open({ key: new Uint8Array(0), value: new Uint8Array(0) })).toBeUndefined();
  });

  test('a value with any bit changed, or under another key of the bag, does not open', () => {
    const entry = sealHead(nodeCrypto, dice, accountKey, head);
    for (let bit = 0; bit < entry.value.length * 8; bit += 7) {
      const value = Uint8Array.from(entry.value);
      value[bit >> 3] = (value[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open({ key: entry.key, value })).toBeUndefined();
    }
    expect(open({ key: deviceKey(nodeCrypto, accountKey), value: entry.value })).toBeUndefined();
  });

  test('values have sizes in steps of 256 bytes, so that a name does not show by its length', () => {
    const sizes = new Set<number>();
    for (let length = 0; length <= 120; length++)
      sizes.add(sealDevice(nodeCrypto, dice, accountKey, { ...device, name: 'x'.repeat(length) }).value.length);
    expect([...sizes]).toEqual([256 + 29]);
    const long = sealDevice(nodeCrypto, dice, accountKey, { ...device, name: 'x'.repeat(256) });
    expect(long.value.length).toBe(512 + 29);
  });

  test('the same record is never sealed to the same bytes, and its key tells nothing but equality', () => {
    const first = sealHead(nodeCrypto, dice, accountKey, head);
    const second = sealHead(nodeCrypto, dice, accountKey, {
      ...head,
      sequence: 4,
      device: parseDeviceId('11'.repeat(16)),
    });
    expect(toHex(first.key)).toBe(toHex(second.key));
    expect(toHex(first.value)).not.toBe(toHex(sealHead(nodeCrypto, dice, accountKey, head).value));
    expect(toHex(headKey(nodeCrypto, strangerKey, head.space))).not.toBe(toHex(first.key));
  });

  test('an own record that makes no sense is refused with a fault that quotes nothing of it', () => {
    const record = { kind: 'head', ...head, spaceKey: toHex(head.spaceKey) };
    expect(open(sealedText(JSON.stringify(record)))).toEqual({ kind: 'head', record: head });
    for (const wrong of [
      `{"spaceKey":"${record.spaceKey}"`,
      'null',
      '[]',
      JSON.stringify({ ...record, kind: 'lease' }),
      JSON.stringify({ ...record, mode: 'mirror' }),
      JSON.stringify({ ...record, spaceKey: record.spaceKey.slice(2) }),
      JSON.stringify({ ...record, limits: undefined }),
      JSON.stringify({ ...record, place: { start: -1, bytes: 1, plainBytes: 1 } }),
      JSON.stringify({ ...record, sequence: 1.5 }),
    ]) {
      expect(() => open(sealedText(wrong)), wrong).toThrow(damaged);
      expect(() => open(sealedText(wrong))).not.toThrow(record.spaceKey.slice(0, 8));
    }
    for (const key of ['space', 'device', 'snapshot', 'pack', 'pool', 'spaceKey'])
      expect(() => open(sealedText(JSON.stringify({ ...record, [key]: '?' }))), key).toThrow(
        expect.objectContaining({ code: 'bad-input' }),
      );
  });

  test('a length that points past the record is refused', () => {
    const entry = sealedText('{}');
    const label = concatBytes(new TextEncoder().encode('floe head v1'), entry.key);
    const valueKey = nodeCrypto.derive(accountKey, 'floe head value v1');
    const plain = new Uint8Array(256).fill(0xff);
    const value = concatBytes(Uint8Array.of(1), nodeCrypto.seal(valueKey, dice.bytes(12), label, plain));
    expect(() => open({ key: entry.key, value })).toThrow(damaged);
  });

  // Frozen: an empty machine finds its heads under these keys.
  test('the keys of a bag stay what they are', () => {
    expect(toHex(deviceKey(nodeCrypto, accountKey))).toBe(
      '500185cda8b6f296691577525983e4ce9260290c72d9e49821629f74b953a99c',
    );
    expect(toHex(headKey(nodeCrypto, accountKey, head.space))).toBe(
      '4f5fef52d29cb39c931e33e8df9c395ce4ca579b8cfb3a595d9d591848e9f794',
    );
  });
});
