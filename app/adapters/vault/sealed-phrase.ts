/** The phrase sealed with a passphrase, byte for byte as docs/formats/vault.md fixes it: scrypt (RFC 7914), then AES-256-GCM. */
import { randomBytes, scrypt } from 'node:crypto';
import { Fault } from '../../domain/fault.ts';
import { nodeCrypto } from '../crypto/crypto.ts';

const magic = 'FLOEVALT';
const version = 1;
const headerBytes = 48;
const saltAt = 16;
const padTo = 256;
/** Nonce and tag of AES-256-GCM around the padded phrase. */
const sealBytes = 28;
/** A larger file is not ours; it is not even read whole. */
export const sealedBytesMax = 4096;

/** Cost for new files: 128 MiB and a fraction of a second for each guess. */
const newCost = { log2N: 17, r: 8, p: 1 } as const;
/** Bounds for stored costs: below is not safe, above would let a forged file use up the memory (1 GiB at most). */
const log2NMin = 14;
const log2NMax = 20;
const pMax = 4;

interface Cost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

function deriveKey(passphrase: string, salt: Uint8Array, cost: Cost): Promise<Uint8Array> {
  const { r, p } = cost;
  const N = 2 ** cost.log2N;
  const maxmem = 128 * r * (N + p + 2) + (1 << 20);
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, { N, r, p, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

export async function sealPhrase(phrase: string, passphrase: string): Promise<Uint8Array> {
  const header = new Uint8Array(headerBytes);
  header.set(Buffer.from(magic, 'ascii'));
  header.set([version, 1, newCost.log2N, newCost.r, newCost.p], 8);
  header.set(randomBytes(headerBytes - saltAt), saltAt);
  const text = Buffer.from(phrase, 'utf8');
  const plain = Buffer.alloc(Math.ceil((text.length + 2) / padTo) * padTo);
  plain.writeUInt16BE(text.length);
  plain.set(text, 2);
  const key = await deriveKey(passphrase, header.subarray(saltAt), newCost);
  return Buffer.concat([header, nodeCrypto.seal(key, randomBytes(12), header, plain)]);
}

const damaged = (): Fault =>
  new Fault('vault-refused', 'never', 'The vault file is damaged. Use the 24 words you wrote down.');

function parseHeader(bytes: Uint8Array): Cost {
  const hasMagic = bytes.length >= 9 && Buffer.from(bytes.subarray(0, 8)).toString('latin1') === magic;
  if (!hasMagic) throw damaged();
  if ((bytes[8] ?? 0) > version) {
    throw new Fault('home-newer', 'after-user', 'The vault file was made by a newer Floe. Use that one, or newer.');
  }
  const [kind = 0, log2N = 0, r = 0, p = 0, ...rest] = bytes.subarray(9, saltAt);
  const isWithin = log2N >= log2NMin && log2N <= log2NMax && r === 8 && p >= 1 && p <= pMax;
  const sealed = bytes.length - headerBytes - sealBytes;
  const isShaped = sealed > 0 && sealed % padTo === 0 && bytes.length <= sealedBytesMax;
  if (bytes[8] !== version || kind !== 1 || !isWithin || !isShaped || rest.some((byte) => byte !== 0)) throw damaged();
  return { log2N, r, p };
}

export async function openSealedPhrase(bytes: Uint8Array, passphrase: string): Promise<string> {
  const cost = parseHeader(bytes);
  const header = bytes.subarray(0, headerBytes);
  const key = await deriveKey(passphrase, header.subarray(saltAt), cost);
  const plain = nodeCrypto.open(key, header, bytes.subarray(headerBytes));
  if (plain === undefined) {
    throw new Fault(
      'vault-refused',
      'after-user',
      'The passphrase does not open the vault (or the vault file was altered).',
    );
  }
  const length = Buffer.from(plain).readUInt16BE();
  if (length + 2 > plain.length) throw damaged();
  return Buffer.from(plain.subarray(2, length + 2)).toString('utf8');
}
