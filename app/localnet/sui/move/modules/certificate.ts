/**
 * `walrus::bls_aggregate` and `walrus::messages`: a certificate is a bitmap of signers with enough shard weight, one aggregate
 * signature, and a message for this app and epoch. Checks and aborts in the order of the Move source.
 */
import { createRequire } from 'node:module';
import { blake2b } from '@noble/hashes/blake2.js';
import { BcsError, BcsReader } from '../bytes.ts';
import { moveAbort } from '../failure.ts';
import type { Runtime } from '../runtime.ts';
import type { BlsCommitteeValue } from '../values.ts';
import { addressText, suiAddress } from '../world.ts';

interface CertifiedMessage {
  readonly type: number;
  readonly body: Uint8Array;
}

type BlobMessage = {
  readonly blobId: bigint;
  /** The object of a deletable blob; nothing for a permanent one. */
  readonly objectId: string | undefined;
};

const messageTypes = { blob: 1, invalidBlob: 2 } as const;
const appId = 3;

export function verifyCertificate(
  runtime: Runtime,
  committee: BlsCommitteeValue,
  [signature, bitmap, message]: readonly [Uint8Array, Uint8Array, Uint8Array],
  need: 'quorum' | 'one-correct',
): CertifiedMessage {
  const walrus = runtime.world.packages.walrusCall;
  const path = 'bls_aggregate::verify_certificate_and_weight';
  const { members, n_shards: shards } = committee;
  if (bitmap.length > Math.ceil(members.length / 8)) moveAbort(walrus, path, 'EInvalidBitmap');
  const signed = (index: number): boolean => (((bitmap[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
  for (let index = members.length; index < bitmap.length * 8; index++) {
    if (signed(index)) moveAbort(walrus, path, 'EInvalidBitmap');
  }
  const signers = members.filter((_, index) => signed(index));
  const weight = signers.reduce((sum, member) => sum + member.weight, 0);
  const enough = need === 'quorum' ? 3 * weight >= 2 * shards + 1 : 3 * weight >= shards + 1;
  if (!enough) moveAbort(walrus, path, 'ENotEnoughStake');
  const keys = signers.map((member) => member.public_key.bytes);
  if (!verifyAggregate(keys, message, signature)) moveAbort(walrus, path, 'ESigVerification');
  return readMessage(runtime, committee.epoch, message);
}

function readMessage(runtime: Runtime, epoch: number, message: Uint8Array): CertifiedMessage {
  const path = 'messages::new_certified_message';
  const walrus = runtime.world.packages.walrusCall;
  return peel(message, (reader) => {
    const type = reader.u8();
    if (reader.u8() !== 0) moveAbort(walrus, path, 'EIncorrectIntentVersion');
    if (reader.u8() !== appId) moveAbort(walrus, path, 'EIncorrectAppId');
    if (reader.u32() !== epoch) moveAbort(walrus, path, 'EIncorrectEpoch');
    return { type, body: reader.bytes(reader.left) };
  });
}

export function blobMessage(runtime: Runtime, { type, body }: CertifiedMessage): BlobMessage {
  const walrus = runtime.world.packages.walrusCall;
  if (type !== messageTypes.blob) moveAbort(walrus, 'messages::certify_blob_message', 'EInvalidMsgType');
  return peel(body, (reader) => {
    const blobId = reader.u256();
    const persistence = reader.u8();
    if (persistence === 0) return { blobId, objectId: undefined };
    if (persistence === 1) return { blobId, objectId: addressText(reader.bytes(32)) };
    return moveAbort(walrus, 'messages::peel_blob_persistence_type', 'EInvalidBlobPersistenceType');
  });
}

export function invalidBlobMessage(runtime: Runtime, { type, body }: CertifiedMessage): bigint {
  const walrus = runtime.world.packages.walrusCall;
  if (type !== messageTypes.invalidBlob) moveAbort(walrus, 'messages::invalid_blob_id_message', 'EInvalidMsgType');
  return peel(body, (reader) => reader.u256());
}

/** Reads as `sui::bcs` does: bytes that end too early are its abort. */
function peel<Value>(bytes: Uint8Array, read: (reader: BcsReader) => Value): Value {
  try {
    return read(new BcsReader(bytes));
  } catch (error) {
    if (error instanceof BcsError) return moveAbort(suiAddress, 'bcs::peel_u8', 'EOutOfRange');
    throw error;
  }
}

interface Verifier {
  bls12381_min_pk_verify_aggregate(keys: readonly Uint8Array[], message: Uint8Array, signature: Uint8Array): boolean;
}

let verifier: Verifier | undefined;
/** Certificates checked lately: a transaction is simulated before it is executed, and a pairing takes milliseconds. */
const checked = new Map<string, boolean>();
const checkedMax = 256;

function verifyAggregate(keys: readonly Uint8Array[], message: Uint8Array, signature: Uint8Array): boolean {
  if (keys.length === 0 || signature.length !== 96) return false;
  const hash = blake2b.create({ dkLen: 32 });
  for (const part of [...keys, signature, message]) hash.update(part);
  const name = addressText(hash.digest());
  const known = checked.get(name);
  if (known !== undefined) return known;
  const valid = pairing(keys, message, signature);
  const [oldest] = checked.keys();
  if (checked.size >= checkedMax && oldest !== undefined) checked.delete(oldest);
  checked.set(name, valid);
  return valid;
}

function pairing(keys: readonly Uint8Array[], message: Uint8Array, signature: Uint8Array): boolean {
  // Loaded at the first certificate: the module is megabytes, and most tests never certify.
  verifier ??= createRequire(import.meta.url)('@mysten/walrus-wasm') as Verifier;
  try {
    return verifier.bls12381_min_pk_verify_aggregate(keys, message, signature);
  } catch {
    return false; // The verifier throws on bytes that are no curve point; on chain that is a signature that does not verify.
  }
}
