/** One BLS12-381 signature that stands for many over the same message. Bytes that are no signature are refused. */
import { Fault } from '../../app/domain/fault.ts';
import { isWasmTrap, walrusWasm } from '../wasm/wasm.ts';
import { copied } from './moved-bytes.ts';
import { badInput, type Task } from './task.ts';
import { signatureBytes } from './verify-signatures.ts';

export interface AggregateSignaturesInput {
  readonly signatures: readonly Uint8Array[];
}

export const aggregateSignaturesTask: Task<AggregateSignaturesInput, Uint8Array> = {
  run({ signatures }) {
    if (signatures.length === 0) throw badInput('There are no signatures to aggregate.');
    if (signatures.some(({ length }) => length !== signatureBytes)) throw badInput('A signature has 96 bytes.');
    try {
      return copied(walrusWasm().bls12381_min_pk_aggregate(signatures));
    } catch (error) {
      if (isWasmTrap(error)) throw error;
      throw new Fault('codec-refused', 'never', 'A signature to aggregate is not a point of the curve.', error);
    }
  },
  claim: ({ signatures }) => ({ signatures: signatures.map(copied) }),
  inputBuffers: () => [],
  outputBuffers: ({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []),
  peakBytes: ({ signatures }) => signatures.length * signatureBytes,
};
