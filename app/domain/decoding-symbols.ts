/**
 * The answer of a storage node that is asked for the symbols of one sliver (walrus-protocol section 3.2, endpoint 11): BCS map from the sliver's index to
 * its symbols, each with the index of the sliver on the other axis that it was taken from. One form is accepted; all else is a fault 'codec-refused'.
 */
import type { Axis } from './encoding.ts';
import { Fault } from './fault.ts';
import { uleb } from './sliver-form.ts';

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
  let at = 0;
  const byte = (): number => {
    const value = body[at++];
    if (value === undefined) throw refused();
    return value;
  };
  const u16 = (): number => byte() + 256 * byte();
  const length = (most: number): number => {
    let value = 0;
    for (let place = 1; place <= 2 ** 21; place *= 128) {
      const digit = byte();
      value += (digit & 127) * place;
      if (digit < 128) {
        if (value > most) throw refused();
        return value;
      }
    }
    throw refused();
  };
  if (length(1) !== 1 || u16() !== target) throw refused();
  // No more symbols than there is room for, whatever the count claims.
  const count = length(Math.floor(body.length / symbolBytes));
  const symbols = Array.from({ length: count }, () => {
    if (byte() !== (axis === 'primary' ? 0 : 1)) throw refused();
    const index = u16();
    if (length(symbolBytes) !== symbolBytes || at + symbolBytes > body.length) throw refused();
    at += symbolBytes;
    return { index, data: body.subarray(at - symbolBytes, at) };
  });
  if (at !== body.length) throw refused();
  return symbols;
}

const refused = (): Fault =>
  new Fault('codec-refused', 'never', 'The body does not hold the symbols that were asked for.');
