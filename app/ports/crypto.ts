/** The few small cryptographic operations that the engine does itself. Bulk sealing happens on the pool. All are synchronous and pure. */

/** A running SHA-256 (FIPS 180-4): 32 bytes in the end. */
export interface Digest {
  add(bytes: Uint8Array): void;
  finish(): Uint8Array<ArrayBuffer>;
}

export interface Crypto {
  digest(): Digest;
  /** HMAC-SHA-256 (RFC 2104): 32 bytes. */
  hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
  /** HKDF-SHA-256 (RFC 5869) with an empty salt: 32 bytes. */
  derive(key: Uint8Array, info: string): Uint8Array<ArrayBuffer>;
  /** AES-256-GCM: nonce (12) || ciphertext || tag (16). A nonce must never serve twice under one key. */
  seal(key: Uint8Array, nonce: Uint8Array, label: Uint8Array, plain: Uint8Array): Uint8Array<ArrayBuffer>;
  /** The plaintext, or undefined when anything was changed or the key is another. */
  open(key: Uint8Array, label: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> | undefined;
}
