/** The one arrangement of encoded slivers in a caller's buffer: primaries in index order, then secondaries in index order. */
import { symbolBytes, type RedStuff } from '../app/domain/redstuff.ts';
import type { Axis, SliverLayout } from './rs2.ts';

/** Bytes that ULEB128 needs for a length. */
export function ulebBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Bytes of a SliverData body in BCS: length, data, symbol size u16, index u16. */
function bodyBytes(dataBytes: number): number {
  return ulebBytes(dataBytes) + dataBytes + 4;
}

export function sliverLayout(code: RedStuff, blobBytes: number, systematicInBlob = false): SliverLayout {
  const symbol = symbolBytes(code, blobBytes);
  const primaryBytes = bodyBytes(code.columns * symbol);
  const secondaryBytes = bodyBytes(code.rows * symbol);
  const primaries = code.shards - (systematicInBlob ? code.rows : 0);
  return {
    code,
    symbolBytes: symbol,
    primaryBytes,
    secondaryBytes,
    systematicInBlob,
    bytes: primaries * primaryBytes + code.shards * secondaryBytes,
  };
}

/** Where sliver `index` of an axis lies in `out`; undefined for a primary sliver that is a view of the blob. */
export function sliverRange(
  layout: SliverLayout,
  axis: Axis,
  index: number,
): { start: number; end: number } | undefined {
  const skipped = layout.systematicInBlob ? layout.code.rows : 0;
  if (axis === 'primary') {
    if (index < skipped) return undefined;
    const start = (index - skipped) * layout.primaryBytes;
    return { start, end: start + layout.primaryBytes };
  }
  const start = (layout.code.shards - skipped) * layout.primaryBytes + index * layout.secondaryBytes;
  return { start, end: start + layout.secondaryBytes };
}
