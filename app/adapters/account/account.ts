/** The account from its phrase: BIP-39 words, HKDF account key, SLIP-10 device keys (docs/formats/account.md). Keeps secrets in memory only. */
import { hkdfSync } from 'node:crypto';
import { generateMnemonic, mnemonicToSeedSync, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { toHex } from '../../domain/bytes.ts';
import { Fault } from '../../domain/fault.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { Account } from '../../ports/account.ts';
import type { Signer } from '../../ports/chain.ts';

const phraseBits = 256;

/** A new phrase of 24 words. */
export function makePhrase(): string {
  return generateMnemonic(wordlist, phraseBits);
}

/** The phrase in its one spelling: lower case, single spaces. Refuses anything but 24 words with a right checksum, without echoing them. */
export function parsePhrase(text: string): string {
  const phrase = text.normalize('NFKD').trim().toLowerCase().split(/\s+/).join(' ');
  const count = phrase === '' ? 0 : phrase.split(' ').length;
  if (count !== 24)
    throw new Fault('bad-input', 'after-user', `A recovery phrase has 24 words; this one has ${count}.`);
  if (!validateMnemonic(phrase, wordlist)) {
    throw new Fault('bad-input', 'after-user', 'This is not a recovery phrase: a word is misspelt or out of order.');
  }
  return phrase;
}

function deviceSigner(keypair: Ed25519Keypair): Signer {
  return {
    address: parseSuiId(keypair.toSuiAddress()),
    async sign(transaction) {
      const { signature } = await keypair.signTransaction(transaction);
      return Uint8Array.from(Buffer.from(signature, 'base64'));
    },
    async signMessage(message) {
      const { signature } = await keypair.signPersonalMessage(message);
      return Uint8Array.from(Buffer.from(signature, 'base64'));
    },
  };
}

/** Takes a phrase that `parsePhrase` accepts. */
export function openAccount(text: string): Account {
  const phrase = parsePhrase(text);
  const seed = mnemonicToSeedSync(phrase);
  const derive = (info: string) => new Uint8Array(hkdfSync('sha256', seed, new Uint8Array(0), info, 32));
  const key = derive('floe account v1');
  const signers = new Map<number, Signer>();
  return {
    fingerprint: toHex(new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), 'floe fingerprint v1', 8))),
    key,
    signer(index) {
      const known = signers.get(index);
      if (known) return known;
      const made = deviceSigner(Ed25519Keypair.deriveKeypairFromSeed(toHex(seed), `m/44'/784'/${index}'/0'/0'`));
      signers.set(index, made);
      return made;
    },
  };
}
