/**
 * The seven frames and their text. A peer asks with `call` and `watch`, takes back with `stop`; the other side answers with `done`, `fail` and
 * `news`. `hello` comes first from both. A text that is not exactly one of these is refused, before anything of it is used.
 *
 * A `watch` asks for one value newer than `after`; whoever has taken the value in asks again. So a slow reader gets the latest, and never a
 * backlog.
 */
import type { WireFault } from '../wire/fault-form.ts';

export type Frame =
  | { readonly kind: 'hello'; readonly contract: number; readonly key?: string | undefined }
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'stop'; readonly id: number }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fail'; readonly id: number; readonly fault: WireFault }
  | { readonly kind: 'watch'; readonly id: number; readonly topic: string; readonly after: number }
  | { readonly kind: 'news'; readonly id: number; readonly sequence: number; readonly value: unknown };

/** A restore that names thousands of files fits; what is larger is an attack or a defect. */
export const frameCharactersMax = 4 * 1024 * 1024;

export const frameText = (frame: Frame): string => JSON.stringify(frame);

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';

function faultIn(value: unknown): WireFault | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const [code, retry, detail] = ['code', 'retry', 'detail'].map((key) => Reflect.get(value, key) as unknown);
  return isText(code) && isText(retry) && isText(detail) ? ({ code, retry, detail } as WireFault) : undefined;
}

/** Undefined for anything that is no frame. */
export function parseFrame(text: string | undefined): Frame | undefined {
  if (text === undefined || text.length > frameCharactersMax) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return frameFrom(new Map(Object.entries(value)));
}

function frameFrom(fields: ReadonlyMap<string, unknown>): Frame | undefined {
  const [kind, id] = [fields.get('kind'), fields.get('id')];
  if (kind === 'hello') {
    const [contract, key] = [fields.get('contract'), fields.get('key')];
    return isCount(contract) && (key === undefined || isText(key)) ? { kind, contract, key } : undefined;
  }
  if (!isCount(id)) return undefined;
  switch (kind) {
    case 'call': {
      const name = fields.get('name');
      return isText(name) ? { kind, id, name, input: fields.get('input') } : undefined;
    }
    case 'stop':
      return { kind, id };
    case 'done':
      return { kind, id, value: fields.get('value') };
    case 'fail': {
      const fault = faultIn(fields.get('fault'));
      return fault && { kind, id, fault };
    }
    case 'watch': {
      const [topic, after] = [fields.get('topic'), fields.get('after')];
      return isText(topic) && isCount(after) ? { kind, id, topic, after } : undefined;
    }
    case 'news': {
      const sequence = fields.get('sequence');
      return isCount(sequence) ? { kind, id, sequence, value: fields.get('value') } : undefined;
    }
    default:
      return undefined;
  }
}
