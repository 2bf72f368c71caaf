/** What storing costs by the network's own rules: encoded size, units of 1 MiB, and money at given prices. The tables of docs/cost.md are made here. */
import { encodedBytes, redStuff, storageUnits } from '../../app/domain/redstuff.ts';

export interface Prices {
  /** FROST for each unit and epoch. */
  readonly storage: bigint;
  /** FROST for each unit, once. */
  readonly write: bigint;
}

const shards = 1000;
const code = redStuff(shards);
const kib = 1024;
const mib = 1024 * kib;
const gib = 1024 * mib;
/** A full pack at 1,000 shards (packBytesFor in app/engine/spaces.ts). */
export const fullPackBytes = 56_585_612;
/** Epochs of 14 days in half a year and in a year. */
const halfYear = 13n;
const year = 26n;

const walText = (frost: bigint): string => (Number(frost) / 1e9).toFixed(4);
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

const sizeText = (bytes: number): string =>
  bytes >= gib ? `${bytes / gib} GiB` : bytes >= mib ? `${bytes / mib} MiB` : `${bytes / kib} KiB`;

/** One pack of this many bytes. */
function packRow(name: string, bytes: number, prices: Prices): string {
  const encoded = encodedBytes(code, bytes);
  const units = storageUnits(encoded);
  const bill = (epochs: bigint): bigint => BigInt(units) * (prices.storage * epochs + prices.write);
  return row([name, encoded, units, (encoded / bytes).toFixed(2), walText(bill(halfYear)), walText(bill(year))]);
}

/** So many bytes of sealed content in full packs and one that is not. */
function spaceRow(bytes: number, prices: Prices): string {
  const full = Math.floor(bytes / fullPackBytes);
  const sizes = [...Array.from({ length: full }, () => fullPackBytes), bytes % fullPackBytes];
  const units = sizes.reduce((sum, size) => sum + storageUnits(encodedBytes(code, size)), 0);
  const write = BigInt(units) * prices.write;
  const epoch = BigInt(units) * prices.storage;
  return row([sizeText(bytes), sizes.length, units, walText(write), walText(epoch), walText(write + epoch * year)]);
}

export function costTables(prices: Prices): string {
  return [
    row(['one pack of', 'encoded bytes', 'units', 'factor', 'WAL for 13 epochs', 'WAL for 26 epochs']),
    row(['---', '---:', '---:', '---:', '---:', '---:']),
    ...[4 * kib, mib, 4 * mib, 16 * mib].map((bytes) => packRow(sizeText(bytes), bytes, prices)),
    packRow('a full pack', fullPackBytes, prices),
    '',
    row(['sealed content', 'packs', 'units', 'WAL to write', 'WAL an epoch', 'WAL for the first year']),
    row(['---', '---:', '---:', '---:', '---:', '---:']),
    ...[1, 10, 50, 1024].map((count) => spaceRow(count * gib, prices)),
  ].join('\n');
}
