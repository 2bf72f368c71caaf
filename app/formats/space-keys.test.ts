import { expect, test } from 'vitest';
import { nodeCrypto } from '../adapters/crypto/crypto.ts';
import { toHex } from '../domain/bytes.ts';
import { parseSpaceId } from '../domain/ids.ts';
import { spaceKeys, unwrapSpaceKey, wrapSpaceKey } from './space-keys.ts';

const spaceKey = Uint8Array.from({ length: 32 }, (_, i) => i);
const accountKey = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
const space = parseSpaceId('00112233445566778899aabbccddeeff');
const nonce = Uint8Array.from({ length: 12 }, (_, i) => i);
const damaged = expect.objectContaining({ code: 'catalog-damaged' });

// Frozen: HKDF-SHA-256 with an empty salt, computed apart from this code. Other values mean that no older space opens.
test('the keys of a space stay what they are', () => {
  const keys = spaceKeys(nodeCrypto, spaceKey);
  expect(Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, toHex(key)]))).toEqual({
    chunkId: '3534d0aaf73c582eadf725d80d948a2f6e98a22e0d3c91abae6737121a5a33c2',
    gear: '7c684026f7f3c07b256ee7ce8ca899f28cabbaa32a40bf681caa74c2d8560abe',
    seal: '52d0e3dd6c90755a6899241ba7bc70a1e659b78d7d2b7fa8495a619d8efd4dab',
    index: '8d3278f721f3a2f8d82892d6fc9cb00b2adb260edfe155788d98f0bf72657c3e',
  });
});

test('a wrapped space key opens with the account and the space it was wrapped for, and with nothing else', () => {
  const sealed = wrapSpaceKey(nodeCrypto, accountKey, nonce, space, spaceKey);
  expect(toHex(sealed)).toBe(
    '000102030405060708090a0bb875fe59fa4ebae02d2b0ac42d079d0c0f45c7793d49573d7f6772377dca63db59bcf4b05729f5c71371c8e239715ff7',
  );
  expect(unwrapSpaceKey(nodeCrypto, accountKey, space, sealed)).toEqual(spaceKey);
  const other = parseSpaceId('00112233445566778899aabbccddeefe');
  expect(() => unwrapSpaceKey(nodeCrypto, accountKey, other, sealed)).toThrow(damaged);
  expect(() => unwrapSpaceKey(nodeCrypto, spaceKey, space, sealed)).toThrow(damaged);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Uint8Array.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => unwrapSpaceKey(nodeCrypto, accountKey, space, changed)).toThrow(damaged);
  }
});

test('a key of another length is refused even when its seal is good', () => {
  const sealed = wrapSpaceKey(nodeCrypto, accountKey, nonce, space, spaceKey.subarray(1));
  expect(() => unwrapSpaceKey(nodeCrypto, accountKey, space, sealed)).toThrow(damaged);
});
