/**
 * Which BLS12-381 signatures over one message verify, each under its own key (min-pk: keys in G1, 48 bytes compressed or 96 as the chain
 * holds them, signatures 96 in G2). Each is
 * checked alone: a sum that verifies does not say that its parts do. Malformed keys and signatures are false, not faults.
 */
import { isWasmTrap, walrusWasm } from '../wasm/wasm.ts';
import { copied } from './moved-bytes.ts';
import { stopIfCancelled, type Task } from './task.ts';

/** Compressed, and uncompressed as in a committee on chain. */
export const publicKeyBytes: readonly number[] = [48, 96];
export const signatureBytes = 96;

export interface VerifySignaturesInput {
  readonly message: Uint8Array;
  readonly signed: readonly { readonly publicKey: Uint8Array; readonly signature: Uint8Array }[];
}

export const verifySignaturesTask: Task<VerifySignaturesInput, readonly boolean[]> = {
  run({ message, signed }, { isCancelled }) {
    const { bls12381_min_pk_verify: verify } = walrusWasm();
    return signed.map(({ publicKey, signature }) => {
      stopIfCancelled(isCancelled);
      if (!publicKeyBytes.includes(publicKey.length) || signature.length !== signatureBytes) return false;
      try {
        return verify(signature, publicKey, message);
      } catch (error) {
        // Bytes that are no point of the curve come as a plain error; a trap of the wasm code is something else.
        if (isWasmTrap(error)) throw error;
        return false;
      }
    });
  },
  claim: ({ message, signed }) => ({
    message: copied(message),
    signed: signed.map(({ publicKey, signature }) => ({ publicKey: copied(publicKey), signature: copied(signature) })),
  }),
  inputBuffers: () => [],
  outputBuffers: () => [],
  peakBytes: ({ message, signed }) => message.length + signed.length * 2 * signatureBytes,
};
