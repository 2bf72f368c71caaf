/**
 * What ties an engine to its world. Once it is cut, nothing that the engine asks of any port is answered again: as far as the world can tell, the
 * process was killed at that very moment. What was asked before may still happen, as with a real kill.
 */
export interface Lifeline {
  readonly isCut: boolean;
  cut(): void;
  /** Resolves when it is cut. */
  readonly whenCut: Promise<void>;
}

export function openLifeline(): Lifeline {
  const gone = Promise.withResolvers<void>();
  const line = {
    isCut: false,
    whenCut: gone.promise,
    cut() {
      line.isCut = true;
      gone.resolve();
    },
  };
  return line;
}

const silence = (): Promise<never> => new Promise(() => {});

async function answered(line: Lifeline, asked: Promise<unknown>): Promise<unknown> {
  const settled = asked.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
  const answer = await settled;
  return line.isCut ? silence() : tied(line, answer());
}

async function* iterated(line: Lifeline, items: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  for await (const item of items) yield line.isCut ? await silence() : item;
}

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value;

/** Plain data passes as it is; what has methods of its own (a writer, a placed file) is tied too. */
function tied(line: Lifeline, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (value instanceof Promise) return answered(line, value);
  if (isAsyncIterable(value)) return iterated(line, value);
  const isPlain = Object.values(value).every((field) => typeof field !== 'function');
  return isPlain ? value : onLifeline(line, value);
}

/** The same port, answering only as long as the line holds. */
export function onLifeline<T extends object>(line: Lifeline, port: T): T {
  return new Proxy(port, {
    get(target, key): unknown {
      const field: unknown = Reflect.get(target, key);
      if (typeof field !== 'function') return field;
      return (...args: readonly unknown[]): unknown => {
        if (line.isCut) return silence();
        const result: unknown = Reflect.apply(field, target, args);
        return tied(line, result);
      };
    },
  });
}

/** The same port, which tells the names of its calls as soon as they were carried out, before whoever asked hears of it. */
export function tellingDone<T extends object>(port: T, tell: (call: string) => void): T {
  return new Proxy(port, {
    get(target, key): unknown {
      const field: unknown = Reflect.get(target, key);
      if (typeof field !== 'function') return field;
      return (...args: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(field, target, args);
        if (!(result instanceof Promise)) return result;
        return result.then((value: unknown) => {
          tell(String(key));
          return value;
        });
      };
    },
  });
}
