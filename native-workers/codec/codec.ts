/**
 * The native RS2 codec behind the common face: C++ on the caller's memory, chosen for the processor at run time. It promises the same bytes as every
 * other implementation, and refuses hostile input with a `Fault` instead of a crash. `loadNative` answers undefined where no addon was built.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../app/domain/fault.ts';
import type { RedStuff } from '../../app/domain/redstuff.ts';
import type { Axis, BlobMetadata, CrossingSymbol, IsCancelled, Rs2, Sliver } from '../rs2.ts';
import type { EncodeParts } from './encode-parts.ts';
import { filesOf, type FilesAddon, type ReadFiles } from './files.ts';
import type { CutLimits, FindCuts } from './gear.ts';
import { sealingOf, type Sealing, type SealingAddon } from './sealing.ts';

export type { NativeLook, ReadFiles } from './files.ts';
export type { Sealing } from './sealing.ts';

/** Names of engines, best first; `FLOE_CODEC_ENGINE` forces one of them. */
export type EngineName = 'avx512-gfni' | 'avx2-gfni' | 'avx2' | 'neon' | 'plain';

/** The addon's functions as C++ defines them (binding.cc); they check every argument themselves. */
interface Addon extends SealingAddon, FilesAddon {
  engines(): { name: EngineName; usable: boolean }[];
  encode(
    engine: number,
    shards: number,
    blob: Uint8Array,
    out: Uint8Array | null,
    systematicInBlob: boolean,
    summary: Uint8Array,
    isCancelled?: IsCancelled,
  ): void;
  encodePart(
    engine: number,
    shards: number,
    blob: Uint8Array,
    out: Uint8Array,
    systematicInBlob: boolean,
    exchange: Uint8Array,
    phase: number,
    part: number,
    parts: number,
    isCancelled?: IsCancelled,
  ): void;
  encodeEnd(
    engine: number,
    shards: number,
    blobBytes: number,
    parts: number,
    exchange: Uint8Array,
    summary: Uint8Array,
  ): void;
  identify(engine: number, shards: number, blobBytes: number, hashes: Uint8Array, out: Uint8Array): void;
  decode(
    engine: number,
    shards: number,
    blobBytes: number,
    axis: number,
    indices: Uint32Array,
    slivers: readonly Uint8Array[],
    out: Uint8Array,
    isCancelled?: IsCancelled,
  ): void;
  expand(engine: number, shards: number, axis: number, data: Uint8Array, out: Uint8Array): void;
  hashSliver(engine: number, shards: number, axis: number, data: Uint8Array, digest: Uint8Array): void;
  prove(engine: number, shards: number, axis: number, data: Uint8Array, index: number, siblings: Uint8Array): void;
  recover(
    engine: number,
    shards: number,
    axis: number,
    symbolBytes: number,
    indices: Uint32Array,
    symbols: readonly Uint8Array[],
    out: Uint8Array,
  ): void;
  findCuts(
    bytes: Uint8Array,
    table: BigUint64Array,
    min: number,
    normal: number,
    max: number,
    isLast: boolean,
    cuts: Uint32Array,
  ): number;
  kernels(engine: number, shards: number, symbolBytes: number): KernelTimes;
  preferLarge(memory: Uint8Array): void;
  discard(memory: Uint8Array): void;
  giveBack(): void;
}

/** What parts of an encode cost at the least on this processor, in ns: see kernel-times.h. */
export interface KernelTimes {
  readonly leaf: number;
  readonly inner: number;
  readonly columnCode: number;
  readonly rowCode: number;
  readonly readByte: number;
  readonly writeByte: number;
}

/** What the native codec can do beyond the common face. */
export interface NativeCodec extends Rs2, EncodeParts {
  /** Root and id that belong to sliver hashes: what metadata must have to be the blob's. */
  identify(shards: number, unencodedBytes: number, hashes: Uint8Array): Pick<BlobMetadata, 'blobId' | 'rootHash'>;
  /** Same results as `findCuts` in gear.ts. */
  readonly findCuts: FindCuts;
  /** Memory that the process has freed goes back to the system. Takes milliseconds: for now and then. */
  giveBack(): void;
  /** Undefined where the process lacks the libraries for it. */
  readonly sealing: Sealing | undefined;
  /** For benchmarks: the kernels alone, timed now. */
  kernelTimes(shards: number, symbolBytes: number): KernelTimes;
}

const digestBytes = 32;
const axisNumbers: Record<Axis, number> = { primary: 0, secondary: 1 };

interface Loaded {
  readonly addon?: Addon;
  readonly problem?: string;
}

let loaded: Loaded | undefined;

/** A release ships `prebuilds`; a checkout builds its own. */
function load(): Loaded {
  if (loaded !== undefined) return loaded;
  const require = createRequire(import.meta.url);
  const folder = join(dirname(fileURLToPath(import.meta.url)), '..');
  const places = [
    join(folder, 'build', 'Release', 'codec.node'),
    join(folder, 'prebuilds', `${process.platform}-${process.arch}`, 'codec.node'),
  ];
  const problems: string[] = [];
  for (const place of places) {
    try {
      loaded = { addon: require(place) as Addon };
      return loaded;
    } catch (error) {
      problems.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  loaded = { problem: problems.join('; ') };
  return loaded;
}

/** Why `loadNative` answers undefined; undefined when the addon is there. */
export function nativeProblem(): string | undefined {
  return load().problem;
}

/** Engines that were built, and whether this processor can run them; empty without the addon. */
export function nativeEngines(): { name: EngineName; usable: boolean }[] {
  return load().addon?.engines() ?? [];
}

/** Reading files natively; undefined where no addon was built, or where the system has not what it takes. */
export function nativeReadFiles(): ReadFiles | undefined {
  const { addon } = load();
  return addon && filesOf(addon, guarded);
}

/** The native codec with the best engine for this processor, or the one asked for: by argument, else by `FLOE_CODEC_ENGINE`. */
export function loadNative(engine: string | undefined = process.env['FLOE_CODEC_ENGINE']): NativeCodec | undefined {
  const { addon } = load();
  if (addon === undefined) return undefined;
  const all = addon.engines();
  const wanted = engine === undefined || engine === '' ? undefined : engine;
  const at = all.findIndex(({ name, usable }) => (wanted === undefined ? usable : name === wanted));
  const found = all[at];
  if (found === undefined) {
    const names = all.map(({ name }) => name).join(', ');
    throw new Fault(
      'bad-input',
      'after-user',
      `There is no codec engine '${String(wanted)}' here; there are ${names}.`,
    );
  }
  if (!found.usable) {
    throw new Fault('bad-input', 'after-user', `This processor lacks what the codec engine '${found.name}' needs.`);
  }
  return nativeCodec(addon, at, found.name);
}

/** Runs a call of the addon; what it refuses becomes a fault. */
function guarded<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'FLOE_REFUSED') throw refused(error instanceof Error ? error.message : '', error);
    if (code === 'FLOE_CANCELLED') throw new Fault('cancelled', 'now', 'The work was cancelled.', error);
    throw error;
  }
}

function refused(why: string, cause?: unknown): Fault {
  return new Fault('codec-refused', 'never', `The codec refuses its input: ${why}.`, cause);
}

function checkCode({ shards, rows, columns }: RedStuff): void {
  const faulty = Math.floor((shards - 1) / 3);
  if (!Number.isInteger(shards) || shards < 1 || rows !== shards - 2 * faulty || columns !== shards - faulty) {
    throw refused('rows and columns do not belong to the number of shards');
  }
}

function metadataOf(shards: number, unencodedBytes: number, summary: Uint8Array<ArrayBuffer>): BlobMetadata {
  const hashes = summary.subarray(0, shards * 2 * digestBytes);
  const rootHash = summary.slice(hashes.length, hashes.length + digestBytes);
  return { blobId: summary.slice(hashes.length + digestBytes), rootHash, unencodedBytes, hashes };
}

function summaryBytes(shards: number): number {
  if (!Number.isInteger(shards) || shards < 1 || shards > 65_535) throw refused('there is no such number of shards');
  return (shards + 1) * 2 * digestBytes;
}

function nativeCodec(addon: Addon, engine: number, name: EngineName): NativeCodec {
  const summaryOf = (shards: number): Uint8Array<ArrayBuffer> => new Uint8Array(summaryBytes(shards));
  return {
    engine: `native ${name}`,
    ...wholeBlobs(addon, engine, summaryOf),
    ...singleSlivers(addon, engine),
    ...encodeInParts(addon, engine, summaryOf),
    giveBack: () => addon.giveBack(),
    identify(shards, unencodedBytes, hashes) {
      const out = new Uint8Array(2 * digestBytes);
      guarded(() => addon.identify(engine, shards, unencodedBytes, hashes, out));
      return { rootHash: out.slice(0, digestBytes), blobId: out.slice(digestBytes) };
    },
    kernelTimes: (shards, symbolBytes) => guarded(() => addon.kernels(engine, shards, symbolBytes)),
    findCuts: (bytes, table, limits, isLast) => nativeCuts(addon, bytes, table, limits, isLast),
    sealing: sealingOf(addon, guarded),
  };
}

type SummaryOf = (shards: number) => Uint8Array<ArrayBuffer>;

function wholeBlobs(addon: Addon, engine: number, summaryOf: SummaryOf): Pick<Rs2, 'metadata' | 'encode' | 'decode'> {
  return {
    metadata(shards, blob, isCancelled) {
      const summary = summaryOf(shards);
      guarded(() => addon.encode(engine, shards, blob, null, false, summary, isCancelled));
      return metadataOf(shards, blob.length, summary);
    },
    encode(shards, blob, out, layout, isCancelled) {
      if (layout.code.shards !== shards) throw refused('the layout belongs to another number of shards');
      const summary = summaryOf(shards);
      guarded(() => addon.encode(engine, shards, blob, out, layout.systematicInBlob, summary, isCancelled));
      return metadataOf(shards, blob.length, summary);
    },
    decode(shards, unencodedBytes, slivers, out, isCancelled) {
      const faulty = Math.floor((shards - 1) / 3);
      const { axis, chosen } = choose(slivers, shards - 2 * faulty, shards - faulty);
      const indices = indicesOf(chosen);
      const datas = chosen.map(({ data }) => data);
      guarded(() => addon.decode(engine, shards, unencodedBytes, axisNumbers[axis], indices, datas, out, isCancelled));
    },
  };
}

/** Slivers of the axis that is complete, systematic ones first: those need no decoding. */
function choose(slivers: readonly Sliver[], rows: number, columns: number): { axis: Axis; chosen: Sliver[] } {
  const axes: Record<Axis, Map<number, Sliver>> = { primary: new Map(), secondary: new Map() };
  for (const sliver of slivers) axes[sliver.axis].set(sliver.index, sliver);
  const axis = axes.primary.size >= rows ? 'primary' : 'secondary';
  const needed = axis === 'primary' ? rows : columns;
  if (axes[axis].size < needed) throw refused('there are too few slivers of either axis');
  return { axis, chosen: [...axes[axis].values()].sort((a, b) => a.index - b.index).slice(0, needed) };
}

/** Typed arrays wrap what does not fit; a wrong index must be refused instead. */
function indicesOf(items: readonly { readonly index: number }[]): Uint32Array {
  for (const { index } of items) {
    if (!Number.isInteger(index) || index < 0 || index > 65_535) throw refused('an index is beyond the last shard');
  }
  return Uint32Array.from(items, ({ index }) => index);
}

function singleSlivers(addon: Addon, engine: number): Pick<Rs2, 'sliverHash' | 'expand' | 'recover' | 'symbolProof'> {
  return {
    sliverHash(code, axis, data) {
      checkCode(code);
      const digest = new Uint8Array(digestBytes);
      guarded(() => addon.hashSliver(engine, code.shards, axisNumbers[axis], data, digest));
      return digest;
    },
    expand(code, axis, data) {
      checkCode(code);
      const stored = axis === 'primary' ? code.columns : code.rows;
      if (data.length === 0 || data.length % stored !== 0) throw refused('a sliver has the wrong size');
      const out = new Uint8Array((data.length / stored) * code.shards);
      guarded(() => addon.expand(engine, code.shards, axisNumbers[axis], data, out));
      return out;
    },
    recover(code, axis, symbolBytes, symbols) {
      checkCode(code);
      const stored = axis === 'primary' ? code.columns : code.rows;
      const byIndex = new Map<number, CrossingSymbol>();
      for (const symbol of symbols) byIndex.set(symbol.index, symbol);
      if (byIndex.size < stored) throw refused('there are too few symbols');
      if (!Number.isInteger(symbolBytes) || symbolBytes < 2 || symbolBytes > 65_534)
        throw refused('no such symbol size');
      const chosen = [...byIndex.values()].sort((a, b) => a.index - b.index).slice(0, stored);
      const indices = indicesOf(chosen);
      const datas = chosen.map(({ data }) => data);
      const out = new Uint8Array(stored * symbolBytes);
      guarded(() => addon.recover(engine, code.shards, axisNumbers[axis], symbolBytes, indices, datas, out));
      return out;
    },
    symbolProof(code, axis, data, index) {
      checkCode(code);
      const siblings = new Uint8Array(Math.ceil(Math.log2(code.shards)) * digestBytes);
      guarded(() => addon.prove(engine, code.shards, axisNumbers[axis], data, index, siblings));
      return Array.from({ length: siblings.length / digestBytes }, (_, level) =>
        siblings.slice(level * digestBytes, (level + 1) * digestBytes),
      );
    },
  };
}

function encodeInParts(addon: Addon, engine: number, summaryOf: SummaryOf): EncodeParts {
  return {
    encodePart(phase, { part, parts }, { shards, blob, out, layout, exchange }, isCancelled) {
      if (layout.code.shards !== shards) throw refused('the layout belongs to another number of shards');
      const number = phase === 'rows' ? 0 : 1;
      const inBlob = layout.systematicInBlob;
      guarded(() => addon.encodePart(engine, shards, blob, out, inBlob, exchange, number, part, parts, isCancelled));
    },
    encodeEnd(parts, { shards, blob, exchange }) {
      const summary = summaryOf(shards);
      guarded(() => addon.encodeEnd(engine, shards, blob.length, parts, exchange, summary));
      return metadataOf(shards, blob.length, summary);
    },
    preferLargePages: (memory) => addon.preferLarge(new Uint8Array(memory)),
    discard: (memory) => addon.discard(new Uint8Array(memory)),
  };
}

/** Cuts a call can return; a longer stretch is cut in several calls. */
const cutsRoom = 4096;

function nativeCuts(
  addon: Addon,
  bytes: Uint8Array,
  table: BigUint64Array,
  { min, normal, max }: CutLimits,
  isLast: boolean,
): number[] {
  const cuts = new Uint32Array(cutsRoom);
  const all: number[] = [];
  for (let start = 0; start < bytes.length;) {
    const rest = bytes.subarray(start);
    const found = guarded(() => addon.findCuts(rest, table, min, normal, max, isLast, cuts));
    for (const cut of cuts.subarray(0, found)) all.push(start + cut);
    if (found < cutsRoom) break;
    start = all.at(-1) ?? bytes.length;
  }
  return all;
}
