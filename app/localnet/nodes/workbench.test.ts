/** A node's signatures against the published vectors (walrus-protocol section 12.3). */
import {
  bls12381_min_pk_aggregate,
  bls12381_min_pk_verify,
  bls12381_min_pk_verify_aggregate,
} from '@mysten/walrus-wasm';
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../domain/bytes.ts';
import { portableRs2 } from '../../../native-workers/portable/portable.ts';
import { inlineWorkbench, nodeKeysFromSeed } from './nodes.ts';

const bench = inlineWorkbench(portableRs2);
const sign = (secretKey: Uint8Array, message: Uint8Array) => bench.sign({ kind: 'sign', secretKey, message });
const scalar42 = fromHex('2a'.padStart(64, '0'));

it('signs the published messages to the published signatures', async () => {
  expect(toHex(await sign(scalar42, fromHex('deadbeef')))).toBe(
    'ae41147892fbf1acd0515d56f3327b765c0fbe7a0650e82a7ebe4602896b6dc518632f623acc154af96b4ae982c94bf110f0808300159cf65de052c18567a2a9774ab908db8f5bc51b9c76cbfe8280b1d8ffeb5247645a6c5b24bb3288297170',
  );
  const confirmation = '01000305000000dc63d02f71d936716137f17b97901af97d553ad00ac08b20f73b9693c47cd6fe00';
  expect(toHex(await sign(scalar42, fromHex(confirmation)))).toBe(
    'a098240c08cbebb593befb24f857d26465087b12b2ed0d604b186e7a820a69a571df3c2af807c311226d24125fb945cd02329fc3c7dff57a9acf64495071d7f6f5eb83ddb8044cbb9301ea23a9d2c90039337b668d27d05c4d945defc9dfe647',
  );
});

it('signs so that wasm verifies and aggregates, with keys of both lengths', async () => {
  const message = new Uint8Array(40).fill(5);
  const keys = [1, 2, 3].map((fill) => nodeKeysFromSeed(new Uint8Array(48).fill(fill)));
  const signatures = await Promise.all(keys.map(({ secretKey }) => sign(secretKey, message)));
  keys.forEach(({ publicKey, publicKeyShort }, i) => {
    const signature = signatures[i] ?? expect.fail();
    expect([publicKey.length, publicKeyShort.length]).toEqual([96, 48]);
    expect(bls12381_min_pk_verify(signature, publicKey, message)).toBe(true);
    expect(bls12381_min_pk_verify(signature, publicKeyShort, message)).toBe(true);
  });
  const whole = bls12381_min_pk_aggregate(signatures.map((signature) => [...signature]));
  const publicKeys = keys.map(({ publicKeyShort }) => [...publicKeyShort]);
  expect(bls12381_min_pk_verify_aggregate(publicKeys, message, whole)).toBe(true);
  expect(bls12381_min_pk_verify_aggregate(publicKeys.slice(1), message, whole)).toBe(false);
});
