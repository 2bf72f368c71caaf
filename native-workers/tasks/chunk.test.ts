import { describe, expect, test } from 'vitest';
import { usualChunkLimits, type ChunkLimits } from '../../app/domain/chunk.ts';
import { loadNative } from '../codec/codec.ts';
import { findCuts } from '../codec/gear.ts';
import { gearTable } from './chunk-keys.ts';
import { chunkTask, type ChunkRun, type FoundChunk } from './chunk.ts';
import { seededBytes, sha256 } from './seeded-bytes.ts';
import type { TaskContext } from './task.ts';

const context: TaskContext = {
  rs2() {
    throw new Error('chunking needs no codec');
  },
  findCuts: () => findCuts,
  parts() {
    throw new Error('nothing is shared here');
  },
  sealing: () => undefined,
  isCancelled: () => false,
};
const gearKey = seededBytes('gear key', 32);
const idKey = seededBytes('id key', 32);
const small: ChunkLimits = { min: 256, normal: 1024, max: 4096 };

function chunksOf(bytes: Uint8Array<ArrayBuffer>, runs: readonly ChunkRun[], limits = small, gear = gearKey) {
  return chunkTask.run({ buffer: bytes.buffer, runs, limits, gearKey: gear, idKey }, context).runs;
}

function whole(bytes: Uint8Array<ArrayBuffer>, limits = small, gear = gearKey): readonly FoundChunk[] {
  return chunksOf(bytes, [{ start: 0, bytes: bytes.length, isLast: true }], limits, gear)[0] ?? [];
}

describe('format version 1 is frozen', () => {
  test('the gear table follows from the key', () => {
    const table = gearTable(gearKey);
    expect([table[0], table[1], table[255]]).toEqual(frozen.table);
    expect(sha256(new Uint8Array(table.buffer))).toBe(frozen.tableHash);
  });

  test('cuts and ids of a known file, with the smallest and with the usual limits', () => {
    const file = seededBytes('a file', 40_000);
    expect(whole(file).map(({ bytes }) => bytes)).toEqual(frozen.smallCuts);
    expect(
      sha256(
        whole(file)
          .map(({ id }) => id)
          .join(),
      ),
    ).toBe(frozen.smallIds);
    const large = whole(seededBytes('a large file', 12_000_000), usualChunkLimits);
    expect(large.map(({ bytes }) => bytes)).toEqual(frozen.usualCuts);
    expect(large[0]?.id).toBe(frozen.firstId);
  });

  test('the mask changes at the byte with offset `normal`: a file whose cuts are all near it', () => {
    const cuts = whole(seededBytes('tiny chunks', 20_000), { min: 60, normal: 64, max: 80 }).map(({ bytes }) => bytes);
    expect(cuts.length).toBe(270);
    expect(sha256(cuts.join())).toBe('2ca6584b463f4cffec85f736c7b6830d399d717711d48961db3c2b1d6ed34644');
  });
});

describe('cuts', () => {
  test.skipIf(loadNative() === undefined)('the native codec cuts at the same places', () => {
    const table = gearTable(gearKey);
    for (const limits of [small, { min: 1, normal: 64, max: 80 }, { min: 64, normal: 64, max: 64 }, usualChunkLimits]) {
      const bytes = seededBytes(`native ${limits.max}`, 3 * limits.max + 77);
      for (const isLast of [true, false]) {
        expect(loadNative()?.findCuts(bytes, table, limits, isLast)).toEqual(findCuts(bytes, table, limits, isLast));
      }
    }
  });

  test('chunks follow each other without gaps and keep to the limits', () => {
    const file = seededBytes('limits', 300_000);
    const chunks = whole(file);
    let at = 0;
    for (const [i, chunk] of chunks.entries()) {
      expect(chunk.start).toBe(at);
      at += chunk.bytes;
      expect(chunk.bytes).toBeLessThanOrEqual(small.max);
      if (i < chunks.length - 1) expect(chunk.bytes).toBeGreaterThan(small.min);
    }
    expect(at).toBe(file.length);
    expect(chunks.length).toBeGreaterThan(file.length / 2 / small.normal);
  });

  test('they do not depend on how the file was read: any split into runs gives the same chunks', () => {
    const file = seededBytes('split', 120_000);
    const expected = whole(file).map(({ id, bytes }) => ({ id, bytes }));
    for (let round = 0; round < 40; round++) {
      const lengths = seededBytes(`borders ${round}`, 400);
      const found: { id: string; bytes: number }[] = [];
      let done = 0;
      let read = 0;
      for (let i = 0; read < file.length; i++) {
        read = Math.min(file.length, read + 1 + (lengths[i % 400] ?? 0) * (1 + (round % 7) * 9));
        const run = { start: done, bytes: read - done, isLast: read === file.length };
        for (const { id, bytes } of chunksOf(file, [run])[0] ?? []) {
          found.push({ id, bytes });
          done += bytes;
        }
      }
      expect(found, `round ${round}`).toEqual(expected);
    }
  });

  test('an edit changes the chunks around it and no others', () => {
    const file = seededBytes('edit', 300_000);
    const edited = new Uint8Array(file.length + 1);
    edited.set(file.subarray(0, 100_000));
    edited.set(file.subarray(100_000), 100_001);
    const before = new Set(whole(file).map(({ id }) => id));
    const added = whole(edited).filter(({ id }) => !before.has(id));
    expect(added.length).toBeGreaterThan(0);
    expect(added.length).toBeLessThanOrEqual(4);
  });

  test('bytes that never satisfy the rule are cut at the largest size; another key cuts elsewhere', () => {
    const zeros = whole(new Uint8Array(10_000));
    expect(zeros.map(({ bytes }) => bytes)).toEqual([4096, 4096, 1808]);
    const file = seededBytes('keys', 100_000);
    const other = whole(file, small, seededBytes('another gear key', 32));
    expect(other.map(({ bytes }) => bytes)).not.toEqual(whole(file).map(({ bytes }) => bytes));
  });

  test('several runs of one buffer are files of their own; an empty last run has no chunks', () => {
    const file = seededBytes('runs', 20_000);
    const runs = [
      { start: 0, bytes: 9000, isLast: true },
      { start: 9000, bytes: 0, isLast: true },
      { start: 9000, bytes: 11_000, isLast: true },
    ];
    const found = chunksOf(file, runs);
    expect(found[1]).toEqual([]);
    expect(found[0]).toEqual(whole(file.slice(0, 9000)));
    const alone = whole(file.slice(9000)).map(({ id, start, bytes }) => ({ id, bytes, start: start + 9000 }));
    expect(found[2]).toEqual(alone);
  });

  test('a run that is not the last and has no cut gives nothing', () => {
    expect(chunksOf(new Uint8Array(4095), [{ start: 0, bytes: 4095, isLast: false }])).toEqual([[]]);
  });
});

describe('refusals', () => {
  const file = new Uint8Array(100);
  test.each([
    { start: -1, bytes: 10, isLast: true },
    { start: 0, bytes: 101, isLast: true },
    { start: 90, bytes: 11, isLast: true },
    { start: 0.5, bytes: 1, isLast: true },
    { start: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER, isLast: true },
    { start: Number.NaN, bytes: 1, isLast: true },
  ])('a run outside the buffer: $start + $bytes', (run) => {
    expect(() => chunksOf(file, [run])).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });

  test.each([
    { min: 0, normal: 1024, max: 4096 },
    { min: 256, normal: 1000, max: 4096 },
    { min: 2048, normal: 1024, max: 4096 },
    { min: 256, normal: 8192, max: 4096 },
    { min: 256, normal: 1024, max: Number.POSITIVE_INFINITY },
    { min: 1, normal: 32, max: 64 },
  ])('limits $min $normal $max', (limits) => {
    expect(() => whole(file, limits)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });

  test('keys of another length, and a task that is cancelled', () => {
    expect(() => whole(file, small, new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'bad-input' }));
    const runs = [{ start: 0, bytes: 100, isLast: true }];
    const input = { buffer: file.buffer, runs, limits: small, gearKey, idKey };
    expect(() => chunkTask.run(input, { ...context, isCancelled: () => true })).toThrow(
      expect.objectContaining({ code: 'cancelled' }),
    );
  });
});

const frozen = {
  table: [10597599498414966967n, 9974182729500988406n, 12622874258817605129n],
  tableHash: 'e3c1d03f47089058fa86a81e51078e0d7b2f811f13b243f42a174a252c92bb8e',
  smallCuts: [
    1217, 1061, 1134, 342, 1464, 1096, 490, 1086, 1144, 1250, 1389, 665, 457, 1496, 1133, 1042, 436, 1380, 1226, 424,
    1446, 1573, 1209, 1140, 1095, 989, 1755, 1490, 1144, 1898, 1432, 1471, 1078, 1048, 1300,
  ],
  smallIds: '55b776b410505c50f1517e3c77727c49bc710ae37c90321b59fb6bc6d42b7c7e',
  usualCuts: [1089147, 1167352, 754034, 563357, 1120644, 1101123, 1117936, 1192080, 1752567, 1381683, 760077],
  firstId: '4574e457bef4751b87c60ae4fe32faaa4e5d5f07fdc0d6d4ae801e59cbcf36e1',
};
