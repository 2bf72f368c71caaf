/** The public description of an encoded blob, as everything above the codec uses it. */

export type Axis = 'primary' | 'secondary';

/** Hashes are digests without their BCS tags. */
export interface BlobMetadata {
  /** 32 bytes. */
  readonly blobId: Uint8Array<ArrayBuffer>;
  /** 32 bytes: Merkle root over the pairs' hashes. */
  readonly rootHash: Uint8Array<ArrayBuffer>;
  /** Bytes of the blob before encoding. */
  readonly unencodedBytes: number;
  /** shards x 64 bytes: for pair k the primary sliver's hash, then the hash of secondary sliver shards - 1 - k. */
  readonly hashes: Uint8Array<ArrayBuffer>;
}
