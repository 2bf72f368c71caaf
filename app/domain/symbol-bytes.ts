/** Reads a node's body with symbols from its start to its end, without copying: BCS numbers and lengths. What does not fit is thrown as `refused` says. */
import type { Fault } from './fault.ts';

export interface SymbolBytes {
  bytes(count: number): Uint8Array;
  byte(): number;
  /** u16, least byte first. */
  short(): number;
  /** ULEB128, at most `most`. */
  length(most: number): number;
  /** The index of a sliver, and a symbol of exactly so many bytes with its length before it. */
  symbol(symbolBytes: number): { readonly index: number; readonly data: Uint8Array };
  /** Refuses a body with anything left in it. */
  end(): void;
}

export function openSymbolBytes(body: Uint8Array, refused: () => Fault): SymbolBytes {
  let at = 0;
  const read: SymbolBytes = {
    bytes(count) {
      if (at + count > body.length) throw refused();
      at += count;
      return body.subarray(at - count, at);
    },
    byte: () => read.bytes(1)[0] ?? 0,
    short: () => read.byte() + 256 * read.byte(),
    length(most) {
      let value = 0;
      for (let place = 1; place <= 2 ** 21; place *= 128) {
        const digit = read.byte();
        value += (digit & 127) * place;
        if (digit < 128) {
          if (value > most) throw refused();
          return value;
        }
      }
      throw refused();
    },
    symbol(symbolBytes) {
      const index = read.short();
      if (read.length(symbolBytes) !== symbolBytes) throw refused();
      return { index, data: read.bytes(symbolBytes) };
    },
    end() {
      if (at !== body.length) throw refused();
    },
  };
  return read;
}
