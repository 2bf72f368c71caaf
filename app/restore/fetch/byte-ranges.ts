/** Byte ranges of a blob, and the rows that hold them. */
import { Fault } from '../../domain/fault.ts';

/** Bytes [start, end) of a blob. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export function checkRanges(ranges: readonly ByteRange[], blobBytes: number): void {
  for (const { start, end } of ranges) {
    const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end;
    if (!isRange || end > blobBytes)
      throw new Fault('bad-input', 'never', 'The blob does not have the bytes asked for.');
  }
}

/** The systematic primary slivers that hold the ranges. */
export function rowsOf(ranges: readonly ByteRange[], rowBytes: number): ReadonlySet<number> {
  const rows = new Set<number>();
  for (const { start, end } of ranges) {
    for (let row = Math.floor(start / rowBytes); row * rowBytes < end; row++) if (start < end) rows.add(row);
  }
  return rows;
}

/** A range out of gathered rows. */
export function joinRows(
  rows: ReadonlyMap<number, Uint8Array>,
  rowBytes: number,
  { start, end }: ByteRange,
): Uint8Array {
  const joined = new Uint8Array(end - start);
  for (let at = start; at < end;) {
    const row = Math.floor(at / rowBytes);
    const data = rows.get(row);
    if (data === undefined) throw new Error(`row ${row} was not gathered`);
    const from = at - row * rowBytes;
    const piece = data.subarray(from, Math.min(rowBytes, from + end - at));
    joined.set(piece, at - start);
    at += piece.length;
  }
  return joined;
}
