/**
 * The native codec against the official encoder: alternating calls in one process, medians, blob ids compared on every run, and the share of the
 * floor that our own kernels set, timed in the same process. One thread; input and output buffers exist before the clock starts.
 */
import { redStuff, symbolBytes, type RedStuff } from '../../app/domain/redstuff.ts';
import { loadNative, nativeProblem, type KernelTimes, type NativeCodec } from '../codec/codec.ts';
import type { Sliver } from '../rs2.ts';
import { sliverLayout, sliverRange } from '../sliver-layout.ts';
import { peerFor, type Peer } from './codec-peer.ts';

export interface CodecBenchOptions {
  readonly shards?: number;
  readonly sizes?: readonly number[];
  /** Counted runs of ours and of the peer; medians of these. */
  readonly rounds?: number;
  readonly engine?: string;
}

export type PrintLine = (line: object) => void;

const peerName = '@mysten/walrus-wasm';
const kib = 1024;
const mib = kib * kib;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Milliseconds of a call: on the wall, and of the processor, which a busy machine does not stretch. */
interface Time {
  readonly wall: number;
  readonly processor: number;
}

function timed<Result>(times: Time[], call: () => Result): Result {
  const before = process.cpuUsage();
  const start = performance.now();
  const result = call();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  times.push({ wall, processor: (user + system) / 1000 });
  return result;
}

const wallOf = (times: readonly Time[]): number => median(times.map(({ wall }) => wall));
const processorOf = (times: readonly Time[]): number => median(times.map(({ processor }) => processor));

/** Bytes without structure, the same ones every time (xorshift). */
function sample(bytes: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}

function mustEqual(a: Uint8Array, b: Uint8Array, what: string): void {
  if (Buffer.compare(a, b) !== 0) throw new Error(`bench: ${what} of the two encoders differ`);
}

function sizeName(bytes: number): string {
  return bytes >= mib ? `${Math.round(bytes / mib)} MiB` : `${Math.round(bytes / kib)} KiB`;
}

/** Milliseconds that the kernels alone need for a blob that fills its matrix as this one does. */
export function floorMs(code: RedStuff, blobBytes: number, times: KernelTimes): number {
  const symbol = symbolBytes(code, blobBytes);
  const { shards, rows, columns } = code;
  const usedRows = Math.min(rows, Math.ceil(blobBytes / (columns * symbol)));
  const hashedRows = usedRows + shards - rows;
  const innerNodes = 2 * shards * hashedRows;
  const stripsPerSymbol = symbol / 64;
  const transforms = (shards * times.columnCode + usedRows * times.rowCode) * stripsPerSymbol;
  const written = ((shards - rows) * columns + shards * rows) * symbol;
  const hashing = shards * hashedRows * times.leaf + innerNodes * times.inner;
  return (hashing + transforms + blobBytes * times.readByte + written * times.writeByte) / 1e6;
}

interface Times {
  readonly ours: Time[];
  readonly theirs: Time[];
}

function line(name: string, { ours, theirs }: Times): object {
  const value = wallOf(ours);
  const peerValue = wallOf(theirs);
  const processorMs = processorOf(ours);
  const peerProcessorMs = processorOf(theirs);
  return { name, value, unit: 'ms', peer: peerName, peerValue, ratio: peerValue / value, processorMs, peerProcessorMs };
}

function benchEncode(
  print: PrintLine,
  codec: NativeCodec,
  peer: Peer,
  blob: Uint8Array,
  shards: number,
  rounds: number,
) {
  const code = redStuff(shards);
  const layout = sliverLayout(code, blob.length);
  const out = new Uint8Array(layout.bytes);
  const encode: Times = { ours: [], theirs: [] };
  const metadata: Times = { ours: [], theirs: [] };
  // The first run of each fills pools and tables.
  codec.encode(shards, blob, out, layout);
  for (let round = 0; round < rounds; round++) {
    const ours = timed(encode.ours, () => codec.encode(shards, blob, out, layout));
    const theirs = timed(encode.theirs, () => peer.encode(blob));
    mustEqual(ours.blobId, theirs.blobId, 'blob ids');
    mustEqual(ours.hashes, theirs.hashes, 'sliver hashes');
    const oursAgain = timed(metadata.ours, () => codec.metadata(shards, blob));
    const theirsAgain = timed(metadata.theirs, () => peer.blobId(blob));
    mustEqual(oursAgain.blobId, theirsAgain, 'blob ids');
  }
  const name = `${sizeName(blob.length)}, ${shards} shards, ${codec.engine}`;
  print(line(`encode ${name}`, encode));
  print(line(`metadata ${name}`, metadata));
  const floor = floorMs(code, blob.length, codec.kernelTimes(shards, layout.symbolBytes));
  print({
    name: `encode share of floor ${name}`,
    value: floor / processorOf(encode.ours),
    unit: 'ratio',
    floorMs: floor,
  });
  return { out, layout };
}

/** Non-systematic primary slivers back to the blob, and its blob id recomputed, which is what makes a read consistent. */
function benchDecode(
  print: PrintLine,
  codec: NativeCodec,
  peer: Peer,
  blob: Uint8Array,
  shards: number,
  rounds: number,
  encoded: ReturnType<typeof benchEncode>,
): void {
  const { out, layout } = encoded;
  const { rows, columns } = layout.code;
  const slivers: Sliver[] = [];
  const bodies: Uint8Array[] = [];
  for (let index = shards - rows; index < shards; index++) {
    const range = sliverRange(layout, 'primary', index);
    const body = out.subarray(range?.start, range?.end);
    const end = body.length - 4;
    bodies.push(body);
    slivers.push({ axis: 'primary', index, data: body.subarray(end - columns * layout.symbolBytes, end) });
  }
  const { blobId } = codec.metadata(shards, blob);
  const back = new Uint8Array(blob.length);
  const times: Times = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    back.fill(0);
    const again = timed(times.ours, () => {
      codec.decode(shards, blob.length, slivers, back);
      return codec.metadata(shards, back);
    });
    mustEqual(again.blobId, blobId, 'blob ids');
    back.fill(0);
    timed(times.theirs, () => {
      peer.decode(blobId, bodies, back);
      return peer.blobId(back);
    });
    mustEqual(back, blob, 'blobs');
  }
  print(line(`decode and verify ${sizeName(blob.length)}, ${shards} shards, ${codec.engine}`, times));
}

export function benchCodec(print: PrintLine, options: CodecBenchOptions = {}): void {
  const { shards = 1000, sizes = [kib, mib, 16 * mib, 64 * mib], rounds = 5, engine } = options;
  const codec = engine === undefined ? loadNative() : loadNative(engine);
  if (codec === undefined) {
    print({ name: 'encode', value: null, unit: 'ms', note: `no native codec: ${nativeProblem() ?? ''}` });
    return;
  }
  for (const size of sizes) {
    const blob = sample(size);
    const peer = peerFor(shards, size);
    const encoded = benchEncode(print, codec, peer, blob, shards, rounds);
    benchDecode(print, codec, peer, blob, shards, rounds, encoded);
    peer.free();
  }
}
