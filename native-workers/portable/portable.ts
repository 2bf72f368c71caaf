/**
 * RS2 in plain TypeScript: the test oracle and the fallback where no native codec is built. It reads like walrus-protocol sections 1
 * and 2 and trades speed for that. Input that no blob could have is refused with a `Fault` 'codec-refused'.
 */
import { Fault } from '../../app/domain/fault.ts';
import { blobBytesMax, redStuff, symbolBytes, symbolBytesMax, type RedStuff } from '../../app/domain/redstuff.ts';
import type { Axis, BlobMetadata, CrossingSymbol, IsCancelled, Rs2, Sliver, SliverLayout } from '../rs2.ts';
import { sliverRange } from '../sliver-layout.ts';
import { extendedMatrix, fill, positions, primaryCode, secondaryCode } from './matrix.ts';
import { blobIdOf, leafHashes, merklePath, merkleRoot, metadataRoot, pairHashBytes } from './merkle.ts';
import type { Code } from './reed-solomon.ts';
import { bytesOf, elementsOf } from './symbols.ts';

export { blobIdOf, metadataRoot, verifySymbolProof } from './merkle.ts';

/** The only encoding type that Walrus accepts: Reed-Solomon RedStuff. */
export const encodingTypeRs2 = 1;
const shardsMax = 1000;

function refused(message: string): Fault {
  return new Fault('codec-refused', 'never', message);
}

/** Source symbols of a sliver on an axis, and the code that extends them to n. */
function lineCode(code: RedStuff, axis: Axis): Code {
  return axis === 'primary' ? secondaryCode(code) : primaryCode(code);
}

function checkedCode(shards: number, blobBytes: number): RedStuff {
  if (!Number.isInteger(shards) || shards < 1 || shards > shardsMax) throw refused('That is not a number of shards.');
  const code = redStuff(shards);
  if (!Number.isSafeInteger(blobBytes) || blobBytes < 0 || blobBytes > blobBytesMax(code)) {
    throw refused('The blob is too large for this number of shards.');
  }
  return code;
}

/** Symbol size of a sliver, from its length. */
function symbolBytesOf(code: RedStuff, axis: Axis, data: Uint8Array): number {
  const symbol = data.length / lineCode(code, axis).sources;
  if (!Number.isInteger(symbol) || symbol < 2 || symbol % 2 !== 0 || symbol > symbolBytesMax) {
    throw refused('The sliver does not have the length of a sliver.');
  }
  return symbol;
}

function expand(code: RedStuff, axis: Axis, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const symbol = symbolBytesOf(code, axis, data);
  const line = lineCode(code, axis);
  const elements = new Uint16Array((code.shards * symbol) / 2);
  elements.set(elementsOf(data, symbol));
  const matrix = { elements, width: code.shards, symbolElements: symbol / 2 };
  fill(matrix, 'row', line, positions(0, line.sources), positions(line.sources, line.symbols), 1);
  return bytesOf(elements, symbol);
}

function sliverHash(code: RedStuff, axis: Axis, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return merkleRoot(leafHashes(expand(code, axis, data), symbolBytesOf(code, axis, data)));
}

function symbolProof(code: RedStuff, axis: Axis, data: Uint8Array, index: number): readonly Uint8Array<ArrayBuffer>[] {
  if (!Number.isInteger(index) || index < 0 || index >= code.shards) throw refused('There is no such symbol.');
  return merklePath(leafHashes(expand(code, axis, data), symbolBytesOf(code, axis, data)), index);
}

/** Column `index` of the n x n matrix, all n symbols. */
function columnOf(matrix: Uint8Array, shards: number, symbol: number, index: number, count: number): Uint8Array {
  const column = new Uint8Array(count * symbol);
  for (let row = 0; row < count; row++) {
    const at = (row * shards + index) * symbol;
    column.set(matrix.subarray(at, at + symbol), row * symbol);
  }
  return column;
}

function describe(
  code: RedStuff,
  matrix: Uint8Array,
  blobBytes: number,
  isCancelled: IsCancelled | undefined,
): BlobMetadata {
  const { shards } = code;
  const symbol = symbolBytes(code, blobBytes);
  const hashes = new Uint8Array(shards * pairHashBytes);
  for (let index = 0; index < shards; index++) {
    if (isCancelled?.() === true) throw new Fault('cancelled', 'now', 'Encoding was cancelled.');
    const row = matrix.subarray(index * shards * symbol, (index + 1) * shards * symbol);
    hashes.set(merkleRoot(leafHashes(row, symbol)), index * pairHashBytes);
    const column = columnOf(matrix, shards, symbol, index, shards);
    const pair = shards - 1 - index;
    hashes.set(merkleRoot(leafHashes(column, symbol)), pair * pairHashBytes + pairHashBytes / 2);
  }
  const rootHash = metadataRoot(hashes);
  return { blobId: blobIdOf(encodingTypeRs2, blobBytes, rootHash), rootHash, unencodedBytes: blobBytes, hashes };
}

/** SliverData in BCS at a place in `out`. */
function writeBody(out: Uint8Array, start: number, data: Uint8Array, symbol: number, index: number): void {
  let at = start;
  for (let rest = data.length; ; rest = Math.floor(rest / 128)) {
    out[at++] = rest < 128 ? rest : (rest % 128) | 128;
    if (rest < 128) break;
  }
  out.set(data, at);
  at += data.length;
  for (const value of [symbol, index]) {
    out[at++] = value & 0xff;
    out[at++] = value >> 8;
  }
}

function encode(
  shards: number,
  blob: Uint8Array,
  out: Uint8Array,
  layout: SliverLayout,
  isCancelled?: IsCancelled,
): BlobMetadata {
  const code = checkedCode(shards, blob.length);
  const symbol = symbolBytes(code, blob.length);
  if (layout.code.shards !== shards || layout.symbolBytes !== symbol || out.length !== layout.bytes) {
    throw refused('The buffer does not have the layout of this blob.');
  }
  const matrix = extendedMatrix(code, blob, isCancelled);
  for (let index = 0; index < shards; index++) {
    const primary = sliverRange(layout, 'primary', index);
    const start = index * shards * symbol;
    if (primary) writeBody(out, primary.start, matrix.subarray(start, start + code.columns * symbol), symbol, index);
    const secondary = sliverRange(layout, 'secondary', index);
    if (secondary === undefined) throw new Error('a layout has a place for every secondary sliver');
    writeBody(out, secondary.start, columnOf(matrix, shards, symbol, index, code.rows), symbol, index);
  }
  return describe(code, matrix, blob.length, isCancelled);
}

/** The first `needed` slivers with different indices of the axis that has enough of them. */
function completeAxis(code: RedStuff, slivers: readonly Sliver[]): { axis: Axis; chosen: readonly Sliver[] } {
  for (const axis of ['primary', 'secondary'] as const) {
    const byIndex = new Map<number, Sliver>();
    for (const sliver of slivers) if (sliver.axis === axis) byIndex.set(sliver.index, sliver);
    const needed = axis === 'primary' ? code.rows : code.columns;
    if (byIndex.size >= needed) return { axis, chosen: [...byIndex.values()].slice(0, needed) };
  }
  throw refused('There are too few slivers to rebuild the blob.');
}

function decode(
  shards: number,
  unencodedBytes: number,
  slivers: readonly Sliver[],
  out: Uint8Array,
  isCancelled?: IsCancelled,
): void {
  const code = checkedCode(shards, unencodedBytes);
  if (out.length !== unencodedBytes) throw refused('The buffer does not have the length of the blob.');
  const symbol = symbolBytes(code, unencodedBytes);
  const { axis, chosen } = completeAxis(code, slivers);
  for (const { index, data } of chosen) {
    const isSliver = Number.isInteger(index) && index >= 0 && index < shards;
    if (!isSliver || symbolBytesOf(code, axis, data) !== symbol) throw refused('A sliver is not of this blob.');
  }
  // Each sliver is one line of a matrix that is `shards` lines long; the missing source lines follow from the known ones.
  const known = chosen.map((sliver) => sliver.index);
  const needed = known.length;
  const across = axis === 'primary' ? code.columns : code.rows;
  const symbolElements = symbol / 2;
  const lineElements = across * symbolElements;
  const elements = new Uint16Array(shards * lineElements);
  for (const { index, data } of chosen) elements.set(elementsOf(data, symbol), index * lineElements);
  const held = new Set(known);
  const missing = positions(0, needed).filter((index) => !held.has(index));
  const line = axis === 'primary' ? primaryCode(code) : secondaryCode(code);
  fill({ elements, width: across, symbolElements }, 'column', line, known, missing, across, isCancelled);
  const source = bytesOf(elements.subarray(0, needed * lineElements), symbol);
  out.set((axis === 'primary' ? source : transposed(source, code, symbol)).subarray(0, unencodedBytes));
}

/** Columns one after the other, as rows one after the other. */
function transposed(columnsFirst: Uint8Array, { rows, columns }: RedStuff, symbol: number): Uint8Array {
  const rowsFirst = new Uint8Array(columnsFirst.length);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const from = (column * rows + row) * symbol;
      rowsFirst.set(columnsFirst.subarray(from, from + symbol), (row * columns + column) * symbol);
    }
  }
  return rowsFirst;
}

function recover(
  code: RedStuff,
  axis: Axis,
  symbol: number,
  symbols: readonly CrossingSymbol[],
): Uint8Array<ArrayBuffer> {
  const line = lineCode(code, axis);
  const byIndex = new Map(symbols.map((crossing) => [crossing.index, crossing]));
  const chosen = [...byIndex.values()].slice(0, line.sources);
  if (chosen.length < line.sources) throw refused('There are too few symbols to rebuild the sliver.');
  const elements = new Uint16Array((code.shards * symbol) / 2);
  for (const { index, data } of chosen) {
    if (!Number.isInteger(index) || index < 0 || index >= code.shards || data.length !== symbol) {
      throw refused('A symbol is not of this sliver.');
    }
    elements.set(elementsOf(data, symbol), (index * symbol) / 2);
  }
  const known = chosen.map((crossing) => crossing.index);
  const held = new Set(known);
  const missing = positions(0, line.sources).filter((index) => !held.has(index));
  fill({ elements, width: code.shards, symbolElements: symbol / 2 }, 'row', line, known, missing, 1);
  return bytesOf(elements.subarray(0, (line.sources * symbol) / 2), symbol);
}

export const portableRs2: Rs2 = {
  engine: 'portable',
  metadata(shards, blob, isCancelled) {
    const code = checkedCode(shards, blob.length);
    return describe(code, extendedMatrix(code, blob, isCancelled), blob.length, isCancelled);
  },
  encode,
  decode,
  sliverHash,
  expand,
  recover,
  symbolProof,
};
