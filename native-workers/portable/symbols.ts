/**
 * Symbols as field elements and back (walrus-protocol section 1.6, element layout), and the one loop that does the work: adding a
 * multiple of some symbols to others.
 */
import { field, order } from './field.ts';

/** Elements of symbols that lie one after the other. In each block of up to 64 bytes the low bytes come first, then the high bytes. */
export function elementsOf(bytes: Uint8Array, symbolBytes: number): Uint16Array<ArrayBuffer> {
  const elements = new Uint16Array(bytes.length / 2);
  eachBlock(bytes.length, symbolBytes, (at, half) => {
    for (let i = 0; i < half; i++) elements[at / 2 + i] = (bytes[at + i] ?? 0) | ((bytes[at + half + i] ?? 0) << 8);
  });
  return elements;
}

/** The inverse of `elementsOf`. */
export function bytesOf(elements: Uint16Array, symbolBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(elements.length * 2);
  eachBlock(bytes.length, symbolBytes, (at, half) => {
    for (let i = 0; i < half; i++) {
      const element = elements[at / 2 + i] ?? 0;
      bytes[at + i] = element & 0xff;
      bytes[at + half + i] = element >> 8;
    }
  });
  return bytes;
}

function eachBlock(length: number, symbolBytes: number, visit: (at: number, half: number) => void): void {
  for (let symbol = 0; symbol < length; symbol += symbolBytes) {
    for (let at = 0; at < symbolBytes; at += 64) visit(symbol + at, Math.min(64, symbolBytes - at) / 2);
  }
}

/** Some runs of elements: `count` of them, `width` elements each, the first at `start` and then every `stride`. */
export interface Runs {
  readonly elements: Uint16Array;
  readonly start: number;
  readonly stride: number;
}

/** Elements from which a table of products pays for itself: its 512 entries cost as much as a few hundred plain products. */
const tableElementsMin = 192;

/** target += coefficient x source, for `count` runs of `width` elements. */
export function addMultiple(coefficient: number, source: Runs, target: Runs, count: number, width: number): void {
  if (coefficient === 0) return;
  if (count * width < tableElementsMin) addByLogs(coefficient, source, target, count, width);
  else addByTable(coefficient, source, target, count, width);
}

function addByLogs(coefficient: number, source: Runs, target: Runs, count: number, width: number): void {
  const { log, exp } = field();
  const shift = log[coefficient] ?? 0;
  const [from, to] = [source.elements, target.elements];
  for (let run = 0; run < count; run++) {
    const [a, b] = [source.start + run * source.stride, target.start + run * target.stride];
    for (let i = 0; i < width; i++) {
      const element = from[a + i] ?? 0;
      if (element === 0) continue;
      const sum = (log[element] ?? 0) + shift;
      to[b + i] = (to[b + i] ?? 0) ^ (exp[sum >= order ? sum - order : sum] ?? 0);
    }
  }
}

const low = new Uint16Array(256);
const high = new Uint16Array(256);

function addByTable(coefficient: number, source: Runs, target: Runs, count: number, width: number): void {
  fillTables(coefficient);
  const [from, to] = [source.elements, target.elements];
  for (let run = 0; run < count; run++) {
    const [a, b] = [source.start + run * source.stride, target.start + run * target.stride];
    for (let i = 0; i < width; i++) {
      const element = from[a + i] ?? 0;
      to[b + i] = (to[b + i] ?? 0) ^ (low[element & 0xff] ?? 0) ^ (high[element >> 8] ?? 0);
    }
  }
}

/** Products with every low and every high byte: multiplication is linear, so eight products span each table. */
function fillTables(coefficient: number): void {
  const { log, exp } = field();
  const shift = log[coefficient] ?? 0;
  for (const [table, base] of [
    [low, 0],
    [high, 8],
  ] as const) {
    for (let bit = 0; bit < 8; bit++) {
      const sum = (log[1 << (base + bit)] ?? 0) + shift;
      const product = exp[sum >= order ? sum - order : sum] ?? 0;
      for (let i = 0; i < 1 << bit; i++) table[(1 << bit) + i] = (table[i] ?? 0) ^ product;
    }
  }
}
