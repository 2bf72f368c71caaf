/**
 * Stands in for BLS12-381 in a simulation: nine tenths of a history's time would go into curves that other tests prove. Keys and signatures are hashes of
 * the right sizes; one verifies exactly if it was made with that key over that message, and a sum exactly if all its parts do. Knows the keys of its own
 * process only.
 */
import { createHash } from 'node:crypto';
import { toHex } from '../../app/domain/bytes.ts';

const secretBytes = 32;
const signatureBytes = 96;
/** Secret by public key in either of its forms. */
const secrets = new Map<string, Uint8Array>();
const kept = new Map<string, Uint8Array>();
/** Signatures kept: all nodes' of the packs that are on their way. */
const keptMax = 4096;

function stretched(length: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0, turn = 0; at < length; at += 64, turn++) {
    const hash = createHash('sha512').update(String(turn));
    for (const part of parts) hash.update(part);
    out.set(hash.digest().subarray(0, Math.min(64, length - at)), at);
  }
  return out;
}

const publicKey = (secret: Uint8Array): Uint8Array => stretched(96, 'public key', secret);
const short = (key: Uint8Array): Uint8Array => stretched(48, 'short', key.length === 96 ? key : new Uint8Array());

function signatureOf(secret: Uint8Array, message: Uint8Array): Uint8Array {
  const name = `${toHex(secret)} ${toHex(message)}`;
  const known = kept.get(name);
  if (known) return known;
  if (kept.size >= keptMax) kept.clear();
  const made = stretched(signatureBytes, 'signature', secret, message);
  kept.set(name, made);
  return made;
}

function sum(signatures: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(signatureBytes);
  for (const one of signatures) for (let i = 0; i < signatureBytes; i++) out[i] = (out[i] ?? 0) ^ (one[i] ?? 0);
  return out;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b);

function expected(key: Uint8Array, message: Uint8Array): Uint8Array {
  const secret = secrets.get(toHex(key));
  return secret ? signatureOf(secret, message) : new Uint8Array();
}

interface Point {
  add(other: Point): Point;
  toBytes(isShort: boolean): Uint8Array;
}
const anyPoint: Point = { add: () => anyPoint, toBytes: (isShort) => new Uint8Array(isShort ? 48 : 96) };

/** What nodes and ledger use of `@noble/curves/bls12-381.js`. */
export const bls12_381 = {
  utils: { randomSecretKey: (seed: Uint8Array) => stretched(secretBytes, 'secret key', seed) },
  longSignatures: {
    getPublicKey(secret: Uint8Array) {
      const whole = publicKey(secret);
      for (const form of [whole, short(whole)]) secrets.set(toHex(form), Uint8Array.from(secret));
      return { toBytes: (isShort: boolean) => (isShort ? short(whole) : whole).slice() };
    },
    hash: (message: Uint8Array) => message,
    sign: (message: Uint8Array, secret: Uint8Array) => signatureOf(secret, message),
    Signature: { toBytes: (signature: Uint8Array) => signature.slice() },
  },
  // The sum of a committee's keys stands on chain and is looked at by nobody.
  G1: { Point: { ZERO: anyPoint, fromHex: () => anyPoint } },
};

/** What the pool and the ledger use of `@mysten/walrus-wasm`. */
export const bls12381_min_pk_aggregate = (signatures: readonly Uint8Array[]): Uint8Array => sum(signatures);
export const bls12381_min_pk_verify = (signature: Uint8Array, key: Uint8Array, message: Uint8Array): boolean =>
  isSame(signature, expected(key, message));
export const bls12381_min_pk_verify_aggregate = (
  keys: readonly Uint8Array[],
  message: Uint8Array,
  signature: Uint8Array,
): boolean => isSame(signature, sum(keys.map((key) => expected(key, message))));
