/** `walrus::encoding` and the derivation of blob ids: sizes and ids as the contract computes them. */
import { blake2b } from '@noble/hashes/blake2.js';
import { encodedBytes, redStuff } from '../../../../domain/redstuff.ts';
import { BcsReader, BcsWriter } from '../bytes.ts';
import { moveAbort } from '../failure.ts';
import type { Runtime } from '../runtime.ts';

const redStuffType = 1;

/** Bytes that a blob takes on all shards. */
export function encodedSize(runtime: Runtime, size: bigint, encodingType: number, shards: number): bigint {
  if (encodingType !== redStuffType) {
    moveAbort(runtime.world.packages.walrusCall, 'encoding::encoded_blob_length', 'EInvalidEncodingType');
  }
  // Sizes past 2^53 overflow the contract's symbol size anyway; no blob object of that size can be paid for.
  return BigInt(encodedBytes(redStuff(shards), Number(size)));
}

/** blake2b-256 over encoding type, size and root, read as a little-endian number. */
export function deriveBlobId(root: bigint, encodingType: number, size: bigint): bigint {
  const writer = new BcsWriter();
  writer.u8(encodingType);
  writer.u64(size);
  writer.u256(root);
  return new BcsReader(blake2b(writer.done(), { dkLen: 32 })).u256();
}
