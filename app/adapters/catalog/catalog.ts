/**
 * The `Catalog` port: SQLite on a thread of its own, or on the caller's for simulations. Calls are answered in the order in which they were made. When
 * the thread is lost every open call and every later one is refused with a fault; what had committed is on disk.
 */
import { Worker } from 'node:worker_threads';
import { Fault } from '../../domain/fault.ts';
import type { Catalog, NodeNum } from '../../ports/catalog.ts';
import { rebuiltError, type CatalogReply, type CatalogRequest } from './catalog-worker.ts';
import { unpackChildren, type PackedChildren } from './entries.ts';
import { callOperation, openStore, operationNames, type OperationName } from './store.ts';

export { quarantine } from './open-database.ts';

export interface CatalogOptions {
  readonly file: string;
  /** Told of operations that took longer than `slowMs`: 100 ms when not given, since a person notices from there on. */
  readonly onSlow?: (operation: string, ms: number) => void;
  readonly slowMs?: number;
  /** Told when an operation finds the file damaged. */
  readonly onDamage?: () => void;
  /** Given the thread as soon as it runs, so that its owner can end it. */
  readonly onStarted?: (worker: Worker) => void;
}

const usualSlowMs = 100;
/** Rows are short-lived; the default would let up to 96 MiB of them lie before it looks. */
const youngMebibytesMax = 16;

type Call = (name: OperationName, args: readonly unknown[]) => Promise<unknown>;

/** The asynchronous face: one method for each operation. */
function faceOf(names: readonly OperationName[], call: Call, close: () => Promise<void>): Catalog {
  const methods = names.map((name) => [name, (...args: readonly unknown[]) => call(name, args)] as const);
  return { ...Object.fromEntries(methods), close } as Catalog;
}

interface Waiting {
  readonly request: CatalogRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const closed = (): Fault => new Fault('worker-lost', 'never', 'The catalog is closed.');

/** Opens the catalog on its own thread. Throws Fault 'catalog-damaged', 'home-newer', 'disk-full', 'disk-failed' or 'home-busy'. */
export async function openCatalog(options: CatalogOptions): Promise<Catalog> {
  const worker = new Worker(new URL('./catalog-worker.ts', import.meta.url), {
    workerData: options.file,
    resourceLimits: { maxYoungGenerationSizeMb: youngMebibytesMax },
  });
  options.onStarted?.(worker);
  const waiting = new Map<number, Waiting>();
  const opened = Promise.withResolvers<readonly OperationName[]>();
  const exited = Promise.withResolvers<void>();
  let lost: Error | undefined;
  let closing: Promise<void> | undefined;
  let last = 0;

  const lose = (error: Error): void => {
    lost ??= error;
    opened.reject(lost);
    for (const call of waiting.values()) call.reject(lost);
    waiting.clear();
  };
  worker.on('error', (error) =>
    lose(
      new Fault(
        'worker-lost',
        'after-user',
        'The catalog stopped unexpectedly. Nothing was lost; restart Floe.',
        error,
      ),
    ),
  );
  worker.on('messageerror', (error) => lose(error));
  worker.on('exit', () => {
    const message = 'The catalog stopped unexpectedly. Nothing was lost; restart Floe.';
    lose(closing ? closed() : new Fault('worker-lost', 'after-user', message));
    exited.resolve();
  });
  worker.on('message', (reply: CatalogReply) => {
    if (reply.kind === 'open') return opened.resolve(reply.names);
    if (reply.kind === 'failed') return lose(rebuiltError(reply.error));
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.kind === 'refused') {
      const error = rebuiltError(reply.error);
      if (error instanceof Fault && error.code === 'catalog-damaged') options.onDamage?.();
      return call?.reject(error);
    }
    if (call && reply.ms > (options.slowMs ?? usualSlowMs)) options.onSlow?.(call.request.name, reply.ms);
    try {
      call?.resolve(received(call.request, reply.value));
    } catch (error) {
      call?.reject(error);
    }
    return undefined;
  });

  const send = (name: CatalogRequest['name'], args: readonly unknown[]): Promise<unknown> => {
    if (lost) return Promise.reject(lost);
    const request: CatalogRequest = { id: ++last, name, args };
    return new Promise((resolve, reject) => {
      waiting.set(request.id, { request, resolve, reject });
      worker.postMessage(request);
    });
  };
  const close = async (): Promise<void> => {
    if (lost === undefined) await send('close', []);
    await exited.promise;
  };
  try {
    const call: Call = (name, args) => (closing ? Promise.reject(closed()) : send(name, args));
    return faceOf(await opened.promise, call, () => (closing ??= close()));
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

/** A reply's value in the port's form. */
function received({ name, args }: CatalogRequest, value: unknown): unknown {
  if (name !== 'children') return value;
  return unpackChildren((args as [readonly NodeNum[]])[0], value as PackedChildren);
}

/** On the caller's thread: for simulations that must be deterministic. `:memory:` keeps nothing. */
export function openCatalogInline({ file }: Pick<CatalogOptions, 'file'>): Catalog {
  const store = openStore(file);
  let isClosed = false;
  const call: Call = async (name, args) => {
    if (isClosed) throw closed();
    return structuredClone(callOperation(store, name, args));
  };
  return faceOf(operationNames(store), call, async () => {
    if (!isClosed) store.close();
    isClosed = true;
  });
}
