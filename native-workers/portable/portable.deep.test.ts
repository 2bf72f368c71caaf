/** The portable codec against the published vectors (walrus-protocol section 12) and against the official wasm encoder. */
import { BlobEncoder } from '@mysten/walrus-wasm';
import { describe, expect, it } from 'vitest';
import { fromHex, toBase64Url, toHex } from '../../app/domain/bytes.ts';
import { Fault } from '../../app/domain/fault.ts';
import { blobBytesMax, redStuff, symbolBytes } from '../../app/domain/redstuff.ts';
import type { Axis, Sliver } from '../rs2.ts';
import { sliverLayout, sliverRange } from '../sliver-layout.ts';
import { encodeSliver, parseSliver } from '../walrus-bcs/walrus-bcs.ts';
import { extendedMatrix } from './matrix.ts';
import { blobIdOf, metadataRoot, portableRs2, verifySymbolProof } from './portable.ts';
import { codeOf, interpolation } from './reed-solomon.ts';

const ascending = (length: number, seed: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => (i + seed) % 256);

/** A small seeded generator (mulberry32), so that a failing size can be run again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomBytes(random: () => number, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

function encodeAll(shards: number, blob: Uint8Array) {
  const layout = sliverLayout(redStuff(shards), blob.length);
  const out = new Uint8Array(layout.bytes);
  const metadata = portableRs2.encode(shards, blob, out, layout);
  const body = (axis: Axis, index: number): Uint8Array => {
    const range = sliverRange(layout, axis, index);
    return out.subarray(range?.start, range?.end);
  };
  const sliver = (axis: Axis, index: number): Sliver => ({ axis, index, data: parseSliver(body(axis, index)).data });
  return { metadata, body, sliver, layout };
}

function encodeByWasm(shards: number, blob: Uint8Array) {
  const layout = sliverLayout(redStuff(shards), blob.length);
  const room = (bytes: number) => Array.from({ length: shards }, () => new Uint8Array(bytes));
  const [primaries, secondaries] = [room(layout.primaryBytes), room(layout.secondaryBytes)];
  const encoder = new BlobEncoder(shards);
  const [blobId, rootHash] = encoder.compute_metadata(blob) as [number[], WasmDigest];
  encoder.encode(blob, primaries, secondaries);
  encoder.free();
  return { blobId: Uint8Array.from(blobId), rootHash: Uint8Array.from(rootHash.Digest), primaries, secondaries };
}

function djb2(bytes: Uint8Array): string {
  return bytes
    .reduce((hash, byte) => (Math.imul(hash, 33) + byte) >>> 0, 5381)
    .toString(16)
    .padStart(8, '0');
}

describe('published vectors', () => {
  it('gives the blob ids and roots of small networks', () => {
    const text = new TextEncoder().encode('walrus blob id v1 regression test');
    const known: [number, Uint8Array, string, string][] = [
      [
        10,
        text,
        'RcU82Mwf-CFkv1LaI_2qcpANwpGUuG3TMwnVzZxD2kY',
        'dc3457c94140737f55ccfba619f79c96928f3845da745142c7c8e23396eedf88',
      ],
      [
        4,
        ascending(12, 1),
        '4y-eA8WOOSeDQPTfQS46rxrqcTXX9eNcc1pprDS9K2o',
        '42703c2766b108639fbcd7beeb2c9a466aefb894f2f0f9ce7f1c61f204992199',
      ],
      [
        7,
        ascending(30, 1),
        '7nyXY0i8owh6jolCeHeRh0T3pfaXT8BLT3QNirKUsY4',
        '10e6aa20b4d805eceae5c6ba01440601699d675b14d0ed0341e930a80012c31f',
      ],
      [
        10,
        ascending(56, 1),
        'Hpb5wIpj2xkMgT_sibBD0vULYWHAdzIpQ3K1BbsTY9o',
        '3e190d09dac2ff7a86ab07d78bb3028c051380c6d53dcfbf2feeb28f015ff1ae',
      ],
    ];
    for (const [shards, blob, id, root] of known) {
      const metadata = portableRs2.metadata(shards, blob);
      expect([toBase64Url(metadata.blobId), toHex(metadata.rootHash)]).toEqual([id, root]);
    }
  });

  it('gives the slivers and hashes of four shards, byte for byte', () => {
    const { metadata, body, sliver } = encodeAll(4, ascending(12, 1));
    const primaries = ['010203040506', '0708090a0b0c', 'e80fd002e20b', 'ee05da0cec01'];
    const secondaries = ['01020708', '0304090a', '05060b0c', '0700050e'];
    expect([0, 1, 2, 3].map((i) => toHex(sliver('primary', i).data))).toEqual(primaries);
    expect([0, 1, 2, 3].map((i) => toHex(sliver('secondary', i).data))).toEqual(secondaries);
    expect(toHex(body('primary', 0))).toBe('0601020304050602000000');
    expect(toHex(body('secondary', 3))).toBe('040700050e02000300');
    const hashOf = (pair: number, half: number) =>
      toHex(metadata.hashes.subarray(pair * 64 + half * 32, pair * 64 + half * 32 + 32));
    expect(hashOf(0, 0)).toBe('414c43d381b2a04f68a8a7006079bd39fb2a4b36f8278f2fce582f8abdb382f5');
    expect(hashOf(3, 0)).toBe('d9739ccfd1461fec15de7f75932d050de83e473c63e94dff90e13d43c646f371');
    expect(hashOf(0, 1)).toBe('e77d5f7f0a0b0ab5ac1041e9e06cf8e7ea090f7a9dbb1f854903740bc38bc172');
    expect(hashOf(3, 1)).toBe('a3fb1c7a747e2f9dd7e90441131fa2d15afa9c7f1420cd65060ebefe2921b5f6');
  });

  it('gives the parity slivers of seven and ten shards', () => {
    const seven = encodeAll(7, ascending(30, 1));
    expect([3, 4, 5, 6].map((i) => toHex(seven.sliver('primary', i).data))).toEqual([
      '41a93baa8951ab5b8d59',
      'e085778fef421a499d47',
      'c2ca72cade45414c9d4d',
      '7cfe27fdab5afd588a53',
    ]);
    expect([5, 6].map((i) => toHex(seven.sliver('secondary', i).data))).toEqual(['e50d8b6be773', 'ec0f807ffa65']);
    const ten = encodeAll(10, ascending(56, 1));
    expect([4, 9].map((i) => toHex(ten.sliver('primary', i).data))).toEqual([
      '7db8b9cd2448824cdb4a5f47ae40',
      '21897d17a590d190fd9b7b9d2f98',
    ]);
  });

  it('has the published generator matrices', () => {
    const generator = (k: number, r: number): number[][] => {
      const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
      const flat = interpolation(codeOf(k, k + r), range(0, k), range(k, k + r));
      return range(0, r).map((row) => [...flat.subarray(row * k, (row + 1) * k)]);
    };
    expect(generator(2, 2)).toEqual([
      [3, 2],
      [2, 3],
    ]);
    expect(generator(3, 1)).toEqual([[1, 1, 1]]);
    expect(generator(3, 4)).toEqual([
      [12, 15, 10],
      [15, 12, 8],
      [10, 8, 12],
      [8, 10, 15],
    ]);
    expect(generator(5, 2)).toEqual([
      [3, 2, 5, 4, 7],
      [2, 3, 4, 5, 6],
    ]);
    expect(generator(4, 6)).toEqual([
      [12, 15, 10, 8],
      [15, 12, 8, 10],
      [10, 8, 12, 15],
      [8, 10, 15, 12],
      [10, 15, 8, 12],
      [15, 10, 12, 8],
    ]);
    expect(generator(7, 3)).toEqual([
      [12, 15, 10, 8, 10, 15, 8],
      [15, 12, 8, 10, 15, 10, 12],
      [10, 8, 12, 15, 8, 12, 10],
    ]);
    for (const [k, r] of [
      [334, 666],
      [667, 333],
    ] as const) {
      expect(generator(k, r)[0]?.slice(0, 4)).toEqual([57670, 49719, 57767, 49909]);
    }
  });

  it('gives the published slivers of a thousand shards, and their hashes lead to the official id', () => {
    const [shards, blob] = [1000, ascending(500, 55)];
    const code = redStuff(shards);
    const symbol = symbolBytes(code, blob.length);
    const matrix = extendedMatrix(code, blob);
    const body = (axis: Axis, index: number): Uint8Array => {
      const count = axis === 'primary' ? code.columns : code.rows;
      const [first, step] = axis === 'primary' ? [index * shards, 1] : [index, shards];
      const data = new Uint8Array(count * symbol);
      for (let i = 0; i < count; i++) {
        const at = (first + i * step) * symbol;
        data.set(matrix.subarray(at, at + symbol), i * symbol);
      }
      return encodeSliver({ data, symbolBytes: symbol, index });
    };
    expect([0, 1, 334, 999].map((i) => djb2(body('primary', i)))).toEqual([
      '041b81c1',
      'c940b2e8',
      '3b1fbcec',
      '02bef00f',
    ]);
    expect([999, 0].map((i) => djb2(body('secondary', i)))).toEqual(['c6fe46f3', 'c708a2b7']);
    const encoder = new BlobEncoder(shards);
    const room = (axis: Axis) => Array.from({ length: shards }, () => new Uint8Array(body(axis, 0).length));
    const [encoded] = encoder.encode(blob, room('primary'), room('secondary')) as [WasmMetadata];
    encoder.free();
    const hashes = new Uint8Array(shards * 64);
    encoded.metadata.V1.hashes.forEach((pair, k) => {
      hashes.set(pair.primary_hash.Digest, k * 64);
      hashes.set(pair.secondary_hash.Digest, k * 64 + 32);
    });
    for (const pair of [0, 333, 334, 998]) {
      const primary = portableRs2.sliverHash(code, 'primary', parseSliver(body('primary', pair)).data);
      expect(toHex(primary)).toBe(toHex(hashes.subarray(pair * 64, pair * 64 + 32)));
      const secondary = portableRs2.sliverHash(code, 'secondary', parseSliver(body('secondary', 999 - pair)).data);
      expect(toHex(secondary)).toBe(toHex(hashes.subarray(pair * 64 + 32, pair * 64 + 64)));
    }
    expect(toBase64Url(blobIdOf(1, blob.length, metadataRoot(hashes)))).toBe(
      'OAbh4OKSH3UAplgPok8_sz0C54IabPrOD4HR7-WyUZI',
    );
  }, 60_000);
});

interface WasmDigest {
  readonly Digest: number[];
}
interface WasmPair {
  readonly primary_hash: WasmDigest;
  readonly secondary_hash: WasmDigest;
}
interface WasmMetadata {
  readonly metadata: { readonly V1: { readonly hashes: readonly WasmPair[] } };
}

describe('equality with the official encoder', () => {
  const seed = 20_260;
  it(`encodes random blobs on random networks to the same bytes (seed ${seed})`, () => {
    const random = randomOf(seed);
    const networks = [
      4,
      5,
      6,
      7,
      8,
      10,
      13,
      19,
      31,
      33,
      64,
      100,
      ...Array.from({ length: 6 }, () => 4 + Math.floor(random() * 60)),
    ];
    for (const shards of networks) {
      const blob = randomBytes(random, Math.floor(random() ** 3 * 40_000));
      const what = `shards ${shards}, bytes ${blob.length}`;
      const ours = encodeAll(shards, blob);
      const theirs = encodeByWasm(shards, blob);
      expect(toHex(ours.metadata.blobId), what).toBe(toHex(theirs.blobId));
      expect(toHex(ours.metadata.rootHash), what).toBe(toHex(theirs.rootHash));
      for (let pair = 0; pair < shards; pair++) {
        expect(Buffer.compare(ours.body('primary', pair), theirs.primaries[pair] ?? Buffer.alloc(0)), what).toBe(0);
        const secondary = ours.body('secondary', shards - 1 - pair);
        expect(Buffer.compare(secondary, theirs.secondaries[pair] ?? Buffer.alloc(0)), what).toBe(0);
      }
    }
  }, 60_000);

  it('agrees on a blob of 1 MiB on 100 shards', () => {
    const blob = randomBytes(randomOf(1), 1024 * 1024);
    const expected = encodeByWasm(100, blob).blobId;
    expect(toHex(portableRs2.metadata(100, blob).blobId)).toBe(toHex(expected));
  }, 60_000);
});

describe('rebuilding', () => {
  const seed = 4_711;
  it(`gives a blob back from any enough slivers of either axis (seed ${seed})`, () => {
    const random = randomOf(seed);
    for (const shards of [4, 7, 10, 13, 34, 100]) {
      const blob = randomBytes(random, Math.floor(random() * 5000));
      const { sliver } = encodeAll(shards, blob);
      for (const axis of ['primary', 'secondary'] as const) {
        const order = Array.from({ length: shards }, (_, i) => i).sort(() => random() - 0.5);
        const { rows, columns } = redStuff(shards);
        const chosen = order.slice(0, axis === 'primary' ? rows : columns).map((index) => sliver(axis, index));
        const out = new Uint8Array(blob.length);
        portableRs2.decode(shards, blob.length, chosen, out);
        expect(Buffer.compare(out, blob), `shards ${shards} ${axis}`).toBe(0);
      }
    }
  }, 30_000);

  it(`gives a sliver back from any enough crossing symbols, each proved against its sliver's hash (seed ${seed})`, () => {
    const random = randomOf(seed);
    for (const shards of [4, 10, 31]) {
      const code = redStuff(shards);
      const { sliver, layout } = encodeAll(shards, randomBytes(random, 3000));
      for (const axis of ['primary', 'secondary'] as const) {
        const other = axis === 'primary' ? 'secondary' : 'primary';
        const target = Math.floor(random() * shards);
        const order = Array.from({ length: shards }, (_, i) => i).sort(() => random() - 0.5);
        const symbols = order.slice(0, axis === 'primary' ? code.columns : code.rows).map((index) => {
          const source = sliver(other, index).data;
          const expanded = portableRs2.expand(code, other, source);
          const data = expanded.subarray(target * layout.symbolBytes, (target + 1) * layout.symbolBytes);
          const root = portableRs2.sliverHash(code, other, source);
          const path = portableRs2.symbolProof(code, other, source, target);
          expect(verifySymbolProof(root, target, shards, data, path)).toBe(true);
          expect(verifySymbolProof(root, (target + 1) % shards, shards, data, path)).toBe(false);
          expect(verifySymbolProof(root, target, shards, data, path.slice(1))).toBe(false);
          return { index, data };
        });
        const rebuilt = portableRs2.recover(code, axis, layout.symbolBytes, symbols);
        expect(toHex(rebuilt)).toBe(toHex(sliver(axis, target).data));
      }
    }
  }, 30_000);
});

describe('refusals', () => {
  const refusal = (run: () => unknown): unknown => {
    try {
      run();
    } catch (error) {
      return error instanceof Fault ? error.code : error;
    }
    return undefined;
  };

  it('refuses impossible networks, sizes and slivers, and says when it was cancelled', () => {
    const code = redStuff(4);
    expect(refusal(() => portableRs2.metadata(0, fromHex('00')))).toBe('codec-refused');
    expect(refusal(() => portableRs2.metadata(4, new Uint8Array(blobBytesMax(code) + 1)))).toBe('codec-refused');
    expect(refusal(() => portableRs2.expand(code, 'primary', new Uint8Array(5)))).toBe('codec-refused');
    expect(refusal(() => portableRs2.expand(code, 'primary', new Uint8Array(0)))).toBe('codec-refused');
    expect(refusal(() => portableRs2.symbolProof(code, 'primary', new Uint8Array(6), 4))).toBe('codec-refused');
    expect(refusal(() => portableRs2.recover(code, 'primary', 2, []))).toBe('codec-refused');
    expect(refusal(() => portableRs2.decode(4, 10, [], new Uint8Array(10)))).toBe('codec-refused');
    expect(refusal(() => portableRs2.metadata(4, new Uint8Array(9), () => true))).toBe('cancelled');
    const layout = sliverLayout(code, 9);
    expect(refusal(() => portableRs2.encode(4, new Uint8Array(9), new Uint8Array(3), layout))).toBe('codec-refused');
  });
});
