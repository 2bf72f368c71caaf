/**
 * Checks a receipt with nothing but its bytes: no network, no engine, no keys. What holds is said with its numbers, what does not with the reason.
 * One thing no file can prove by itself: that the committee it lists is the one that the chain had in that epoch; its digest is there to compare.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { blobIdToBytes } from '../domain/blob-id.ts';
import { concatBytes, sameBytes, toHex } from '../domain/bytes.ts';
import { idToBytes, parseSuiId } from '../domain/ids.ts';
import { isQuorum } from '../domain/redstuff.ts';
import { confirmationMessage, uleb } from '../domain/sliver-form.ts';
import { receiptDigest, receiptFromBytes, signedText, type Receipt, type ReceiptBlob } from './receipt.ts';

export type ReceiptVerdict =
  | {
      readonly valid: true;
      readonly receipt: Receipt;
      /** The least shard weight that signed for any of the blobs. */
      readonly signedShards: number;
      /** The first end of a lease of any of the blobs, exclusive. */
      readonly endEpoch: number;
      /** SHA-256 over the committee as listed: epoch, shards, and each member's id, key and weight. */
      readonly committeeDigest: string;
    }
  | { readonly valid: false; readonly reason: string };

const bls = bls12_381.longSignatures;
const ed25519Flag = 0;
const sealBytes = 97;

class Doubt extends Error {}

const demand = (holds: boolean, reason: string): void => {
  if (!holds) throw new Doubt(reason);
};

export function verifyReceipt(bytes: Uint8Array): ReceiptVerdict {
  const sealed = receiptFromBytes(bytes);
  if (typeof sealed === 'string') return { valid: false, reason: sealed };
  const { receipt, digest, signature } = sealed;
  try {
    demand(sameBytes(receiptDigest(receipt), digest), 'It was changed after it was issued: its digest is another.');
    demand(isSignedBy(receipt, digest, signature), 'The signature is not that of the issuer it names.');
    checkCommittee(receipt);
    demand(receipt.blobs.length > 0, 'It names no blob.');
    demand(receipt.content.sha256.length === 32, "The content's hash is no SHA-256.");
    const weights = receipt.blobs.map((blob) => checkBlob(receipt, blob));
    return {
      valid: true,
      receipt,
      signedShards: Math.min(...weights),
      endEpoch: Math.min(...receipt.blobs.map((blob) => blob.endEpoch)),
      committeeDigest: committeeDigest(receipt),
    };
  } catch (error) {
    if (error instanceof Doubt) return { valid: false, reason: error.message };
    throw error;
  }
}

/** A Sui personal message: intent (3, 0, 0) and the text as a BCS vector, hashed; the address is the hash of flag and key. */
function isSignedBy({ issuer }: Receipt, digest: Uint8Array, seal: Uint8Array): boolean {
  if (seal.length !== sealBytes || seal[0] !== ed25519Flag) return false;
  const key = seal.subarray(65);
  const address = blake2b(concatBytes(Uint8Array.of(ed25519Flag), key), { dkLen: 32 });
  if (parseSuiId(address) !== issuer) return false;
  const text = signedText(digest);
  const message = blake2b(concatBytes(Uint8Array.of(3, 0, 0), uleb(text.length), text), { dkLen: 32 });
  return holds(() => ed25519.verify(seal.subarray(1, 65), message, key));
}

function checkCommittee({ committee: { members, shards } }: Receipt): void {
  const ids = members.map(({ node }) => node);
  demand(
    ids.every((id, i) => i === 0 || (ids[i - 1] ?? '') < id),
    'Its committee is not in the order of the chain.',
  );
  const weight = members.reduce((sum, member) => sum + member.weight, 0);
  demand(weight === shards, `Its committee has ${weight} shards and not the ${shards} it claims.`);
}

/** The weight of the signers. */
function checkBlob({ committee }: Receipt, blob: ReceiptBlob): number {
  const { epoch, members, shards } = committee;
  const which = `Blob ${blob.blobId}`;
  const signed = (i: number): boolean => (((blob.signers[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;
  demand(
    sameBytes(blob.message, confirmationMessage(epoch, blob.blobId, blob.object)),
    `${which}: the nodes signed for another blob, object or epoch.`,
  );
  demand(
    blob.signers.length === Math.ceil(members.length / 8) &&
      !Array.from({ length: blob.signers.length * 8 - members.length }, (_, i) => signed(members.length + i)).includes(
        true,
      ),
    `${which}: its bitmap names signers that the committee does not have.`,
  );
  const signers = members.filter((_, i) => signed(i));
  const weight = signers.reduce((sum, member) => sum + member.weight, 0);
  demand(isQuorum(weight, shards), `${which}: nodes with ${weight} of ${shards} shards signed; two thirds are needed.`);
  demand(
    holds(() => {
      const keys = signers.map(({ publicKey }) => bls12_381.G1.Point.fromBytes(publicKey));
      return bls.verify(blob.signature, bls.hash(blob.message), bls.aggregatePublicKeys(keys));
    }),
    `${which}: the nodes' signature does not verify.`,
  );
  demand(
    blob.certifiedEpoch <= epoch && epoch < blob.endEpoch,
    `${which}: its lease does not cover the epoch of its signatures.`,
  );
  checkEvent(blob, which);
  return weight;
}

/** PooledBlobCertified: epoch, blob, deletable, object and pool, in BCS (walrus-protocol section 5.3). */
function checkEvent({ event, blobId, object, pool, certifiedEpoch }: ReceiptBlob, which: string): void {
  if (event === undefined) return;
  const epoch = new Uint8Array(4);
  new DataView(epoch.buffer).setUint32(0, certifiedEpoch, true);
  const expected = concatBytes(epoch, blobIdToBytes(blobId), Uint8Array.of(1), idToBytes(object), idToBytes(pool));
  demand(
    event.type.endsWith('::events::PooledBlobCertified') && sameBytes(event.contents, expected),
    `${which}: the chain's event tells of something else.`,
  );
}

function committeeDigest({ committee: { epoch, shards, members } }: Receipt): string {
  const lines = members.map(({ node, publicKey, weight }) => `${node} ${toHex(publicKey)} ${weight}\n`);
  return toHex(sha256(new TextEncoder().encode(`${epoch} ${shards}\n${lines.join('')}`)));
}

/** The curve code throws on bytes that are no point; that is a signature that does not verify. */
function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
