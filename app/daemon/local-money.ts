/**
 * What WAL is worth in the user's own money: a price that the user set, kept in the home with its date. Floe looks up no price and makes none up; without
 * one, amounts are told in WAL alone.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../domain/fault.ts';

export interface WalPrice {
  /** Millionths of the currency for one WAL. */
  readonly micros: bigint;
  /** ISO 4217, such as EUR. */
  readonly currency: string;
  /** When it was set, ms since 1970. */
  readonly setMs: number;
}

const fileName = 'price.json';
const frostPerWal = 1_000_000_000n;

/** A decimal number of at most six places as millionths. */
function parseMicros(text: string, what: string): bigint {
  const [, whole = '', part = ''] = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (whole === '')
    throw new Fault('bad-input', 'after-user', `${what} is a number with at most six places, such as 0.08.`);
  return BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, '0'));
}

export function parseWalPrice(wal: string, currency: string, setMs: number): WalPrice {
  if (!/^[A-Z]{3}$/.test(currency))
    throw new Fault('bad-input', 'after-user', '--currency is a code of three letters, such as EUR.');
  const micros = parseMicros(wal, '--wal');
  if (micros === 0n) throw new Fault('bad-input', 'after-user', 'A price of 0 would make everything look free.');
  return { micros, currency, setMs };
}

/** Undefined when none was set. */
export function readWalPrice(home: string): WalPrice | undefined {
  let text: string;
  try {
    text = readFileSync(join(home, fileName), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const record: unknown = JSON.parse(text);
  const field = (name: string): unknown =>
    typeof record === 'object' && record !== null ? Reflect.get(record, name) : undefined;
  const [wal, currency, setMs] = [field('wal'), field('currency'), field('setMs')];
  if (field('version') !== 1 || typeof wal !== 'string' || typeof currency !== 'string' || typeof setMs !== 'number')
    throw new Fault('bad-input', 'after-user', "The home's price cannot be read. Set it again: floe price --wal N");
  return parseWalPrice(wal, currency, setMs);
}

/** Undefined takes it away. Written beside and renamed, so that there is a whole record or none. */
export function writeWalPrice(home: string, price: WalPrice | undefined): void {
  const path = join(home, fileName);
  if (price === undefined) return rmSync(path, { force: true });
  const { currency, setMs } = price;
  const record = { version: 1, wal: microsText(price.micros), currency, setMs };
  writeFileSync(`${path}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

const microsText = (micros: bigint): string => {
  const digits = micros.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, '');
};

export const priceText = ({ micros, currency, setMs }: WalPrice): string =>
  `${microsText(micros)} ${currency} a WAL, as set on ${new Date(setMs).toISOString().slice(0, 10)}`;

/** An amount of WAL in the user's money, to the cent and rounded up: never less than it is. */
export function localText(frost: bigint, { micros, currency }: WalPrice): string {
  const divisor = frostPerWal * 10_000n;
  const cents = (frost * micros + divisor - 1n) / divisor;
  const digits = cents.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)} ${currency}`;
}

/** What an amount of the user's money buys, in FROST and rounded down: a cap is never passed by rounding. */
export function frostFor(amount: string, { micros }: WalPrice): bigint {
  return (parseMicros(amount, 'The amount') * frostPerWal) / micros;
}
