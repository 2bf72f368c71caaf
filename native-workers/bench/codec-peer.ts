/**
 * The official encoder as it comes (`@mysten/walrus-wasm`), called the way its SDK calls it: the peer that bytes and times are compared with.
 * Buffers are made once; a call does nothing but the peer's own work.
 */
import { createRequire } from 'node:module';
import { redStuff, symbolBytes } from '../../app/domain/redstuff.ts';
import { ulebBytes } from '../sliver-layout.ts';

interface Digest {
  readonly Digest: readonly number[];
}

/** What `encode` answers first. */
interface Described {
  readonly blob_id: readonly number[];
  readonly metadata: { readonly V1: { readonly hashes: readonly { primary_hash: Digest; secondary_hash: Digest }[] } };
}

export interface PeerBlob {
  readonly blobId: Uint8Array;
  readonly hashes: Uint8Array;
}

export interface Peer {
  /** SliverData bodies by sliver index, as the last `encode` left them. */
  readonly primary: readonly Uint8Array[];
  readonly secondary: readonly Uint8Array[];
  encode(blob: Uint8Array): PeerBlob;
  /** The blob id; the peer does not give the sliver hashes without the slivers. */
  blobId(blob: Uint8Array): Uint8Array;
  /** From SliverData bodies of primary slivers. */
  decode(blobId: Uint8Array, bodies: readonly Uint8Array[], out: Uint8Array): void;
  free(): void;
}

function described(answer: Described): PeerBlob {
  const pairs = answer.metadata.V1.hashes;
  const hashes = new Uint8Array(64 * pairs.length);
  for (const [pair, hash] of pairs.entries()) {
    hashes.set(hash.primary_hash.Digest, 64 * pair);
    hashes.set(hash.secondary_hash.Digest, 64 * pair + 32);
  }
  return { blobId: Uint8Array.from(answer.blob_id), hashes };
}

export function peerFor(shards: number, blobBytes: number): Peer {
  const { BlobEncoder } = createRequire(import.meta.url)('@mysten/walrus-wasm') as typeof import('@mysten/walrus-wasm');
  const encoder = new BlobEncoder(shards);
  const code = redStuff(shards);
  const symbol = symbolBytes(code, blobBytes);
  const bodies = (symbols: number): Uint8Array[] =>
    Array.from({ length: shards }, () => new Uint8Array(ulebBytes(symbols * symbol) + symbols * symbol + 4));
  const primary = bodies(code.columns);
  const secondary = bodies(code.rows);
  const byPair = secondary.toReversed();
  return {
    primary,
    secondary,
    encode: (blob) => described((encoder.encode(blob, primary, byPair) as [Described])[0]),
    blobId: (blob) => Uint8Array.from((encoder.compute_metadata(blob) as [readonly number[]])[0]),
    decode: (blobId, slivers, out) => encoder.decode(blobId, BigInt(out.length), [...slivers], out),
    free: () => encoder.free(),
  };
}
