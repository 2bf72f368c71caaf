import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expect, test } from 'vitest';
import { Fault } from '../../app/domain/fault.ts';
import { findCuts } from '../codec/gear.ts';
import { walrusWasm } from '../wasm/wasm.ts';
import { aggregateSignaturesTask } from './aggregate-signatures.ts';
import { seededBytes } from './seeded-bytes.ts';
import type { TaskContext } from './task.ts';
import { verifySignaturesTask } from './verify-signatures.ts';

const context: TaskContext = {
  rs2() {
    throw new Error('signatures need no codec');
  },
  findCuts: () => findCuts,
  parts() {
    throw new Error('nothing is shared here');
  },
  sealing: () => undefined,
  isCancelled: () => false,
};
const scheme = bls12_381.longSignatures;
const message = Uint8Array.from([0xde, 0xad, 0xbe, 0xef]);

function signer(seed: string) {
  const secret = seededBytes(seed, 32);
  secret[0] = 0;
  const point = scheme.sign(scheme.hash(message), secret);
  return { publicKey: scheme.getPublicKey(secret).toBytes(), signature: scheme.Signature.toBytes(point) };
}

/** Secret scalar 42 (walrus-protocol section 12.3). */
const known = {
  publicKey: new Uint8Array(
    Buffer.from(
      '8ce3b57b791798433fd323753489cac9bca43b98deaafaed91f4cb010730ae1e38b186ccd37a09b8aed62ce23b699c48',
      'hex',
    ),
  ),
  signature: new Uint8Array(
    Buffer.from(
      'ae41147892fbf1acd0515d56f3327b765c0fbe7a0650e82a7ebe4602896b6dc518632f623acc154af96b4ae982c94bf1' +
        '10f0808300159cf65de052c18567a2a9774ab908db8f5bc51b9c76cbfe8280b1d8ffeb5247645a6c5b24bb3288297170',
      'hex',
    ),
  ),
};

test('each signature is judged alone and under its own key; malformed ones are just not valid', () => {
  const [a, b] = [signer('a'), signer('b')];
  const flipped = b.signature.slice();
  flipped[50] = (flipped[50] ?? 0) ^ 1;
  const signed = [
    known,
    a,
    { publicKey: a.publicKey, signature: b.signature },
    { publicKey: b.publicKey, signature: flipped },
    { publicKey: new Uint8Array(48), signature: a.signature },
    { publicKey: a.publicKey, signature: new Uint8Array(96) },
    { publicKey: a.publicKey.subarray(1), signature: a.signature },
    { publicKey: new Uint8Array(0), signature: new Uint8Array(0) },
    b,
  ];
  const valid = [true, true, false, false, false, false, false, false, true];
  expect(verifySignaturesTask.run({ message, signed }, context)).toEqual(valid);
  expect(verifySignaturesTask.run({ message: message.subarray(1), signed: [known] }, context)).toEqual([false]);
});

test('an aggregate stands for all of its parts', () => {
  const signers = [known, signer('a'), signer('b')];
  const aggregate = aggregateSignaturesTask.run({ signatures: signers.map(({ signature }) => signature) }, context);
  const keys = signers.map(({ publicKey }) => publicKey);
  const { bls12381_min_pk_verify_aggregate: verify } = walrusWasm();
  expect(verify(keys, message, aggregate)).toBe(true);
  expect(verify(keys.slice(1), message, aggregate)).toBe(false);
});

test('what is no signature is refused', () => {
  const run = (signatures: readonly Uint8Array[]) => () => aggregateSignaturesTask.run({ signatures }, context);
  expect(run([])).toThrow(Fault);
  expect(run([new Uint8Array(95)])).toThrow(Fault);
  expect(run([known.signature, new Uint8Array(96)])).toThrow(expect.objectContaining({ code: 'codec-refused' }));
});
