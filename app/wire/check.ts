/**
 * Checks of what a window sends: small pieces put together by hand. A check gives the value back with its type, or refuses with the fault
 * 'bad-input'. It never trusts a length: every text and list has a bound.
 */
import { Fault } from '../domain/fault.ts';

export type Check<T> = (value: unknown) => T;

const refuse = (words: string): never => {
  throw new Fault('bad-input', 'never', `The window sent something that Floe does not take: ${words}.`);
};

export const text =
  (charactersMax: number): Check<string> =>
  (value) =>
    typeof value === 'string' && value.length <= charactersMax ? value : refuse('a text was expected');

export const integer =
  (least: number, most: number): Check<number> =>
  (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? value
      : refuse(`a whole number from ${least} to ${most} was expected`);

export const flag: Check<boolean> = (value) => (typeof value === 'boolean' ? value : refuse('yes or no was expected'));

export const oneOf =
  <const T extends string>(...words: readonly T[]): Check<T> =>
  (value) =>
    words.find((word) => word === value) ?? refuse(`one of ${words.join(', ')} was expected`);

export const listOf =
  <T>(item: Check<T>, itemsMax: number): Check<readonly T[]> =>
  (value) =>
    Array.isArray(value) && value.length <= itemsMax
      ? value.map((each: unknown) => item(each))
      : refuse(`a list of at most ${itemsMax} was expected`);

/** May be left out. */
export const optional =
  <T>(inner: Check<T>): Check<T | undefined> =>
  (value) =>
    value === undefined || value === null ? undefined : inner(value);

type Fields = Readonly<Record<string, Check<unknown>>>;
type Fielded<F extends Fields> = { readonly [K in keyof F]: ReturnType<F[K]> };

/** Exactly these fields; an unknown one is refused, so that a misspelt option is never silently ignored. */
export const record =
  <const F extends Fields>(fields: F): Check<Fielded<F>> =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('a record was expected');
    for (const key of Object.keys(value))
      if (!Object.hasOwn(fields, key)) return refuse(`'${key}' is no field of this`);
    const checked = Object.entries(fields).map(([key, check]) => [key, check(Reflect.get(value, key))] as const);
    return Object.fromEntries(checked) as Fielded<F>;
  };
