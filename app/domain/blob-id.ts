/** A Walrus blob id: 32 bytes, written as 43 characters of URL-safe base64. On chain the same bytes are a little-endian u256. */
import { fromBase64Url, toBase64Url } from './bytes.ts';
import { Fault } from './fault.ts';

declare const blobIdBrand: unique symbol;
export type BlobId = string & { readonly [blobIdBrand]: true };

export const blobIdBytes = 32;

export function parseBlobId(value: string | Uint8Array): BlobId {
  const bytes = typeof value === 'string' ? fromBase64Url(value) : value;
  if (bytes.length !== blobIdBytes) throw new Fault('bad-input', 'never', 'A blob id has 32 bytes.');
  return toBase64Url(bytes) as BlobId;
}

export function blobIdToBytes(id: BlobId): Uint8Array<ArrayBuffer> {
  return fromBase64Url(id);
}

/** The blob id as the u256 that Move objects hold (BCS little-endian, walrus-protocol section 1.5). */
export function blobIdToU256(id: BlobId): bigint {
  return blobIdToBytes(id).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

export function blobIdFromU256(value: bigint): BlobId {
  return parseBlobId(Uint8Array.from({ length: blobIdBytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)));
}

/** The rotation of sliver pairs over shards: the id as a BIG-endian number, modulo the shard count (walrus-protocol section 1.5). */
export function rotationOf(id: BlobId, shards: number): number {
  return blobIdToBytes(id).reduce((rest, byte) => (rest * 256 + byte) % shards, 0);
}

/** Which shard stores a sliver pair. */
export function shardOfPair(pair: number, id: BlobId, shards: number): number {
  return (pair + rotationOf(id, shards)) % shards;
}

/** Which sliver pair a shard stores. */
export function pairOfShard(shard: number, id: BlobId, shards: number): number {
  return (shards + shard - rotationOf(id, shards)) % shards;
}
