/** Read masks: a client names the fields it wants by their proto names, with dots for depth; what it did not name is not sent. */
import { invalid } from '../ledger/refusal.ts';

/** The part of a protobuf message type that masks need. */
interface MaskedType {
  readonly fields: readonly {
    readonly name: string;
    readonly localName: string;
    readonly kind: string;
    readonly T?: unknown;
    readonly oneof?: string | undefined;
    readonly repeat?: unknown;
  }[];
}

export type Mask = Map<string, Mask | 'all'>;

/** More than any client sends; a mask is walked once per object. */
const pathsMax = 200;
const depthMax = 16;

export function parseMask(paths: readonly string[] | undefined, byDefault: readonly string[]): Mask | 'all' {
  const wanted = paths && paths.length > 0 ? paths : byDefault;
  if (wanted.length > pathsMax) throw invalid('invalid read_mask: too many paths');
  const mask: Mask = new Map();
  for (const path of wanted) {
    if (path === '*') return 'all';
    const names = path.split('.');
    if (names.length > depthMax || names.some((name) => !/^[A-Za-z0-9_]+$/.test(name))) {
      throw invalid(`invalid read_mask path: ${path.slice(0, 100)}`);
    }
    addPath(mask, names);
  }
  return mask;
}

function addPath(mask: Mask, [name = '', ...rest]: readonly string[]): void {
  const there = mask.get(name);
  if (there === 'all') return;
  if (rest.length === 0 || (rest.length === 1 && rest[0] === '*')) {
    mask.set(name, 'all');
    return;
  }
  const inner = there ?? new Map();
  mask.set(name, inner);
  addPath(inner, rest);
}

/** A copy of a message with only what the mask names. */
export function applyMask<Message extends object>(type: MaskedType, message: Message, mask: Mask | 'all'): Message {
  if (mask === 'all') return message;
  const known = new Map(type.fields.map((field) => [field.name, field]));
  for (const name of mask.keys()) {
    if (!known.has(name)) throw invalid(`invalid read_mask path: ${name.slice(0, 100)}`);
  }
  const result = { ...message } as Record<string, unknown>;
  for (const field of type.fields) {
    const inner = mask.get(field.name);
    if (inner === 'all') continue;
    const at = field.oneof ?? field.localName;
    const value = result[at];
    if (inner === undefined) {
      if (field.oneof === undefined) result[at] = field.repeat ? [] : undefined;
    } else if (typeof field.T === 'function' && typeof value === 'object' && value !== null) {
      const innerType = (field.T as () => MaskedType)();
      result[at] = Array.isArray(value)
        ? value.map((one: object) => applyMask(innerType, one, inner))
        : applyMask(innerType, value, inner);
    }
  }
  return result as Message;
}
