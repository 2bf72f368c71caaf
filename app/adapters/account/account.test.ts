import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { verifyTransactionSignature } from '@mysten/sui/verify';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../domain/bytes.ts';
import { makePhrase, openAccount, parsePhrase } from './account.ts';

const words = [...Array.from({ length: 23 }, () => 'abandon'), 'art'];
const phrase = words.join(' ');
const refused = expect.objectContaining({ code: 'bad-input', retry: 'after-user' });

describe('phrases', () => {
  test('a new phrase has 24 words, opens, and is never the same', () => {
    const made = Array.from({ length: 5 }, makePhrase);
    for (const one of made) expect(parsePhrase(one)).toBe(one);
    expect(new Set(made).size).toBe(5);
  });

  test('case and white space do not matter', () => {
    expect(parsePhrase(`\n  ${words.join(' \t\n').toUpperCase()} \u00a0`)).toBe(phrase);
    expect(openAccount(` ${phrase.toUpperCase()}`).fingerprint).toBe(openAccount(phrase).fingerprint);
  });

  test('another count, another order and a misspelt word are refused without being echoed', () => {
    const twelve = [...Array.from({ length: 11 }, () => 'abandon'), 'about'];
    for (const wrong of [
      '',
      ' ',
      words.slice(1).join(' '),
      `${phrase} art`,
      twelve.join(' '),
      words.toReversed().join(' '),
      phrase.replace('art', 'arts'),
      words.map(() => 'abandon').join(' '),
    ]) {
      expect(() => parsePhrase(wrong), wrong).toThrow(refused);
      expect(() => openAccount(wrong), wrong).toThrow(refused);
      expect(() => parsePhrase(wrong)).not.toThrow(/abandon|arts?\b|about/);
    }
  });
});

// Frozen, and computed apart from this code (BIP-39 seed, HKDF, SLIP-10, BLAKE2b). Other values lose every account there is.
describe('one phrase', () => {
  const account = openAccount(phrase);

  test('has one fingerprint and one account key', () => {
    expect(account.fingerprint).toBe('314b281bbb6afa14');
    expect(toHex(account.key)).toBe('9874fa6793567d54e4f53bf23ea80a1d0f51f447b2783dd63c7184c42e1cfb21');
  });

  test('has one address for each device index, the one every Sui wallet shows', () => {
    expect(account.signer(0).address).toBe('0xf967e21c16a4757daafec13ee79c0dc5c5329199be5d70c86fd07b8e75db892c');
    expect(account.signer(1).address).toBe('0xf7f534201ecf22ce18f0776c860d0d43968f7c7993a3af1788671c73487c43fb');
    const wallet = Ed25519Keypair.deriveKeypair(phrase, "m/44'/784'/2'/0'/0'");
    expect(account.signer(2).address).toBe(wallet.toSuiAddress());
    expect(account.signer(2)).toBe(account.signer(2));
  });

  test('signs a transaction so that Sui accepts it as its own', async () => {
    const transaction = Uint8Array.from({ length: 100 }, (_, i) => i);
    const signature = await account.signer(1).sign(transaction);
    expect(signature).toHaveLength(97);
    const key = await verifyTransactionSignature(transaction, Buffer.from(signature).toString('base64'));
    expect(key.toSuiAddress()).toBe(account.signer(1).address);
  });
});
