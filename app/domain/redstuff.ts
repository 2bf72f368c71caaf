/** Sizes of the RS2 encoding (walrus-protocol sections 1.1, 1.2 and 9): what a blob of some length becomes on some number of shards. */

export interface RedStuff {
  readonly shards: number;
  /** Most shards that may be faulty: floor((n - 1) / 3). */
  readonly faulty: number;
  /** Rows of the source matrix: source symbols of a column, n - 2f. Any this many primary slivers rebuild a blob. */
  readonly rows: number;
  /** Columns of the source matrix: source symbols of a row, n - f. Any this many secondary slivers rebuild a blob. */
  readonly columns: number;
}

export const symbolBytesMax = 65_534;

export function redStuff(shards: number): RedStuff {
  const faulty = Math.floor((shards - 1) / 3);
  return { shards, faulty, rows: shards - 2 * faulty, columns: shards - faulty };
}

/** Bytes of a symbol: the matrix filled, rounded up to even; an empty blob counts as one byte. */
export function symbolBytes({ rows, columns }: RedStuff, blobBytes: number): number {
  const least = Math.ceil(Math.max(1, blobBytes) / (rows * columns));
  return least + (least % 2);
}

/** The largest blob the encoding can hold, in bytes. */
export function blobBytesMax({ rows, columns }: RedStuff): number {
  return rows * columns * symbolBytesMax;
}

/** Bytes that storage nodes keep and that are paid for: all slivers, plus the metadata on every shard. */
export function encodedBytes(code: RedStuff, blobBytes: number): number {
  const { shards, rows, columns } = code;
  return shards * ((rows + columns) * symbolBytes(code, blobBytes) + 64 * shards + 32);
}

/** Storage is sold in units of 1 MiB of encoded size. */
export const unitBytes = 1024 * 1024;

export function storageUnits(encoded: number): number {
  return Math.ceil(encoded / unitBytes);
}

/** Whether a shard weight reaches the quorum that the chain asks of a certificate: 3w >= 2n + 1. */
export function isQuorum(weight: number, shards: number): boolean {
  return 3 * weight >= 2 * shards + 1;
}

/** Bytes of a blob padded to full rows: a buffer of this size holds the systematic primary slivers as they are. */
export function paddedBlobBytes(code: RedStuff, blobBytes: number): number {
  return code.rows * code.columns * symbolBytes(code, blobBytes);
}
