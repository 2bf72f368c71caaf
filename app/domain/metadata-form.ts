/**
 * A blob's metadata on the wire, and the proof that it belongs to a blob id (walrus-protocol sections 2.1 to 2.3): Merkle root over the
 * pairs' hashes, hashed together with the length. Metadata that was parsed here is proven; nobody's word was taken for it.
 */
import { blake2b } from '@noble/hashes/blake2.js';
import { blobIdToBytes, type BlobId } from './blob-id.ts';
import { concatBytes, sameBytes } from './bytes.ts';
import type { Axis, BlobMetadata } from './encoding.ts';
import { Fault } from './fault.ts';
import { blobBytesMax, redStuff } from './redstuff.ts';
import { uleb } from './sliver-form.ts';

const digestBytes = 32;
/** A pair's two hashes, plain and in BCS, where each stands behind its enum tag. */
const pairBytes = 2 * digestBytes;
const taggedPairBytes = pairBytes + 2;
/** BlobMetadata version 1; encoding RS2, the only one that Walrus accepts. */
const versionTag = 0;
const encodingRs2 = 1;
const digestTag = 1;

type Digest = Uint8Array<ArrayBuffer>;

function hash(data: Uint8Array): Digest {
  return new Uint8Array(blake2b(data, { dkLen: digestBytes }));
}

/** The root over pair hashes (shards x 64 bytes); an odd level is completed by a node of zeros. */
function metadataRoot(hashes: Uint8Array): Digest {
  let level: Digest[] = [];
  for (let at = 0; at < hashes.length; at += pairBytes) {
    level.push(hash(concatBytes(Uint8Array.of(0), hashes.subarray(at, at + pairBytes))));
  }
  const empty = new Uint8Array(digestBytes);
  while (level.length > 1) {
    const above: Digest[] = [];
    for (let i = 0; i < level.length; i += 2) {
      above.push(hash(concatBytes(Uint8Array.of(1), level[i] ?? empty, level[i + 1] ?? empty)));
    }
    level = above;
  }
  return level[0] ?? empty;
}

function blobIdOf(unencodedBytes: number, root: Uint8Array): Digest {
  return hash(concatBytes(Uint8Array.of(encodingRs2), u64(unencodedBytes), root));
}

function u64(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

/** Bytes of BlobMetadataWithId, the answer of GET metadata. */
export function metadataBodyBytes(shards: number): number {
  return digestBytes + 2 + 8 + uleb(shards).length + shards * taggedPairBytes;
}

/** BlobMetadata without its id, the body of PUT metadata. */
export function metadataBody({ unencodedBytes, hashes }: BlobMetadata): Uint8Array<ArrayBuffer> {
  const pairs = hashes.length / pairBytes;
  const tagged = new Uint8Array(pairs * taggedPairBytes);
  for (let digest = 0; digest < 2 * pairs; digest++) {
    const at = digest * (digestBytes + 1);
    tagged[at] = digestTag;
    tagged.set(hashes.subarray(digest * digestBytes, (digest + 1) * digestBytes), at + 1);
  }
  return concatBytes(Uint8Array.of(versionTag, encodingRs2), u64(unencodedBytes), uleb(pairs), tagged);
}

/** Metadata of exactly this blob on exactly so many shards, proven; otherwise a fault 'codec-refused'. */
export function parseMetadata(body: Uint8Array, blob: BlobId, shards: number): BlobMetadata {
  const refuse = (): Fault => new Fault('codec-refused', 'never', 'The metadata does not belong to the blob.');
  if (body.length !== metadataBodyBytes(shards)) throw refuse();
  const blobId = blobIdToBytes(blob);
  const count = uleb(shards);
  const start = digestBytes + 10 + count.length;
  const isFramed =
    sameBytes(body.subarray(0, digestBytes), blobId) &&
    body[digestBytes] === versionTag &&
    body[digestBytes + 1] === encodingRs2 &&
    sameBytes(body.subarray(digestBytes + 10, start), count);
  const length = new DataView(body.buffer, body.byteOffset + digestBytes + 2, 8).getBigUint64(0, true);
  if (!isFramed || length > BigInt(blobBytesMax(redStuff(shards)))) throw refuse();
  const hashes = new Uint8Array(shards * pairBytes);
  for (let digest = 0; digest < 2 * shards; digest++) {
    const at = start + digest * (digestBytes + 1);
    if (body[at] !== digestTag) throw refuse();
    hashes.set(body.subarray(at + 1, at + 1 + digestBytes), digest * digestBytes);
  }
  const rootHash = metadataRoot(hashes);
  if (!sameBytes(blobIdOf(Number(length), rootHash), blobId)) throw refuse();
  return { blobId, rootHash, unencodedBytes: Number(length), hashes };
}

/** The hash that sliver `index` must have. */
export function sliverHashIn({ hashes }: BlobMetadata, axis: Axis, index: number): Uint8Array<ArrayBuffer> {
  const shards = hashes.length / pairBytes;
  const at = axis === 'primary' ? index * pairBytes : (shards - 1 - index) * pairBytes + digestBytes;
  return hashes.slice(at, at + digestBytes);
}
