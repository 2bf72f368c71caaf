/**
 * The full matrix of an encoded blob (walrus-protocol section 1.3): the padded blob as rows x columns symbols, rows extended by the
 * secondary code, columns by the primary code. Kept whole in memory, n x n symbols: this is the oracle, not the fast way.
 */
import { symbolBytes, type RedStuff } from '../../app/domain/redstuff.ts';
import type { IsCancelled } from '../rs2.ts';
import { Fault } from '../../app/domain/fault.ts';
import { codeOf, interpolation, type Code } from './reed-solomon.ts';
import { addMultiple, bytesOf, elementsOf } from './symbols.ts';

/** A rectangle of symbols, as elements, row-major. */
interface SymbolMatrix {
  readonly elements: Uint16Array<ArrayBuffer>;
  /** Symbols in a row. */
  readonly width: number;
  /** Elements of one symbol. */
  readonly symbolElements: number;
}

export const primaryCode = (code: RedStuff): Code => codeOf(code.rows, code.shards);
export const secondaryCode = (code: RedStuff): Code => codeOf(code.columns, code.shards);

/** Positions from..to-1. */
export function positions(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

function checkCancelled(isCancelled: IsCancelled | undefined): void {
  if (isCancelled?.() === true) throw new Fault('cancelled', 'now', 'Encoding was cancelled.');
}

/**
 * Fills wanted symbols from known ones along one direction, for `lines` parallel lines at once. Along a row the step between symbols
 * is 1 and between lines the width; along a column it is the other way round.
 */
export function fill(
  matrix: SymbolMatrix,
  along: 'row' | 'column',
  code: Code,
  known: readonly number[],
  wanted: readonly number[],
  lines: number,
  isCancelled?: IsCancelled,
): void {
  const { elements, width, symbolElements } = matrix;
  const [step, lineStep] = along === 'row' ? [1, width] : [width, 1];
  // Lines of a column lie side by side, so they are one long run; lines of a row are a stride apart.
  const runs = along === 'row' ? lines : 1;
  const runWidth = along === 'row' ? symbolElements : lines * symbolElements;
  const stride = lineStep * symbolElements;
  const coefficients = interpolation(code, known, wanted);
  wanted.forEach((to, row) => {
    checkCancelled(isCancelled);
    const target = { elements, start: to * step * symbolElements, stride };
    known.forEach((from, i) => {
      const source = { elements, start: from * step * symbolElements, stride };
      addMultiple(coefficients[row * known.length + i] ?? 0, source, target, runs, runWidth);
    });
  });
}

/** The n x n matrix of a blob, as bytes. */
export function extendedMatrix(code: RedStuff, blob: Uint8Array, isCancelled?: IsCancelled): Uint8Array<ArrayBuffer> {
  const { rows, columns, shards } = code;
  const symbol = symbolBytes(code, blob.length);
  const source = new Uint8Array(rows * columns * symbol);
  source.set(blob);
  const width = shards;
  const symbolElements = symbol / 2;
  const elements = new Uint16Array(shards * shards * symbolElements);
  const sourceElements = elementsOf(source, symbol);
  const rowElements = columns * symbolElements;
  for (let row = 0; row < rows; row++) {
    elements.set(sourceElements.subarray(row * rowElements, (row + 1) * rowElements), row * width * symbolElements);
  }
  const matrix = { elements, width, symbolElements };
  fill(matrix, 'row', secondaryCode(code), positions(0, columns), positions(columns, shards), rows, isCancelled);
  fill(matrix, 'column', primaryCode(code), positions(0, rows), positions(rows, shards), shards, isCancelled);
  return bytesOf(elements, symbol);
}
