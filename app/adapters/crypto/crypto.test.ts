import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../domain/bytes.ts';
import { nodeCrypto } from './crypto.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('published vectors', () => {
  test('HMAC-SHA-256: RFC 4231, test cases 1 and 2, whole and in parts', () => {
    expect(toHex(nodeCrypto.hmac(new Uint8Array(20).fill(0x0b), text('Hi There')))).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    );
    expect(toHex(nodeCrypto.hmac(text('Jefe'), text('what do ya '), text('want for nothing?')))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  test('HKDF-SHA-256: RFC 5869, test case 3 (no salt, no info), the first 32 bytes', () => {
    expect(toHex(nodeCrypto.derive(new Uint8Array(22).fill(0x0b), ''))).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d',
    );
  });

  test('AES-256-GCM: test cases 13 and 14 of the GCM specification', () => {
    const key = new Uint8Array(32);
    const nonce = new Uint8Array(12);
    const sealed = (plain: Uint8Array): string => toHex(nodeCrypto.seal(key, nonce, new Uint8Array(0), plain));
    expect(sealed(new Uint8Array(0))).toBe(`${'00'.repeat(12)}530f8afbc74536b9a963b4f1c4cb738b`);
    expect(sealed(new Uint8Array(16))).toBe(
      `${'00'.repeat(12)}cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919`,
    );
  });

  test('AES-256-GCM with a label: test case 16 of the GCM specification', () => {
    const key = fromHex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
    const label = fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
    const plain = fromHex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
    const sealed = nodeCrypto.seal(key, fromHex('cafebabefacedbaddecaf888'), label, plain);
    expect(toHex(sealed.subarray(-16))).toBe('76fc6ece0f4e1768cddf8853bb2d551b');
    expect(nodeCrypto.open(key, label, sealed)).toEqual(plain);
  });
});

describe('opening', () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  const label = text('label');
  const plain = text('plain words');
  const sealed = nodeCrypto.seal(
    key,
    Uint8Array.from({ length: 12 }, (_, i) => i),
    label,
    plain,
  );

  test('any changed bit, another label and another key are no plaintext', () => {
    expect(nodeCrypto.open(key, label, sealed)).toEqual(plain);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Uint8Array.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(nodeCrypto.open(key, label, changed)).toBeUndefined();
    }
    expect(nodeCrypto.open(key, text('labex'), sealed)).toBeUndefined();
    expect(nodeCrypto.open(key.toReversed(), label, sealed)).toBeUndefined();
  });

  test('anything too short to be sealed is no plaintext', () => {
    for (let length = 0; length < sealed.length; length++)
      expect(nodeCrypto.open(key, label, sealed.subarray(0, length))).toBeUndefined();
  });

  test('what is handed out is plain memory of its own', () => {
    for (const bytes of [
      sealed,
      nodeCrypto.open(key, label, sealed),
      nodeCrypto.hmac(key),
      nodeCrypto.derive(key, 'x'),
    ]) {
      expect(Buffer.isBuffer(bytes)).toBe(false);
      expect(bytes?.buffer.byteLength).toBe(bytes?.length);
    }
  });
});
