import { describe, expect, it } from 'vitest';
import { faultOf } from '../../app/domain/fault.ts';
import { redStuff, symbolBytes } from '../../app/domain/redstuff.ts';
import type { Axis } from '../rs2.ts';
import { sliverLayout } from '../sliver-layout.ts';
import { loadNative, nativeEngines, nativeProblem, type NativeCodec } from './codec.ts';
import { exchangeBytes } from './encode-parts.ts';
import {
  below,
  blobSize,
  bodyIn,
  enginesHere,
  pick,
  randomBytes,
  randomOf,
  seed,
  symbolsOf,
} from './testing/samples.ts';

const hasAddon = nativeProblem() === undefined;

function encoded(codec: NativeCodec, shards: number, blob: Uint8Array) {
  const code = redStuff(shards);
  const layout = sliverLayout(code, blob.length);
  const out = new Uint8Array(layout.bytes);
  const metadata = codec.encode(shards, blob, out, layout);
  const symbol = symbolBytes(code, blob.length);
  const sliver = (axis: Axis, index: number) => {
    const stored = axis === 'primary' ? code.columns : code.rows;
    return { axis, index, data: symbolsOf(bodyIn(out, layout, axis, index) ?? out, stored * symbol) };
  };
  return { code, layout, out, metadata, symbol, sliver };
}

function refusalOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return faultOf(error)?.code ?? String(error);
  }
  return undefined;
}

it('says why there is no native codec, or has one', () => {
  expect(loadNative() === undefined).toBe(!hasAddon);
  expect(nativeEngines().length > 0).toBe(hasAddon);
});

it.runIf(hasAddon)('refuses an engine that it does not know or that the processor cannot run', () => {
  expect(refusalOf(() => loadNative('abacus'))).toBe('bad-input');
  for (const { name, usable } of nativeEngines()) {
    expect(refusalOf(() => loadNative(name))).toBe(usable ? undefined : 'bad-input');
  }
});

it.runIf(hasAddon)(
  'gives the same bytes with every engine',
  () => {
    const random = randomOf(seed);
    const engines = enginesHere();
    for (let round = 0; round < 80; round++) {
      const shards = round % 20 === 0 ? 200 + below(random, 1100) : 1 + below(random, 120);
      const code = redStuff(shards);
      const cells = code.rows * code.columns;
      const size = blobSize(random, cells, Math.max(2, Math.min(600, Math.floor(600_000 / cells))));
      const blob = randomBytes(random, size);
      const answers = engines.map((codec) => {
        const { out, metadata } = encoded(codec, shards, blob);
        return Buffer.concat([out, metadata.hashes, metadata.blobId]);
      });
      for (const [at, answer] of answers.entries()) {
        const where = `seed ${seed}, ${engines[at]?.engine}, ${shards} shards, ${size} bytes`;
        expect(answer.equals(answers.at(-1) ?? answer), where).toBe(true);
      }
    }
  },
  60_000,
);

describe.each(enginesHere())('the native codec with engine $engine', (codec) => {
  it('rebuilds, expands and proves single slivers of both axes', () => {
    const random = randomOf(seed);
    for (const shards of [4, 7, 10, 13, 31, 100]) {
      const blob = randomBytes(random, below(random, 40_000));
      const { code, metadata, symbol, sliver } = encoded(codec, shards, blob);
      for (const axis of ['primary', 'secondary'] as const) {
        const other = axis === 'primary' ? 'secondary' : 'primary';
        const index = below(random, shards);
        const { data } = sliver(axis, index);
        const pair = axis === 'primary' ? index : shards - 1 - index;
        const at = 64 * pair + (axis === 'primary' ? 0 : 32);
        expect(codec.sliverHash(code, axis, data)).toEqual(metadata.hashes.slice(at, at + 32));
        const expanded = codec.expand(code, axis, data);
        const crossing = pick(random, shards, axis === 'primary' ? code.columns : code.rows).map((j) => ({
          index: j,
          data: codec.expand(code, other, sliver(other, j).data).slice(index * symbol, (index + 1) * symbol),
        }));
        for (const { index: j, data: bytes } of crossing) {
          expect(bytes).toEqual(expanded.slice(j * symbol, (j + 1) * symbol));
        }
        expect(codec.recover(code, axis, symbol, crossing)).toEqual(Uint8Array.from(data));
        expect(codec.symbolProof(code, axis, data, below(random, shards))).toHaveLength(Math.ceil(Math.log2(shards)));
      }
      expect(codec.identify(shards, blob.length, metadata.hashes)).toEqual({
        blobId: metadata.blobId,
        rootHash: metadata.rootHash,
      });
    }
  });

  it('gives the same bytes when a blob is encoded in parts', () => {
    const random = randomOf(seed);
    for (const [shards, parts] of [
      [4, 2],
      [7, 2],
      [9, 4],
      [10, 4],
      [100, 2],
      [100, 8],
      [333, 4],
    ] as const) {
      const blob = randomBytes(random, below(random, 100_000));
      const { layout, out: whole, metadata } = encoded(codec, shards, blob);
      const shared = (bytes: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(bytes));
      const encode = {
        shards,
        blob: shared(blob.length),
        out: shared(layout.bytes),
        layout,
        exchange: shared(exchangeBytes(shards, parts)),
      };
      encode.blob.set(blob);
      for (const phase of ['rows', 'columns'] as const) {
        for (const part of pick(random, parts, parts)) codec.encodePart(phase, { part, parts }, encode);
      }
      expect(codec.encodeEnd(parts, encode), `seed ${seed}, ${shards} shards in ${parts}`).toEqual(metadata);
      expect(Buffer.compare(encode.out, whole)).toBe(0);
    }
  });

  it('refuses what cannot be right, with a fault', () => {
    const shards = 10;
    const blob = randomBytes(randomOf(seed), 5000);
    const { code, layout, out, symbol, sliver } = encoded(codec, shards, blob);
    const primaries = [6, 7, 8, 9].map((index) => sliver('primary', index));
    const back = new Uint8Array(blob.length);
    const { data } = sliver('primary', 0);
    const symbols = [0, 1, 2, 3, 4, 5, 6].map((index) => ({ index, data: new Uint8Array(symbol) }));
    const refused: readonly (() => unknown)[] = [
      () => codec.metadata(0, blob),
      () => codec.metadata(65_536, blob),
      () => codec.metadata(2.5, blob),
      () => codec.metadata(60_000, blob),
      () => codec.metadata(4, new Uint8Array(393_205)),
      () => codec.encode(shards, blob, out.subarray(1), layout),
      () => codec.encode(11, blob, out, layout),
      () => codec.encode(shards, blob.subarray(4000), out, layout),
      () => codec.decode(shards, blob.length, primaries.slice(1), back),
      () => codec.decode(shards, blob.length, [...primaries.slice(1), ...primaries.slice(1)], back),
      () => codec.decode(shards, blob.length, [...primaries.slice(1), { ...sliver('primary', 5), index: 10 }], back),
      () => codec.decode(shards, blob.length, [...primaries.slice(1), { ...sliver('primary', 5), index: -1 }], back),
      () => codec.decode(shards, blob.length, [...primaries.slice(1), { ...sliver('primary', 5), index: 0.5 }], back),
      () =>
        codec.decode(
          shards,
          blob.length,
          primaries.map((one) => ({ ...one, data: one.data.subarray(1) })),
          back,
        ),
      () => codec.decode(shards, blob.length, primaries, back.subarray(1)),
      () => codec.decode(shards, Number.MAX_SAFE_INTEGER, primaries, back),
      () => codec.decode(shards, Number.NaN, primaries, back),
      () => codec.sliverHash(code, 'primary', data.subarray(1)),
      () => codec.sliverHash(code, 'primary', new Uint8Array(0)),
      () => codec.sliverHash({ ...code, columns: 8 }, 'primary', data),
      () => codec.expand(code, 'primary', new Uint8Array(7)),
      () => codec.symbolProof(code, 'primary', data, 10),
      () => codec.symbolProof(code, 'primary', data, -1),
      () => codec.recover(code, 'primary', symbol, symbols.slice(1)),
      () => codec.recover(code, 'primary', symbol + 2, symbols),
      () => codec.recover(code, 'primary', 3, symbols),
      () => codec.recover(code, 'primary', symbol, [...symbols.slice(1), { index: 77, data: new Uint8Array(symbol) }]),
      () => codec.identify(shards, blob.length, new Uint8Array(10)),
    ];
    for (const call of refused) expect(refusalOf(call), call.toString()).toBe('codec-refused');
  });

  it('stops soon after it is told to, and is fit for use afterwards', () => {
    const blob = randomBytes(randomOf(seed), 2_000_000);
    let asked = 0;
    const stopAtSecond = (): boolean => ++asked >= 2;
    expect(refusalOf(() => codec.metadata(1000, blob, stopAtSecond))).toBe('cancelled');
    expect(asked).toBe(2);
    expect(refusalOf(() => codec.metadata(1000, blob, () => codec.metadata(100, blob) !== undefined))).toBe(
      'codec-refused',
    );
    expect(codec.metadata(100, blob).unencodedBytes).toBe(blob.length);
  });
});
