/**
 * Move types as values with one canonical text each (addresses in full, no spaces), the text a full node prints. Parsing refuses
 * anything that is not a type, and types nested deeper than a node allows.
 */

export type Primitive = 'bool' | 'u8' | 'u16' | 'u32' | 'u64' | 'u128' | 'u256' | 'address';

export type MoveType =
  | { readonly kind: 'primitive'; readonly name: Primitive }
  | { readonly kind: 'vector'; readonly of: MoveType }
  | { readonly kind: 'parameter'; readonly index: number }
  | StructType;

export interface StructType {
  readonly kind: 'struct';
  readonly address: string;
  readonly module: string;
  readonly name: string;
  readonly parameters: readonly MoveType[];
}

/** Thrown for a text that is no Move type; callers turn it into the error of their protocol. */
export class TypeTextError extends Error {}

const primitives: ReadonlySet<string> = new Set(['bool', 'u8', 'u16', 'u32', 'u64', 'u128', 'u256', 'address']);
/** Deepest nesting of type arguments that a Sui node accepts (max_type_argument_depth). */
const typeDepthMax = 16;
/** Longest type text read from a request; real ones stay under a few hundred characters. */
const typeTextMax = 2_000;
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Short names that a text may use for whole types, and names that stand for addresses. */
export interface TypeNames {
  readonly addresses: ReadonlyMap<string, string>;
  readonly aliases: ReadonlyMap<string, string>;
}

const noNames: TypeNames = { addresses: new Map(), aliases: new Map() };

export function normalAddress(text: string): string {
  const digits = text.toLowerCase().replace(/^0x/, '');
  if (!/^[0-9a-f]{1,64}$/.test(digits)) throw new TypeTextError(`${text.slice(0, 80)} is not an address`);
  return `0x${digits.padStart(64, '0')}`;
}

export function parseType(text: string, names: TypeNames = noNames): MoveType {
  if (text.length > typeTextMax) throw new TypeTextError('The type is too long.');
  return parse(text.trim(), names, 0);
}

export function parseStructType(text: string, names: TypeNames = noNames): StructType {
  const type = parseType(text, names);
  if (type.kind !== 'struct') throw new TypeTextError(`${text.slice(0, 80)} is not a struct type`);
  return type;
}

function parse(text: string, names: TypeNames, depth: number): MoveType {
  if (depth > typeDepthMax) throw new TypeTextError('The type is nested too deeply.');
  if (isPrimitive(text)) return { kind: 'primitive', name: text };
  const parameter = /^T([0-9])$/.exec(text);
  if (parameter) return { kind: 'parameter', index: Number(parameter[1]) };
  const open = text.indexOf('<');
  const head = open < 0 ? text : text.slice(0, open);
  if (open >= 0 && !text.endsWith('>')) throw new TypeTextError(`${text.slice(0, 80)} is not a type`);
  const inner = open < 0 ? [] : split(text.slice(open + 1, -1)).map((part) => parse(part, names, depth + 1));
  if (head === 'vector') {
    const [of] = inner;
    if (inner.length !== 1 || of === undefined) throw new TypeTextError('A vector has one element type.');
    return { kind: 'vector', of };
  }
  return structOf(names.aliases.get(head) ?? head, inner, names, depth);
}

function structOf(path: string, parameters: readonly MoveType[], names: TypeNames, depth: number): MoveType {
  if (path.includes('<')) return parse(path, names, depth + 1);
  const [address, module, name, ...rest] = path.split('::');
  if (!address || !module || !name || rest.length > 0 || !identifier.test(module) || !identifier.test(name)) {
    throw new TypeTextError(`${path.slice(0, 80)} is not a type`);
  }
  return {
    kind: 'struct',
    address: names.addresses.get(address) ?? normalAddress(address),
    module,
    name,
    parameters,
  };
}

/** Splits at the commas of the outermost level. */
export function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '<') depth++;
    else if (character === '>') depth--;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
    if (depth < 0) throw new TypeTextError('The type has an unmatched bracket.');
  }
  if (depth !== 0) throw new TypeTextError('The type has an unmatched bracket.');
  parts.push(text.slice(start).trim());
  return parts;
}

function isPrimitive(text: string): text is Primitive {
  return primitives.has(text);
}

const texts = new WeakMap<MoveType, string>();

export function typeText(type: MoveType): string {
  const known = texts.get(type);
  if (known !== undefined) return known;
  const text = writeType(type);
  texts.set(type, text);
  return text;
}

function writeType(type: MoveType): string {
  switch (type.kind) {
    case 'primitive':
      return type.name;
    case 'vector':
      return `vector<${typeText(type.of)}>`;
    case 'parameter':
      return `T${type.index}`;
    case 'struct': {
      const inner = type.parameters.length > 0 ? `<${type.parameters.map(typeText).join(',')}>` : '';
      return `${type.address}::${type.module}::${type.name}${inner}`;
    }
  }
}

export function sameType(a: MoveType, b: MoveType): boolean {
  return a === b || typeText(a) === typeText(b);
}

/** The type with its parameters replaced by the given types. */
export function substitute(type: MoveType, values: readonly MoveType[]): MoveType {
  switch (type.kind) {
    case 'primitive':
      return type;
    case 'vector':
      return { kind: 'vector', of: substitute(type.of, values) };
    case 'parameter': {
      const value = values[type.index];
      if (value === undefined) throw new Error(`no type argument ${type.index}`);
      return value;
    }
    case 'struct':
      if (type.parameters.length === 0) return type;
      return { ...type, parameters: type.parameters.map((parameter) => substitute(parameter, values)) };
  }
}
