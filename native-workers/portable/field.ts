/**
 * The field with 2^16 elements that RS2 computes in (walrus-protocol section 1.6): polynomial 0x1002D, elements written in the Cantor
 * basis, addition is XOR. Products are sums of logarithms; `log` and `exp` already speak the Cantor form.
 */

const polynomial = 0x1002d;
/** Order of the multiplicative group: logarithms live modulo this. */
export const order = 0xffff;

/** The polynomial form of 1, 2, 4, ... in Cantor representation. */
const cantorBasis = [
  0x0001, 0xacca, 0x3c0e, 0x163e, 0xc582, 0xed2e, 0x914c, 0x4012, 0x6c98, 0x10d8, 0x6a72, 0xb900, 0xfdb8, 0xfb34,
  0xff38, 0x991e,
] as const;

export interface Field {
  /** Discrete logarithm of a non-zero element to the base x. */
  readonly log: Uint16Array;
  /** x to the power of an exponent in [0, order). */
  readonly exp: Uint16Array;
}

let tables: Field | undefined;

/** The tables, made once at first use (about 256 KiB). */
export function field(): Field {
  tables ??= makeField();
  return tables;
}

function makeField(): Field {
  const polynomialOf = new Uint16Array(0x10000);
  for (let element = 1; element < 0x10000; element++) {
    const lowest = element & -element;
    polynomialOf[element] = (polynomialOf[element ^ lowest] ?? 0) ^ (cantorBasis[31 - Math.clz32(lowest)] ?? 0);
  }
  const logOfPolynomial = new Uint16Array(0x10000);
  for (let power = 0, at = 1; power < order; power++) {
    logOfPolynomial[at] = power;
    at <<= 1;
    if (at > 0xffff) at ^= polynomial;
  }
  const log = new Uint16Array(0x10000);
  const exp = new Uint16Array(0x10000);
  for (let element = 1; element < 0x10000; element++) {
    const power = logOfPolynomial[polynomialOf[element] ?? 0] ?? 0;
    log[element] = power;
    exp[power] = element;
  }
  exp[order] = exp[0] ?? 1;
  return { log, exp };
}

/** The logarithm of a product of many elements, given how much they sum up to; negative sums are divisions. */
export function reduceLog(sum: number): number {
  const rest = sum % order;
  return rest < 0 ? rest + order : rest;
}
