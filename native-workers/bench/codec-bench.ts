/**
 * The native codec against the official encoder: alternating calls in one process, medians, blob ids compared on every run, and the share of the
 * floor that our own kernels set, timed in the same process. One thread; input and output buffers exist before the clock starts.
 */
import { redStuff, symbolBytes, type RedStuff } from '../../app/domain/redstuff.ts';
import { loadNative, nativeProblem, type KernelTimes, type NativeCodec } from '../codec/codec.ts';
import type { Sliver } from '../rs2.ts';
import { sliverLayout, sliverRange } from '../sliver-layout.ts';
import { peerFor, type Peer } from './codec-peer.ts';
import { comparedLine, kib, mib, processorOf, sample, sizeName, timed, type PrintLine, type Times } from './measure.ts';

export interface CodecBenchOptions {
  readonly shards?: number;
  readonly sizes?: readonly number[];
  /** Counted runs of ours and of the peer; medians of these. */
  readonly rounds?: number;
  readonly engine?: string;
}

const peerName = '@mysten/walrus-wasm';

function mustEqual(a: Uint8Array, b: Uint8Array, what: string): void {
  if (Buffer.compare(a, b) !== 0) throw new Error(`bench: ${what} of the two encoders differ`);
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

async function benchEncode(
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
    const ours = await timed(encode.ours, () => codec.encode(shards, blob, out, layout));
    const theirs = await timed(encode.theirs, () => peer.encode(blob));
    mustEqual(ours.blobId, theirs.blobId, 'blob ids');
    mustEqual(ours.hashes, theirs.hashes, 'sliver hashes');
    const oursAgain = await timed(metadata.ours, () => codec.metadata(shards, blob));
    const theirsAgain = await timed(metadata.theirs, () => peer.blobId(blob));
    mustEqual(oursAgain.blobId, theirsAgain, 'blob ids');
  }
  const name = `${sizeName(blob.length)}, ${shards} shards, ${codec.engine}`;
  print(comparedLine(`encode ${name}`, peerName, encode));
  print(comparedLine(`metadata ${name}`, peerName, metadata));
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
async function benchDecode(
  print: PrintLine,
  codec: NativeCodec,
  peer: Peer,
  blob: Uint8Array,
  shards: number,
  rounds: number,
  encoded: Awaited<ReturnType<typeof benchEncode>>,
): Promise<void> {
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
    const again = await timed(times.ours, () => {
      codec.decode(shards, blob.length, slivers, back);
      return codec.metadata(shards, back);
    });
    mustEqual(again.blobId, blobId, 'blob ids');
    back.fill(0);
    await timed(times.theirs, () => {
      peer.decode(blobId, bodies, back);
      return peer.blobId(back);
    });
    mustEqual(back, blob, 'blobs');
  }
  print(comparedLine(`decode and verify ${sizeName(blob.length)}, ${shards} shards, ${codec.engine}`, peerName, times));
}

export async function benchCodec(print: PrintLine, options: CodecBenchOptions = {}): Promise<void> {
  const { shards = 1000, sizes = [kib, mib, 16 * mib, 64 * mib], rounds = 5, engine } = options;
  const codec = engine === undefined ? loadNative() : loadNative(engine);
  if (codec === undefined) {
    print({ name: 'encode', value: null, unit: 'ms', note: `no native codec: ${nativeProblem() ?? ''}` });
    return;
  }
  for (const size of sizes) {
    const blob = sample(size);
    const peer = peerFor(shards, size);
    const encoded = await benchEncode(print, codec, peer, blob, shards, rounds);
    await benchDecode(print, codec, peer, blob, shards, rounds, encoded);
    peer.free();
  }
}
