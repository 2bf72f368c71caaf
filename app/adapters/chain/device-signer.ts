/** Signs for one device address. The secret stays inside the key pair; nothing of it is shown, logged or compared. */
import { fromBase64 } from '@mysten/sui/utils';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Fault } from '../../domain/fault.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { Signer } from '../../ports/chain.ts';

/** `seedSecret`: the 32-byte Ed25519 secret of the device (SLIP-10 `m/44'/784'/n'/0'/0'`). It is copied. */
export function deviceSigner(seedSecret: Uint8Array): Signer {
  if (seedSecret.length !== 32) throw new Fault('bad-input', 'never', 'A device secret has 32 bytes.');
  const pair = Ed25519Keypair.fromSecretKey(Uint8Array.from(seedSecret));
  return {
    address: parseSuiId(pair.toSuiAddress()),
    async sign(transaction) {
      const { signature } = await pair.signTransaction(Uint8Array.from(transaction));
      return fromBase64(signature);
    },
    async signMessage(message) {
      const { signature } = await pair.signPersonalMessage(Uint8Array.from(message));
      return fromBase64(signature);
    },
  };
}
