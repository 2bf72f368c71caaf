/**
 * A renewal voucher: one signed transaction that extends leases, for a computer that is always on to send when the time has come
 * (docs/formats/voucher.md). It holds no key and no phrase. Whoever has it can do this one thing once, or leave it; a changed one is refused by
 * the chain, because the signature no longer fits.
 */
import { fromBase64Url, toBase64Url } from '../domain/bytes.ts';
import { Fault } from '../domain/fault.ts';
import { parseSuiId, type SuiId } from '../domain/ids.ts';

export interface Voucher {
  /** 'local', 'testnet' or 'mainnet'. */
  readonly network: string;
  /** The chain's time when it was made, ms since 1970. */
  readonly madeMs: number;
  readonly pools: readonly VoucherPool[];
  /** The most that it takes, of the device's own WAL. */
  readonly frostMax: bigint;
  /** Base58 digest of the transaction. */
  readonly digest: string;
  readonly transaction: Uint8Array;
  readonly signature: Uint8Array;
}

export interface VoucherPool {
  readonly pool: SuiId;
  /** As it was when the voucher was made; another one means that somebody renewed meanwhile. */
  readonly endEpoch: number;
  readonly epochs: number;
}

const format = 'floe-renewal';
const version = 1;
/** A device has a pool for each space; hundreds of spaces are far beyond use. */
const poolsMax = 256;
/** Transactions on Sui have at most 128 KiB. */
export const voucherBytesMax = 512 * 1024;

export function encodeVoucher({ frostMax, transaction, signature, ...rest }: Voucher): string {
  const record = {
    format,
    version,
    ...rest,
    frostMax: frostMax.toString(),
    transaction: toBase64Url(transaction),
    signature: toBase64Url(signature),
  };
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

const refused = (what: string): Fault => new Fault('bad-input', 'after-user', `That is no renewal voucher: ${what}.`);

export function parseVoucher(text: string): Voucher {
  if (text.length > voucherBytesMax) throw refused('it is too large');
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    throw new Fault('bad-input', 'after-user', 'That is no renewal voucher: it is not JSON.', error);
  }
  if (fieldOf(record, 'format') !== format) throw refused('it is something else');
  if (fieldOf(record, 'version') !== version) throw refused('it was made by a newer Floe');
  const pools = fieldOf(record, 'pools');
  if (!Array.isArray(pools) || pools.length === 0 || pools.length > poolsMax) throw refused('it names no pool');
  const frostMax = textOf(record, 'frostMax');
  if (!/^\d{1,19}$/.test(frostMax)) throw refused('its limit is no amount');
  return {
    network: textOf(record, 'network'),
    madeMs: countOf(record, 'madeMs'),
    pools: pools.map((pool: unknown) => ({
      pool: parseSuiId(textOf(pool, 'pool')),
      endEpoch: countOf(pool, 'endEpoch'),
      epochs: countOf(pool, 'epochs'),
    })),
    frostMax: BigInt(frostMax),
    digest: textOf(record, 'digest'),
    transaction: fromBase64Url(textOf(record, 'transaction')),
    signature: fromBase64Url(textOf(record, 'signature')),
  };
}

const fieldOf = (record: unknown, name: string): unknown =>
  typeof record === 'object' && record !== null ? Reflect.get(record, name) : undefined;

function textOf(record: unknown, name: string): string {
  const value = fieldOf(record, name);
  if (typeof value !== 'string' || value === '') throw refused(`its ${name} is missing`);
  return value;
}

function countOf(record: unknown, name: string): number {
  const value = fieldOf(record, name);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw refused(`its ${name} is no count`);
  return value;
}
