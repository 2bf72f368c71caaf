/**
 * The answer of a storage node that is asked for the symbols of one sliver (walrus-protocol section 3.2, endpoint 11): BCS map from the sliver's index to
 * its symbols, each with the index of the sliver on the other axis that it was taken from. One form is accepted; all else is a fault 'codec-refused'.
 */
import type { Axis } from './encoding.ts';
import { Fault } from './fault.ts';
import { uleb } from './sliver-form.ts';
import { openSymbolBytes } from './symbol-bytes.ts';

export interface DecodingSymbol {
  /** Of the crossing sliver. */
  readonly index: number;
  readonly data: Uint8Array;
}

/** Most bytes that so many symbols take. */
export function decodingSymbolsBytesMax(symbols: number, symbolBytes: number): number {
  return 1 + 2 + uleb(symbols).length + symbols * (3 + uleb(symbolBytes).length + symbolBytes);
}

/** The symbols of sliver `target`: views of the body. */
export function parseDecodingSymbols(
  body: Uint8Array,
  axis: Axis,
  target: number,
  symbolBytes: number,
): readonly DecodingSymbol[] {
  const read = openSymbolBytes(body, refused);
  if (read.length(1) !== 1 || read.short() !== target) throw refused();
  // No more symbols than there is room for, whatever the count claims.
  const count = read.length(Math.floor(body.length / symbolBytes));
  const symbols = Array.from({ length: count }, () => {
    if (read.byte() !== (axis === 'primary' ? 0 : 1)) throw refused();
    return read.symbol(symbolBytes);
  });
  read.end();
  return symbols;
}

const refused = (): Fault =>
  new Fault('codec-refused', 'never', 'The body does not hold the symbols that were asked for.');
