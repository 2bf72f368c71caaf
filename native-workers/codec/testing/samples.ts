/** Inputs for codec tests: seeded bytes and sizes, the known answers, and every engine that this processor runs. */
import { readFileSync } from 'node:fs';
import type { Axis, SliverLayout } from '../../rs2.ts';
import { sliverRange } from '../../sliver-layout.ts';
import { loadNative, nativeEngines, type NativeCodec } from '../codec.ts';

export type Random = () => number;

/** A small seeded generator (mulberry32), so that a failing case can be run again. */
export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `FLOE_TEST_SEED` repeats a run; otherwise every run differs and names its seed. */
export const seed = Number(process.env['FLOE_TEST_SEED'] ?? Date.now() % 2 ** 31);

export function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

export function randomBytes(random: Random, bytes: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  for (let i = 0; i < words.length; i++) words[i] = Math.floor(random() * 2 ** 32);
  return new Uint8Array(words.buffer).slice(0, bytes);
}

/** `count` different numbers below `end`, in random order. */
export function pick(random: Random, end: number, count: number): number[] {
  const all = Array.from({ length: end }, (_, i) => i);
  for (let i = end - 1; i > 0; i--) {
    const j = below(random, i + 1);
    [all[i], all[j]] = [all[j] ?? 0, all[i] ?? 0];
  }
  return all.slice(0, count);
}

/** Sizes where something changes: none, one, each symbol size's edges, and anything between. */
export function blobSize(random: Random, cells: number, symbolBytesMost: number): number {
  const symbols = [2, 4, 6, 30, 32, 34, 62, 64, 66, 94, 96, 126, 128, 130, 254, 256, 302, 382, 510, 600];
  const fitting = symbols.filter((symbol) => symbol <= symbolBytesMost);
  const symbol = fitting[below(random, fitting.length)] ?? 2;
  switch (below(random, 5)) {
    case 0:
      return below(random, 4);
    case 1:
      return below(random, 2 * cells + 2);
    case 2:
      return symbol * cells - below(random, 2);
    case 3:
      return Math.max(0, symbol * cells - below(random, 200));
    default:
      return below(random, symbolBytesMost * cells + 1);
  }
}

export function enginesHere(): NativeCodec[] {
  return nativeEngines()
    .filter(({ usable }) => usable)
    .map(({ name }) => loadNative(name))
    .filter((codec) => codec !== undefined);
}

/** A sliver's BCS form in `out`. */
export function bodyIn(out: Uint8Array, layout: SliverLayout, axis: Axis, index: number): Uint8Array | undefined {
  const range = sliverRange(layout, axis, index);
  return range === undefined ? undefined : out.subarray(range.start, range.end);
}

/** A sliver's symbols in its BCS form. */
export function symbolsOf(body: Uint8Array, dataBytes: number): Uint8Array {
  return body.subarray(body.length - 4 - dataBytes, body.length - 4);
}

export type KnownData =
  | { readonly hex: string }
  | { readonly pattern: { readonly bytes: number; readonly seed: number } }
  | { readonly same: { readonly bytes: number; readonly value: number } };

export interface KnownAnswers {
  readonly blobs: readonly {
    readonly shards: number;
    readonly data: KnownData;
    readonly blobId: string;
    readonly root?: string;
    readonly primary?: Readonly<Record<string, string>>;
    readonly secondary?: Readonly<Record<string, string>>;
    readonly primaryHashes?: readonly string[];
    readonly secondaryHashes?: readonly string[];
  }[];
  readonly djb2: readonly {
    readonly shards: number;
    readonly data: KnownData;
    readonly primary: Readonly<Record<string, string>>;
    readonly secondary: Readonly<Record<string, string>>;
  }[];
  readonly generators: readonly { originals: number; recovery: number; rows: readonly (readonly number[])[] }[];
}

export function knownAnswers(): KnownAnswers {
  return JSON.parse(readFileSync(new URL('../../vectors/rs2.json', import.meta.url), 'utf8')) as KnownAnswers;
}

export function knownBytes(data: KnownData): Uint8Array {
  if ('hex' in data) return Buffer.from(data.hex, 'hex');
  if ('same' in data) return new Uint8Array(data.same.bytes).fill(data.same.value);
  return Uint8Array.from({ length: data.pattern.bytes }, (_, i) => (i + data.pattern.seed) % 256);
}
