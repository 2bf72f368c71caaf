/** The `Crypto` port over Node's OpenSSL. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import type { Crypto } from '../../ports/crypto.ts';

const nonceBytes = 12;
const tagBytes = 16;

export const nodeCrypto: Crypto = {
  digest() {
    const hash = createHash('sha256');
    return { add: (bytes) => void hash.update(bytes), finish: () => Uint8Array.from(hash.digest()) };
  },

  hmac(key, ...parts) {
    const mac = createHmac('sha256', key);
    for (const part of parts) mac.update(part);
    return Uint8Array.from(mac.digest());
  },

  derive(key, info) {
    return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), info, 32));
  },

  seal(key, nonce, label, plain) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(label);
    const sealed = new Uint8Array(nonceBytes + plain.length + tagBytes);
    sealed.set(nonce);
    sealed.set(cipher.update(plain), nonceBytes);
    cipher.final();
    sealed.set(cipher.getAuthTag(), nonceBytes + plain.length);
    return sealed;
  },

  open(key, label, sealed) {
    if (sealed.length < nonceBytes + tagBytes) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes));
    decipher.setAAD(label);
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    const plain = Uint8Array.from(decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)));
    try {
      decipher.final();
      return plain;
    } catch {
      // A wrong tag is an answer here, not trouble: the caller says what it means.
      return undefined;
    }
  },
};
