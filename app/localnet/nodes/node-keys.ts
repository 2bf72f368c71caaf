/** A node's BLS key (walrus-protocol section 4.2): min-pk, so the public key is in G1 and signatures are in G2. */
import { bls12_381 } from '@noble/curves/bls12-381.js';

export interface NodeKeys {
  /** 32 bytes, big-endian scalar. */
  readonly secretKey: Uint8Array<ArrayBuffer>;
  /** 96 bytes, uncompressed G1: the form on chain. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** 48 bytes, compressed. */
  readonly publicKeyShort: Uint8Array<ArrayBuffer>;
}

/** Bytes of entropy that a scalar is reduced from. */
export const keySeedBytes = 48;

export function nodeKeysFromSeed(seed: Uint8Array): NodeKeys {
  return nodeKeysFromSecret(new Uint8Array(bls12_381.utils.randomSecretKey(seed)));
}

function nodeKeysFromSecret(secretKey: Uint8Array<ArrayBuffer>): NodeKeys {
  const point = bls12_381.longSignatures.getPublicKey(secretKey);
  return {
    secretKey,
    publicKey: new Uint8Array(point.toBytes(false)),
    publicKeyShort: new Uint8Array(point.toBytes(true)),
  };
}
