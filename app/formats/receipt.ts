/**
 * The stored form of a receipt (docs/formats/receipt.md): JSON in one canonical spelling, sealed by a digest and by the issuer's signature over it.
 * Reading refuses anything that is not exactly what writing would give, so every bit of a receipt means something. Names are in it only when
 * they were asked for; keys and other plaintext never.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { parseBlobId, type BlobId } from '../domain/blob-id.ts';
import { fromHex, sameBytes, toHex } from '../domain/bytes.ts';
import { parseSuiId, type SuiId } from '../domain/ids.ts';
import type { CertifiedEvent } from '../ports/chain.ts';

export interface ReceiptBlob {
  readonly blobId: BlobId;
  readonly object: SuiId;
  readonly pool: SuiId;
  readonly bytes: number;
  /** The epoch from which on the chain calls the blob safe. */
  readonly certifiedEpoch: number;
  /** Exclusive. */
  readonly endEpoch: number;
  /** What the nodes signed: epoch, blob and object (walrus-protocol section 4.1). */
  readonly message: Uint8Array;
  /** 96 bytes, aggregated. */
  readonly signature: Uint8Array;
  /** Bit i of byte i/8 for member i, LSB first. */
  readonly signers: Uint8Array;
  /** Undefined when the Sui node no longer shows so old a transaction. */
  readonly event: CertifiedEvent | undefined;
}

export interface ReceiptMember {
  readonly node: SuiId;
  /** BLS12-381 min-pk key, 96 bytes uncompressed, as on chain. */
  readonly publicKey: Uint8Array;
  readonly weight: number;
}

export interface Receipt {
  readonly network: string;
  /** The device whose word the content's hash and the lease are. */
  readonly issuer: SuiId;
  /** The committee that signed, in its order on chain. */
  readonly committee: {
    readonly epoch: number;
    readonly shards: number;
    readonly members: readonly ReceiptMember[];
  };
  readonly content: { readonly bytes: number; readonly sha256: Uint8Array };
  /** Only when the owner asked for it. */
  readonly name: { readonly space: string; readonly path: string } | undefined;
  /** Every blob that holds a part of the content. */
  readonly blobs: readonly ReceiptBlob[];
}

export interface SealedReceipt {
  readonly receipt: Receipt;
  /** SHA-256 over the receipt's own text. */
  readonly digest: Uint8Array;
  /** Of the issuer over `signedText(digest)`, as Sui serialises it: flag, signature, public key. */
  readonly signature: Uint8Array;
}

const format = 'floe receipt';
const version = 1;
/** A receipt of a file in a thousand blobs on a thousand nodes stays below this. */
export const receiptBytesMax = 4 * 1024 * 1024;

/** What the issuer signs, as a Sui personal message. */
export const signedText = (digest: Uint8Array): Uint8Array =>
  new TextEncoder().encode(`${format} ${version} ${toHex(digest)}`);

function plain({ network, issuer, committee, content, name, blobs }: Receipt): object {
  return {
    network,
    issuer,
    committee: {
      epoch: committee.epoch,
      shards: committee.shards,
      members: committee.members.map(({ node, publicKey, weight }) => ({ node, publicKey: toHex(publicKey), weight })),
    },
    content: { bytes: content.bytes, sha256: toHex(content.sha256) },
    ...(name === undefined ? {} : { name: { space: name.space, path: name.path } }),
    blobs: blobs.map((blob) => ({
      blobId: blob.blobId,
      object: blob.object,
      pool: blob.pool,
      bytes: blob.bytes,
      certifiedEpoch: blob.certifiedEpoch,
      endEpoch: blob.endEpoch,
      message: toHex(blob.message),
      signature: toHex(blob.signature),
      signers: toHex(blob.signers),
      ...(blob.event === undefined
        ? {}
        : {
            event: {
              transaction: blob.event.transaction,
              type: blob.event.type,
              contents: toHex(blob.event.contents),
            },
          }),
    })),
  };
}

/** The digest that a receipt has. */
export const receiptDigest = (receipt: Receipt): Uint8Array =>
  sha256(new TextEncoder().encode(JSON.stringify(plain(receipt))));

export function receiptToBytes({ receipt, digest, signature }: SealedReceipt): Uint8Array {
  const whole = { format, version, receipt: plain(receipt), digest: toHex(digest), signature: toHex(signature) };
  return new TextEncoder().encode(`${JSON.stringify(whole, undefined, 1)}\n`);
}

/** The receipt in these bytes, or words for why they are none. Says nothing about whether it is true (verify-receipt.ts). */
export function receiptFromBytes(bytes: Uint8Array): SealedReceipt | string {
  if (bytes.length > receiptBytesMax) return 'It is larger than any receipt.';
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const whole = fieldsOf(JSON.parse(text));
    if (whole.text('format') !== format) return 'It is not a receipt of Floe.';
    if (whole.count('version') !== version) return 'It is a receipt of a newer form; a newer Floe may read it.';
    const sealed = {
      receipt: receiptOf(whole.at('receipt')),
      digest: whole.hex('digest'),
      signature: whole.hex('signature'),
    };
    return sameBytes(receiptToBytes(sealed), bytes) ? sealed : 'It is not written in the one way a receipt is written.';
  } catch {
    // Whatever is thrown here (no UTF-8, no JSON, a field of another form) means the same: not a receipt.
    return 'It does not have the form of a receipt.';
  }
}

interface Fields {
  text(key: string): string;
  count(key: string): number;
  hex(key: string): Uint8Array;
  at(key: string): Fields;
  list(key: string): readonly Fields[];
  has(key: string): boolean;
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no object');
  const get = (key: string): unknown => Reflect.get(value, key);
  const text = (key: string): string => {
    const field = get(key);
    if (typeof field !== 'string') throw new Error(`no text ${key}`);
    return field;
  };
  return {
    text,
    count(key) {
      const field = get(key);
      if (typeof field !== 'number' || !Number.isSafeInteger(field) || field < 0) throw new Error(`no number ${key}`);
      return field;
    },
    hex: (key) => fromHex(text(key)),
    at: (key) => fieldsOf(get(key)),
    list(key) {
      const field = get(key);
      if (!Array.isArray(field)) throw new Error(`no list ${key}`);
      return field.map(fieldsOf);
    },
    has: (key) => Object.hasOwn(value, key),
  };
}

function receiptOf(fields: Fields): Receipt {
  const committee = fields.at('committee');
  const content = fields.at('content');
  const name = fields.has('name') ? fields.at('name') : undefined;
  return {
    network: fields.text('network'),
    issuer: parseSuiId(fields.text('issuer')),
    committee: {
      epoch: committee.count('epoch'),
      shards: committee.count('shards'),
      members: committee.list('members').map((member) => ({
        node: parseSuiId(member.text('node')),
        publicKey: member.hex('publicKey'),
        weight: member.count('weight'),
      })),
    },
    content: { bytes: content.count('bytes'), sha256: content.hex('sha256') },
    name: name && { space: name.text('space'), path: name.text('path') },
    blobs: fields.list('blobs').map(blobOf),
  };
}

function blobOf(fields: Fields): ReceiptBlob {
  const event = fields.has('event') ? fields.at('event') : undefined;
  return {
    blobId: parseBlobId(fields.text('blobId')),
    object: parseSuiId(fields.text('object')),
    pool: parseSuiId(fields.text('pool')),
    bytes: fields.count('bytes'),
    certifiedEpoch: fields.count('certifiedEpoch'),
    endEpoch: fields.count('endEpoch'),
    message: fields.hex('message'),
    signature: fields.hex('signature'),
    signers: fields.hex('signers'),
    event: event && {
      transaction: event.text('transaction'),
      type: event.text('type'),
      contents: event.hex('contents'),
    },
  };
}
