/**
 * The Reed-Solomon codes of RS2 (walrus-protocol section 1.6) as what they are mathematically: every codeword is a polynomial of degree
 * below k, seen at n points and scaled by one multiplier per point. So any symbol follows from any k others by Lagrange's formula, and
 * encoding, erasure decoding and recovery are the same computation. The closed form of the encoder's generator gives the multipliers.
 */
import { field, order, reduceLog } from './field.ts';

export interface Code {
  /** Source symbols: positions 0..sources-1 of a codeword. */
  readonly sources: number;
  /** All symbols of a codeword. */
  readonly symbols: number;
  /** Where in the field each position is evaluated. */
  readonly points: Uint16Array;
  /** Logarithm of each position's multiplier. */
  readonly multiplierLogs: Uint16Array;
}

function powerOfTwoAtLeast(value: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, value)));
}

/** Whether originals come second in the field ("high rate"); the two rates place points and multipliers the other way round. */
function isHighRate(sources: number, recoveries: number): boolean {
  const a = powerOfTwoAtLeast(sources);
  const b = powerOfTwoAtLeast(recoveries);
  return a === b ? sources <= recoveries : a > b;
}

const codes = new Map<string, Code>();
/** Codes kept: a network has two, tests a few dozen. */
const codesMax = 64;

export function codeOf(sources: number, symbols: number): Code {
  const key = `${sources}/${symbols}`;
  let code = codes.get(key);
  if (code === undefined) {
    code = makeCode(sources, symbols);
    if (codes.size >= codesMax) codes.clear();
    codes.set(key, code);
  }
  return code;
}

function makeCode(sources: number, symbols: number): Code {
  const recoveries = symbols - sources;
  const high = isHighRate(sources, recoveries);
  const shift = powerOfTwoAtLeast(high ? recoveries : sources);
  const points = Uint16Array.from({ length: symbols }, (_, position) => {
    const isSource = position < sources;
    const within = isSource ? position : position - sources;
    return isSource === high ? shift + within : within;
  });
  const sourcePoints = points.subarray(0, sources);
  const multiplierLogs = new Uint16Array(symbols);
  for (let position = 0; position < symbols; position++) {
    const point = points[position] ?? 0;
    const isSource = position < sources;
    // The generator's entry is u_j v_i / (y_j - x_i); W scales whichever side lies beyond the shift.
    const scale = isSource === high ? vanishingLog(point, shift) : 0;
    const others = productLog(point, sourcePoints);
    multiplierLogs[position] = reduceLog(isSource ? -scale - others : scale - others);
  }
  return { sources, symbols, points, multiplierLogs };
}

/** log of W_M(x), the product of (x xor v) over v below M. */
function vanishingLog(x: number, shift: number): number {
  const { log } = field();
  let sum = 0;
  for (let v = 0; v < shift; v++) sum += log[x ^ v] ?? 0;
  return reduceLog(sum);
}

/** log of the product of (x - p) over all points p other than x itself. */
function productLog(x: number, points: Uint16Array): number {
  const { log } = field();
  let sum = 0;
  for (const point of points) if (point !== x) sum += log[x ^ point] ?? 0;
  return reduceLog(sum);
}

/** How symbols at `wanted` positions follow from the k symbols at `known` positions: rows of k coefficients, one row per wanted one. */
export function interpolation(code: Code, known: readonly number[], wanted: readonly number[]): Uint16Array {
  const { log, exp } = field();
  const knownPoints = Uint16Array.from(known, (position) => code.points[position] ?? 0);
  // For a known point this leaves out the factor of the point itself, which is what Lagrange's denominator wants.
  const knownLogs = Int32Array.from(known, (position, i) =>
    reduceLog(-(code.multiplierLogs[position] ?? 0) - productLog(knownPoints[i] ?? 0, knownPoints)),
  );
  const coefficients = new Uint16Array(wanted.length * known.length);
  wanted.forEach((position, row) => {
    const point = code.points[position] ?? 0;
    const rowLog = (code.multiplierLogs[position] ?? 0) + productLog(point, knownPoints);
    for (let i = 0; i < known.length; i++) {
      const apart = order - (log[point ^ (knownPoints[i] ?? 0)] ?? 0);
      coefficients[row * known.length + i] = exp[reduceLog(rowLog + (knownLogs[i] ?? 0) + apart)] ?? 0;
    }
  });
  return coefficients;
}
