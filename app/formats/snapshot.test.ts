import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseChunkId, parseDeviceId, parseNodeId, parseSpaceId } from '../domain/ids.ts';
import type { PathName } from '../domain/path-name.ts';
import type { Snapshot } from '../domain/space.ts';
import { snapshotFromBytes, snapshotToBytes } from './snapshot.ts';

const seed = Number(process.env['FLOE_SEED'] ?? '20261121');
const snapshot: Snapshot = {
  space: parseSpaceId('00112233445566778899aabbccddeeff'),
  device: parseDeviceId('ffeeddccbbaa99887766554433221100'),
  deviceName: 'Jöns\u2019 "laptop"\n',
  sequence: 7,
  parents: [parseChunkId('cd'.repeat(32))],
  vector: new Map([
    [parseDeviceId('00'.repeat(16)), 3],
    [parseDeviceId('ffeeddccbbaa99887766554433221100'), 7],
  ]),
  taken: [
    {
      node: parseNodeId('11'.repeat(16)),
      dot: { device: parseDeviceId('00'.repeat(16)), sequence: 9 },
    },
  ],
  timeMs: 1_700_000_000_000,
  files: 3,
  bytes: 2 ** 40,
  root: {
    name: '' as PathName,
    kind: 'folder',
    node: parseNodeId('000102030405060708090a0b0c0d0e0f'),
    mode: 0o755,
    mtimeNs: -1n,
    bytes: 9,
    content: { depth: 0, chunks: [parseChunkId('ab'.repeat(32))] },
  },
};
const text = new TextDecoder().decode(snapshotToBytes(snapshot));
const read = (json: string): Snapshot => snapshotFromBytes(new TextEncoder().encode(json));
const codeOf = (run: () => unknown): unknown => {
  try {
    run();
    return 'read';
  } catch (error) {
    return Reflect.get(Object(error), 'code');
  }
};

describe('snapshots', () => {
  test('a snapshot comes back as it was written', () => {
    expect(snapshotFromBytes(snapshotToBytes(snapshot))).toEqual(snapshot);
    for (const mtimeNs of [-(2n ** 63n), 0n, 2n ** 63n - 1n]) {
      const other = { ...snapshot, parents: [], root: { ...snapshot.root, mtimeNs } };
      expect(snapshotFromBytes(snapshotToBytes(other))).toEqual(other);
    }
  });

  // Frozen: the record's chunk id is the snapshot's name, and older records must stay readable.
  test('the record stays what it is', () => {
    expect(text).toBe(
      '{"v":1,"space":"00112233445566778899aabbccddeeff","device":"ffeeddccbbaa99887766554433221100",' +
        '"deviceName":"Jöns\u2019 \\"laptop\\"\\n","sequence":7,' +
        `"parents":["${'cd'.repeat(32)}"],"timeMs":1700000000000,"files":3,"bytes":1099511627776,` +
        '"vector":{"00000000000000000000000000000000":3,"ffeeddccbbaa99887766554433221100":7},' +
        '"taken":[["11111111111111111111111111111111","00000000000000000000000000000000",9]],' +
        `"root":{"node":"000102030405060708090a0b0c0d0e0f","mode":493,"mtimeNs":"-1","bytes":9,"content":"0001000000${'ab'.repeat(32)}"}}`,
    );
  });

  test('a later version, a missing field and a field of another type are refused', () => {
    const record = JSON.parse(text) as Record<string, unknown>;
    expect(codeOf(() => read(JSON.stringify({ ...record, v: 2 })))).toBe('pack-damaged');
    for (const key of Object.keys(record))
      for (const value of [undefined, null, -1, 1.5, true, {}, 'x'])
        if (!(key === 'deviceName' && value === 'x'))
          expect(['pack-damaged', 'bad-input'], `${key} = ${JSON.stringify(value)}`).toContain(
            codeOf(() => read(JSON.stringify({ ...record, [key]: value }))),
          );
    const root = Reflect.get(record, 'root') as Record<string, unknown>;
    for (const key of Object.keys(root))
      for (const value of [undefined, null, -1, 1.5, true, {}, 'x', ''])
        expect(['pack-damaged', 'bad-input'], `root.${key} = ${JSON.stringify(value)}`).toContain(
          codeOf(() => read(JSON.stringify({ ...record, root: { ...root, [key]: value } }))),
        );
    for (const mtimeNs of ['0x10', ' 1', '1n', '--1', (2n ** 63n).toString(), '9'.repeat(5000)])
      expect(codeOf(() => read(JSON.stringify({ ...record, root: { ...root, mtimeNs } })))).toBe('pack-damaged');
  });

  test(`any other bytes are refused with a fault (seed ${seed})`, () => {
    for (const wrong of ['', 'null', '[]', '1', '"x"', '{', '{"v":1}', '[1,2'])
      expect(
        codeOf(() => read(wrong)),
        wrong,
      ).toBe('pack-damaged');
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const bytes = snapshotToBytes(snapshot);
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ mask;
        expect(['read', 'pack-damaged', 'bad-input']).toContain(codeOf(() => snapshotFromBytes(bytes)));
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
