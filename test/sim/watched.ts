/** Every call of a port is counted before it is made, and may meet something that changes the world, ends the caller's process, or both. */
import { Fault } from '../../app/domain/fault.ts';

export interface Meeting {
  /** 'before': the caller is told of nothing any more, and nothing is done. 'within': half of a list is done. 'after': done, and no answer. */
  readonly cut: 'before' | 'within' | 'after' | undefined;
}

export type Meet = (name: string, args: readonly unknown[]) => Meeting;

const silence = (): Promise<never> => new Promise(() => {});

/** The arguments with half of the list that they hold: what was done of a batch when the process ended. */
const half = (args: readonly unknown[]): readonly unknown[] =>
  args.map((arg, i) => (i === 1 && Array.isArray(arg) ? arg.slice(0, arg.length >> 1) : arg));

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** What happens between two items of a walk. */
export const nextSuffix = '.next';

/** `cut` ends the caller's life. */
export function watched<T extends object>(port: T, portName: string, meet: Meet, cut: () => void): T {
  return new Proxy(port, {
    get(target, key): unknown {
      const field: unknown = Reflect.get(target, key);
      if (typeof field !== 'function' || typeof key !== 'string') return field;
      return (...args: readonly unknown[]): unknown => {
        const { cut: when } = meet(`${portName}.${key}`, args);
        if (when === undefined) {
          const result: unknown = Reflect.apply(field, target, args);
          return isAsyncIterable(result) ? items(result, `${portName}.${key}${nextSuffix}`, args) : result;
        }
        if (when === 'before') {
          cut();
          return silence();
        }
        const result: unknown = Reflect.apply(field, target, when === 'within' ? half(args) : args);
        if (!(result instanceof Promise)) {
          cut();
          return silence();
        }
        return result.then(ended, (error: unknown) => {
          if (error instanceof Fault) return ended();
          throw error;
        });
      };
    },
  });
  async function* items(all: AsyncIterable<unknown>, name: string, args: readonly unknown[]): AsyncGenerator<unknown> {
    for await (const item of all) {
      yield item;
      if (meet(name, args).cut !== undefined) await ended();
    }
  }
  function ended(): Promise<never> {
    cut();
    return silence();
  }
}
