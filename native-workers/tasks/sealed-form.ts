/** Where things lie in a sealed chunk (docs/formats/chunk.md), and the cipher run piece by piece into memory that is there already. */
import type { CipherGCM, DecipherGCM } from 'node:crypto';

export const codecRaw = 0;
export const codecZstd = 1;
export const nonceBytes = 12;
export const tagBytes = 16;
/** Codec byte and nonce. */
export const headBytes = 1 + nonceBytes;
/** Most plaintext in one chunk: bounds what a reader allocates for one entry of a directory. */
export const chunkPlainBytesMax = 64 * 1024 * 1024;
export const cipherName = 'aes-256-gcm';

/** Each `update` allocates its result; pieces that stay in the second-level cache make the copy out of it nearly free. */
const pieceBytes = 64 * 1024;

/** Additional authenticated data: codec byte || id. `aad` is scratch of 33 bytes. */
export function fillAad(aad: Uint8Array, codec: number, id: Uint8Array): Uint8Array {
  aad[0] = codec;
  aad.set(id, 1);
  return aad;
}

/** Runs all of `from` through a cipher into `to` at `at`; GCM gives as many bytes as it takes. */
export function runCipher(cipher: CipherGCM | DecipherGCM, from: Uint8Array, to: Uint8Array, at: number): void {
  for (let done = 0; done < from.length; done += pieceBytes) {
    to.set(cipher.update(from.subarray(done, done + pieceBytes)), at + done);
  }
}
