/**
 * The official wasm encoder behind our codec's face, for machines without the native one. It encodes, and decodes from primary slivers;
 * what it cannot do (sliver hashes, proofs, recovery, secondary slivers) the portable codec does. It cannot be interrupted: cancellation is
 * noticed between calls only. A trap inside it (`WebAssembly.RuntimeError`) is not caught here: its instance is then unfit for use.
 */
import { createRequire } from 'node:module';
import { Fault } from '../../app/domain/fault.ts';
import { redStuff, symbolBytes, type RedStuff } from '../../app/domain/redstuff.ts';
import { portableRs2 } from '../portable/portable.ts';
import type { BlobMetadata, IsCancelled, Rs2, Sliver, SliverLayout } from '../rs2.ts';
import { sliverLayout, sliverRange, ulebBytes } from '../sliver-layout.ts';

type WalrusWasm = typeof import('@mysten/walrus-wasm');
type Encoder = InstanceType<WalrusWasm['BlobEncoder']>;

let loaded: WalrusWasm | undefined;

/** The wasm module, compiled on first use and not on import: most workers never need it. */
export function walrusWasm(): WalrusWasm {
  loaded ??= createRequire(import.meta.url)('@mysten/walrus-wasm') as WalrusWasm;
  return loaded;
}

/** Whether wasm code trapped: ran out of its memory or broke an assumption. Its instance must not be used again. */
export function isWasmTrap(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}

/** One encoder at a time: its tables depend on the number of shards, and a process rarely sees more than one. */
let kept: { readonly shards: number; readonly encoder: Encoder } | undefined;

function encoderFor(shards: number): Encoder {
  if (kept?.shards === shards) return kept.encoder;
  kept?.encoder.free();
  kept = undefined;
  const { BlobEncoder } = walrusWasm();
  kept = { shards, encoder: refusing(() => new BlobEncoder(shards)) };
  return kept.encoder;
}

/** Calls wasm; an error that it reports about its input becomes a fault. */
function refusing<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Error') throw error;
    throw new Fault('codec-refused', 'never', 'The encoder refused its input.', error);
  }
}

function checkShards(shards: number): void {
  if (!Number.isInteger(shards) || shards < 1 || shards > 65_535) {
    throw new Fault('codec-refused', 'never', 'That is not a number of shards.');
  }
}

function stop(isCancelled: IsCancelled | undefined): void {
  if (isCancelled?.() === true) throw new Fault('cancelled', 'now', 'The work was cancelled.');
}

/** What `encode` answers, as far as it is used here. Digests are arrays of numbers. */
interface WasmHash {
  readonly Digest: readonly number[];
}
type WasmAnswer = readonly [
  {
    readonly blob_id: readonly number[];
    readonly metadata: {
      readonly V1: {
        readonly hashes: readonly { readonly primary_hash: WasmHash; readonly secondary_hash: WasmHash }[];
      };
    };
  },
  WasmHash,
];

function metadataFrom([described, root]: WasmAnswer, unencodedBytes: number): BlobMetadata {
  const pairs = described.metadata.V1.hashes;
  const hashes = new Uint8Array(64 * pairs.length);
  for (const [pair, { primary_hash, secondary_hash }] of pairs.entries()) {
    hashes.set(primary_hash.Digest, 64 * pair);
    hashes.set(secondary_hash.Digest, 64 * pair + 32);
  }
  return {
    blobId: Uint8Array.from(described.blob_id),
    rootHash: Uint8Array.from(root.Digest),
    unencodedBytes,
    hashes,
  };
}

/**
 * The buffers that the encoder fills, as views of `out`. Slivers that are views of the blob all land in one spare place. The encoder takes
 * secondary slivers by pair: the one at k is sliver shards - 1 - k.
 */
function places(out: Uint8Array, layout: SliverLayout): { primary: Uint8Array[]; secondary: Uint8Array[] } {
  const { shards } = layout.code;
  const spare = new Uint8Array(layout.systematicInBlob ? layout.primaryBytes : 0);
  const place = (axis: 'primary' | 'secondary', index: number): Uint8Array => {
    const range = sliverRange(layout, axis, index);
    return range === undefined ? spare : out.subarray(range.start, range.end);
  };
  const pairs = Array.from({ length: shards }, (_, pair) => pair);
  return {
    primary: pairs.map((pair) => place('primary', pair)),
    secondary: pairs.map((pair) => place('secondary', shards - 1 - pair)),
  };
}

function encode(
  shards: number,
  blob: Uint8Array,
  out: Uint8Array,
  layout: SliverLayout,
  isCancelled?: IsCancelled,
): BlobMetadata {
  checkShards(shards);
  stop(isCancelled);
  const isOurs = layout.code.shards === shards && layout.symbolBytes === symbolBytes(layout.code, blob.length);
  if (!isOurs || out.length !== layout.bytes) {
    throw new Fault('codec-refused', 'never', 'The buffer does not have the layout of this blob.');
  }
  const { primary, secondary } = places(out, layout);
  const encoder = encoderFor(shards);
  const answer = refusing(() => encoder.encode(blob, primary, secondary) as WasmAnswer);
  stop(isCancelled);
  return metadataFrom(answer, blob.length);
}

/** A sliver in BCS form (SliverData: length, data, symbol size, index). */
function bodyOf(code: RedStuff, { index, data }: Sliver): Uint8Array {
  const lengthBytes = ulebBytes(data.length);
  const body = new Uint8Array(lengthBytes + data.length + 4);
  for (let at = 0, rest = data.length; at < lengthBytes; at++, rest = Math.floor(rest / 128)) {
    body[at] = (rest % 128) | (at < lengthBytes - 1 ? 128 : 0);
  }
  body.set(data, lengthBytes);
  const view = new DataView(body.buffer, lengthBytes + data.length);
  view.setUint16(0, data.length / code.columns, true);
  view.setUint16(2, index, true);
  return body;
}

function decode(
  shards: number,
  unencodedBytes: number,
  slivers: readonly Sliver[],
  out: Uint8Array,
  isCancelled?: IsCancelled,
): void {
  checkShards(shards);
  stop(isCancelled);
  const code = redStuff(shards);
  const byIndex = new Map(slivers.filter(({ axis }) => axis === 'primary').map((sliver) => [sliver.index, sliver]));
  if (byIndex.size < code.rows) return portableRs2.decode(shards, unencodedBytes, slivers, out, isCancelled);
  const wanted = code.columns * symbolBytes(code, unencodedBytes);
  const bodies = [...byIndex.values()].slice(0, code.rows).map((sliver) => {
    const isSliver = Number.isInteger(sliver.index) && sliver.index >= 0 && sliver.index < shards;
    if (!isSliver || sliver.data.length !== wanted) {
      throw new Fault('codec-refused', 'never', 'A sliver is not of this blob.');
    }
    return bodyOf(code, sliver);
  });
  if (out.length !== unencodedBytes) {
    throw new Fault('codec-refused', 'never', 'The buffer does not have the length of the blob.');
  }
  const encoder = encoderFor(shards);
  // The blob id is parsed and then ignored by the decoder: nothing is verified there.
  const anyId = Array.from({ length: 32 }, () => 0);
  refusing(() => encoder.decode(anyId, BigInt(unencodedBytes), bodies, out));
  stop(isCancelled);
}

/** `encode`'s slivers are thrown away: the metadata call of the encoder leaves out the hashes. */
function metadata(shards: number, blob: Uint8Array, isCancelled?: IsCancelled): BlobMetadata {
  checkShards(shards);
  const layout = sliverLayout(redStuff(shards), blob.length, true);
  return encode(shards, blob, new Uint8Array(layout.bytes), layout, isCancelled);
}

/** The wasm encoder with the portable codec for the rest. Compiles nothing before its first call. */
export function loadWasm(): Rs2 {
  return { ...portableRs2, engine: 'wasm', metadata, encode, decode };
}
