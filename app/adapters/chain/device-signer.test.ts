import { toBase64 } from '@mysten/sui/utils';
import { Transaction } from '@mysten/sui/transactions';
import { verifyTransactionSignature } from '@mysten/sui/verify';
import { expect, it } from 'vitest';
import { deviceSigner } from './device-signer.ts';

const secret = Uint8Array.from({ length: 32 }, (_, i) => i + 1);

async function someTransaction(): Promise<Uint8Array> {
  const tx = new Transaction();
  tx.setSender(deviceSigner(secret).address);
  tx.setGasPrice(1000);
  tx.setGasBudget(1000);
  tx.setGasPayment([{ objectId: '0x7', version: '1', digest: '11111111111111111111111111111111' }]);
  return await tx.build();
}

it('signs so that Sui accepts the signature for its address', async () => {
  const signer = deviceSigner(secret);
  const bytes = await someTransaction();
  const signature = await signer.sign(bytes);
  expect(signature).toHaveLength(1 + 64 + 32);
  const key = await verifyTransactionSignature(bytes, toBase64(signature), { address: signer.address });
  expect(key.toSuiAddress()).toBe(signer.address);
});

it('copies the secret, so that wiping the input changes nothing', async () => {
  const input = Uint8Array.from(secret);
  const signer = deviceSigner(input);
  const bytes = await someTransaction();
  const before = await signer.sign(bytes);
  input.fill(0);
  expect(await signer.sign(bytes)).toEqual(before);
});

it('shows nothing of the secret', () => {
  const signer = deviceSigner(secret);
  expect(Object.keys(signer).sort()).toEqual(['address', 'sign', 'signMessage']);
  expect(JSON.stringify(signer)).toBe(JSON.stringify({ address: signer.address }));
});

it.each([0, 31, 33, 64])('refuses a secret of %i bytes', (length) => {
  expect(() => deviceSigner(new Uint8Array(length))).toThrow('32 bytes');
});
