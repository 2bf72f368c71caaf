import { describe, expect, test } from 'vitest';
import { sameBytes, toBase64Url } from '../../app/domain/bytes.ts';
import type { BlobMetadata } from '../../app/domain/encoding.ts';
import { Fault } from '../../app/domain/fault.ts';
import { redStuff, symbolBytes } from '../../app/domain/redstuff.ts';
import { loadNative } from '../codec/codec.ts';
import { findCuts } from '../codec/gear.ts';
import { portableRs2 } from '../portable/portable.ts';
import type { Rs2, Sliver } from '../rs2.ts';
import { sliverLayout, sliverRange, ulebBytes } from '../sliver-layout.ts';
import { loadWasm } from '../wasm/wasm.ts';
import { encodeTask, type EncodeOutput } from './encode.ts';
import { paddedBlobBytes } from './padded-blob.ts';
import { rebuildRowsTask } from './rebuild-rows.ts';
import { seededBytes } from './seeded-bytes.ts';
import type { TaskContext } from './task.ts';
import { verifyRowsTask } from './verify-rows.ts';
import { verifySliverTask } from './verify-sliver.ts';

const wasm = loadWasm();

function contextOf(rs2: Rs2): TaskContext {
  return {
    rs2: () => rs2,
    findCuts: () => findCuts,
    parts() {
      throw new Error('nothing is shared here');
    },
    sealing: () => undefined,
    isCancelled: () => false,
  };
}

function encodeWith(rs2: Rs2, shards: number, blob: Uint8Array, spareBytes = 0): EncodeOutput {
  const buffer = new Uint8Array(blob.length + spareBytes).fill(0xee);
  buffer.set(blob);
  return encodeTask.run({ shards, blob: buffer.buffer, blobBytes: blob.length }, contextOf(rs2));
}

/** All slivers of an encode as raw symbols. */
function sliversOf(shards: number, { blob, slivers, metadata }: EncodeOutput): Sliver[] {
  const code = redStuff(shards);
  const layout = sliverLayout(code, metadata.unencodedBytes, true);
  const symbol = symbolBytes(code, metadata.unencodedBytes);
  return (['primary', 'secondary'] as const).flatMap((axis) =>
    Array.from({ length: shards }, (_, index): Sliver => {
      const range = sliverRange(layout, axis, index);
      const dataBytes = (axis === 'primary' ? code.columns : code.rows) * symbol;
      if (range === undefined) return { axis, index, data: new Uint8Array(blob, index * dataBytes, dataBytes) };
      return { axis, index, data: new Uint8Array(slivers, range.start + ulebBytes(dataBytes), dataBytes) };
    }),
  );
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return undefined;
}

const sizes = [
  [4, 12],
  [7, 30],
  [10, 0],
  [10, 1],
  [10, 5000],
  [13, 44_999],
  [31, 100_000],
] as const;

describe('encode', () => {
  test('the blob id of a published vector', () => {
    const { metadata } = encodeWith(wasm, 10, Buffer.from('walrus blob id v1 regression test'));
    expect(toBase64Url(metadata.blobId)).toBe('RcU82Mwf-CFkv1LaI_2qcpANwpGUuG3TMwnVzZxD2kY');
  });

  test.each(sizes)('%i shards, %i bytes: the codecs agree on every byte', (shards, bytes) => {
    const blob = seededBytes(`blob ${shards} ${bytes}`, bytes);
    const official = encodeWith(wasm, shards, blob);
    const plain = encodeWith(portableRs2, shards, blob);
    expect(official.metadata).toEqual(plain.metadata);
    expect(Buffer.compare(Buffer.from(official.slivers), Buffer.from(plain.slivers))).toBe(0);
    expect(wasm.metadata(shards, blob)).toEqual(plain.metadata);
    const native = loadNative();
    if (native === undefined) return;
    const fast = encodeWith(native, shards, blob);
    expect(fast.metadata).toEqual(plain.metadata);
    expect(Buffer.compare(Buffer.from(fast.slivers), Buffer.from(plain.slivers))).toBe(0);
  });

  test.each(sizes)('%i shards, %i bytes: every sliver hashes to what the metadata says', (shards, bytes) => {
    const encoded = encodeWith(wasm, shards, seededBytes('hashes', bytes));
    for (const { axis, index, data } of sliversOf(shards, encoded)) {
      const pair = axis === 'primary' ? index : shards - 1 - index;
      const at = 64 * pair + (axis === 'primary' ? 0 : 32);
      expect(portableRs2.sliverHash(redStuff(shards), axis, data)).toEqual(encoded.metadata.hashes.slice(at, at + 32));
    }
  });

  test('a buffer with room for full rows is used as it is, its tail zeroed; a tight one is copied once', () => {
    const blob = seededBytes('room', 1000);
    const wanted = paddedBlobBytes(10, 1000);
    expect(wanted).toBeGreaterThan(1000);
    const roomy = new Uint8Array(wanted + 5).fill(0xee);
    roomy.set(blob);
    const kept = encodeTask.run({ shards: 10, blob: roomy.buffer, blobBytes: 1000 }, contextOf(wasm));
    expect(kept.blob).toBe(roomy.buffer);
    expect([...roomy.subarray(1000, wanted)].every((byte) => byte === 0)).toBe(true);
    const tight = encodeWith(wasm, 10, blob);
    expect(tight.blob.byteLength).toBe(wanted);
    expect(new Uint8Array(tight.blob, 0, 1000)).toEqual(blob);
    expect(tight.metadata).toEqual(kept.metadata);
  });

  test('sizes and shards that cannot be are refused before memory is asked for', () => {
    const run = (shards: number, bytes: number) => () =>
      encodeTask.run({ shards, blob: new ArrayBuffer(10), blobBytes: bytes }, contextOf(wasm));
    expect(codeOf(run(10, 11))).toBe('bad-input');
    for (const shards of [0, -1, 1.5, 65_536, Number.NaN]) expect(codeOf(run(shards, 10))).toBe('codec-refused');
    for (const bytes of [-1, 2 ** 40, Number.NaN, 0.5]) expect(codeOf(run(10, bytes))).toBe('codec-refused');
    expect(codeOf(() => encodeTask.peakBytes({ shards: 10, blob: new ArrayBuffer(1), blobBytes: 2 ** 45 }))).toBe(
      'codec-refused',
    );
  });
});

describe('rebuilding rows', () => {
  const shards = 10;
  const blob = seededBytes('decode', 5000);
  const encoded = encodeWith(wasm, shards, blob);
  const all = sliversOf(shards, encoded);
  const decode = (slivers: readonly Sliver[], metadata: BlobMetadata = encoded.metadata, rs2: Rs2 = wasm) => {
    const room = new SharedArrayBuffer(paddedBlobBytes(shards, blob.length));
    rebuildRowsTask.run({ shards, metadata, blob: room, present: [], slivers }, contextOf(rs2));
    return new Uint8Array(room).slice(0, blob.length);
  };

  test.each([
    ['systematic primary slivers', 'primary', [0, 1, 2, 3]],
    ['other primary slivers', 'primary', [9, 4, 6, 8]],
    ['more than needed', 'primary', [9, 4, 6, 8, 1, 0]],
    ['systematic secondary slivers', 'secondary', [0, 1, 2, 3, 4, 5, 6]],
    ['other secondary slivers', 'secondary', [9, 8, 7, 3, 2, 1, 0]],
  ] as const)('from %s', (_, axis, indices) => {
    const chosen = all.filter((sliver) => sliver.axis === axis && indices.some((index) => index === sliver.index));
    for (const rs2 of [wasm, portableRs2, loadNative() ?? wasm])
      expect(sameBytes(decode(chosen, undefined, rs2), blob)).toBe(true);
  });

  test('rows that are there stay as they are, and only the missing ones are rebuilt', () => {
    const rowBytes = all[0]?.data.length ?? 0;
    for (const rs2 of [wasm, portableRs2, loadNative() ?? wasm]) {
      const room = new SharedArrayBuffer(paddedBlobBytes(shards, blob.length));
      const rows = new Uint8Array(room).fill(0xee);
      const put = (row: number): void => rows.set(all[row]?.data ?? [], row * rowBytes);
      [0, 3].forEach(put);
      const slivers = all.filter(({ axis, index }) => axis === 'primary' && index >= 8);
      rebuildRowsTask.run({ shards, metadata: encoded.metadata, blob: room, present: [0, 3], slivers }, contextOf(rs2));
      expect(sameBytes(rows.subarray(0, blob.length), blob)).toBe(true);
      expect(rows.subarray(blob.length).every((byte) => byte === 0)).toBe(true);
    }
  });

  test('slivers of the wrong length or place are left aside, and too few are refused', () => {
    const four = all.slice(0, 4);
    const strays: Sliver[] = [
      { axis: 'primary', index: 0, data: new Uint8Array(3) },
      { axis: 'primary', index: 10, data: new Uint8Array(four[0]?.data.length ?? 0) },
      { axis: 'secondary', index: -1, data: new Uint8Array(four[0]?.data.length ?? 0) },
    ];
    expect(sameBytes(decode([...strays, ...four]), blob)).toBe(true);
    expect(codeOf(() => decode([...strays, ...four.slice(1)]))).toBe('codec-refused');
    expect(codeOf(() => decode([...four.slice(1), ...four.slice(1, 2)]))).toBe('codec-refused');
    expect(codeOf(() => decode([]))).toBe('codec-refused');
  });

  test('slivers that are not of one encoding are an inconsistent blob', () => {
    const changed = all.slice(0, 4).map((sliver) => ({ ...sliver, data: sliver.data.slice() }));
    changed[2]?.data.set([1, 2, 3], 7);
    expect(codeOf(() => decode(changed))).toBe('blob-inconsistent');
  });

  test('a length that the slivers do not carry is refused, whatever it claims', () => {
    for (const unencodedBytes of [2 ** 45, -1, Number.NaN, 900_000]) {
      const metadata = { ...encoded.metadata, unencodedBytes };
      expect(codeOf(() => decode(all.slice(0, 4), metadata))).toBe('codec-refused');
    }
  });
});

describe('checking rows in place', () => {
  test('tells the genuine from the others', () => {
    const encoded = encodeWith(wasm, 10, seededBytes('rows', 3000));
    const rows = sliversOf(10, encoded).filter(({ axis, index }) => axis === 'primary' && index < 4);
    const rowBytes = rows[0]?.data.length ?? 0;
    const blob = new SharedArrayBuffer(4 * rowBytes);
    for (const { index, data } of rows) new Uint8Array(blob).set(data, index * rowBytes);
    new Uint8Array(blob).fill(0xee, 2 * rowBytes, 2 * rowBytes + 5);
    const expected = Buffer.concat([3, 2, 0].map((row) => encoded.metadata.hashes.slice(64 * row, 64 * row + 32)));
    const task = { shards: 10, blob, rowBytes, rows: [3, 2, 0], expected };
    expect(verifyRowsTask.run(task, contextOf(wasm))).toEqual([true, false, true]);
    expect(codeOf(() => verifyRowsTask.run({ ...task, rows: [3, 2, 4] }, contextOf(wasm)))).toBe('bad-input');
    expect(codeOf(() => verifyRowsTask.run({ ...task, rowBytes: 3 }, contextOf(wasm)))).toBe('codec-refused');
  });
});

describe('verify one sliver', () => {
  test('genuine, changed, and of impossible length', () => {
    const encoded = encodeWith(wasm, 7, seededBytes('verify', 300));
    const [sliver] = sliversOf(7, encoded);
    if (sliver === undefined) throw new Error('there are slivers');
    const expected = encoded.metadata.hashes.slice(0, 32);
    const check = (data: Uint8Array, hash: Uint8Array = expected) =>
      verifySliverTask.run({ shards: 7, sliver: { ...sliver, data }, expected: hash }, contextOf(wasm));
    expect(check(sliver.data)).toEqual({ isGenuine: true, data: sliver.data });
    const changed = sliver.data.slice();
    changed[3] = (changed[3] ?? 0) ^ 1;
    expect(check(changed).isGenuine).toBe(false);
    for (const bytes of [0, 1, 7, 1_000_003]) expect(check(new Uint8Array(bytes)).isGenuine).toBe(false);
    expect(codeOf(() => check(changed, new Uint8Array(31)))).toBe('bad-input');
  });
});
