/** The keys of a space, all derived from its one random key, and how that key is kept (docs/formats/account.md). */
import { concatBytes } from '../domain/bytes.ts';
import { Fault } from '../domain/fault.ts';
import { idToBytes, type SpaceId } from '../domain/ids.ts';
import type { Crypto } from '../ports/crypto.ts';

export const spaceKeyBytes = 32;

export interface SpaceKeys {
  readonly chunkId: Uint8Array;
  readonly gear: Uint8Array;
  readonly seal: Uint8Array;
  readonly index: Uint8Array;
}

export function spaceKeys(crypto: Crypto, spaceKey: Uint8Array): SpaceKeys {
  return {
    chunkId: crypto.derive(spaceKey, 'floe chunk id v1'),
    gear: crypto.derive(spaceKey, 'floe gear key v1'),
    seal: crypto.derive(spaceKey, 'floe chunk seal v1'),
    index: crypto.derive(spaceKey, 'floe pack index v1'),
  };
}

const label = new TextEncoder().encode('floe space key v1');
const wrapKey = (crypto: Crypto, accountKey: Uint8Array): Uint8Array => crypto.derive(accountKey, 'floe space wrap v1');

/** The space key as the catalog keeps it: sealed with the account key. */
export function wrapSpaceKey(
  crypto: Crypto,
  accountKey: Uint8Array,
  nonce: Uint8Array,
  space: SpaceId,
  spaceKey: Uint8Array,
): Uint8Array {
  return crypto.seal(wrapKey(crypto, accountKey), nonce, concatBytes(label, idToBytes(space)), spaceKey);
}

export function unwrapSpaceKey(crypto: Crypto, accountKey: Uint8Array, space: SpaceId, sealed: Uint8Array): Uint8Array {
  const key = crypto.open(wrapKey(crypto, accountKey), concatBytes(label, idToBytes(space)), sealed);
  if (key?.length !== spaceKeyBytes) {
    throw new Fault(
      'catalog-damaged',
      'after-user',
      'The key of a space cannot be opened with this account. Recover the home from the phrase.',
    );
  }
  return key;
}
