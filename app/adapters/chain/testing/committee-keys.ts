/** For tests: storage nodes that sign, blobs that a chain accepts, and certificates made of real BLS signatures (walrus-protocol section 4). */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { blobIdToBytes, parseBlobId } from '../../../domain/blob-id.ts';
import type { BlobId } from '../../../domain/blob-id.ts';
import { concatBytes, toHex } from '../../../domain/bytes.ts';
import type { Certificate, Committee } from '../../../domain/committee.ts';
import type { SuiId } from '../../../domain/ids.ts';
import { idToBytes } from '../../../domain/ids.ts';
import { encodedBytes, redStuff } from '../../../domain/redstuff.ts';
import type { BlobToRegister } from '../../../ports/chain.ts';

const bls = bls12_381.longSignatures;

export interface SigningNode {
  readonly secretKey: Uint8Array;
  /** Uncompressed, 96 bytes. */
  readonly publicKey: Uint8Array;
}

export function signingNodes(count: number): readonly SigningNode[] {
  return Array.from({ length: count }, (_, i) => {
    const secretKey = blake2b(Uint8Array.of(i, 1, 2, 3), { dkLen: 32 });
    secretKey[0] = 1;
    return { secretKey, publicKey: bls.getPublicKey(secretKey).toBytes(false) };
  });
}

function littleEndian(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 0xff);
}

/** A blob as it is registered; its id follows from its root and size as walrus-protocol section 2.2 has it. */
export function madeBlob(mark: number, unencodedBytes: number, shards: number): BlobToRegister {
  const rootHash = blake2b(Uint8Array.of(mark), { dkLen: 32 });
  const id = blake2b(concatBytes(Uint8Array.of(1), littleEndian(unencodedBytes, 8), rootHash), { dkLen: 32 });
  return {
    blobId: parseBlobId(id),
    rootHash,
    unencodedBytes,
    encodedBytes: encodedBytes(redStuff(shards), unencodedBytes),
  };
}

/** A certificate for a deletable blob, signed by the members at `signers`. */
export function certificateBy(
  nodes: readonly SigningNode[],
  committee: Committee,
  blobId: BlobId,
  objectId: SuiId,
  signers: readonly number[],
  epoch = committee.epoch,
): Certificate {
  const header = concatBytes(Uint8Array.of(1, 0, 3), littleEndian(epoch, 4));
  const message = concatBytes(header, blobIdToBytes(blobId), Uint8Array.of(1), idToBytes(objectId));
  const hashed = bls.hash(message);
  const signerBitmap = new Uint8Array(Math.ceil(committee.members.length / 8));
  let weight = 0;
  const signatures = signers.map((index) => {
    const member = committee.members[index];
    const node = nodes.find(({ publicKey }) => toHex(publicKey) === toHex(member?.publicKey ?? new Uint8Array()));
    if (member === undefined || node === undefined) throw new Error(`there is no signing member ${index}`);
    signerBitmap[index >> 3] = (signerBitmap[index >> 3] ?? 0) | (1 << (index & 7));
    weight += member.shards.length;
    return bls.sign(hashed, node.secretKey);
  });
  return { message, signature: bls.aggregateSignatures(signatures).toBytes(), signerBitmap, epoch, weight };
}
