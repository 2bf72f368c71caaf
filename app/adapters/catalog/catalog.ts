/** The `Catalog` port: SQLite on a thread of its own, or on the caller's for simulations. */
import { Worker } from 'node:worker_threads';
import { Fault, type FaultCode, type Retry } from '../../domain/fault.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { CatalogReply, CatalogRequest, CrossedError } from './catalog-worker.ts';
import { callOperation, openStore, operationNames, type OperationName } from './store.ts';

export { quarantine } from './open-database.ts';

export interface CatalogOptions {
  readonly file: string;
  /** Told of operations that took longer than `slowMs`. */
  readonly onSlow?: (operation: string, ms: number) => void;
}

/** A person notices from here on. */
const slowMs = 100;

type Call = (name: OperationName, args: readonly unknown[]) => Promise<unknown>;

/** The asynchronous face: one method for each operation. */
function faceOf(names: readonly OperationName[], call: Call, close: () => Promise<void>): Catalog {
  const methods = names.map((name) => [name, (...args: readonly unknown[]) => call(name, args)] as const);
  return { ...Object.fromEntries(methods), close } as Catalog;
}

function rebuilt({ code, retry, message }: CrossedError): Error {
  return code === undefined ? new Error(message) : new Fault(code as FaultCode, retry as Retry, message);
}

interface Waiting {
  readonly name: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export async function openCatalog(options: CatalogOptions): Promise<Catalog> {
  const worker = new Worker(new URL('./catalog-worker.ts', import.meta.url), { workerData: options.file });
  const waiting = new Map<number, Waiting>();
  const opened = Promise.withResolvers<readonly OperationName[]>();
  let lost: Error | undefined;
  let last = 0;

  const lose = (error: Error): void => {
    lost ??= error;
    opened.reject(error);
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
  };
  worker.on('error', (error) =>
    lose(new Fault('worker-lost', 'now', 'The catalog stopped unexpectedly. Nothing was lost; restart Floe.', error)),
  );
  worker.on('exit', () => lose(new Fault('worker-lost', 'now', 'The catalog is closed.')));
  worker.on('message', (reply: CatalogReply) => {
    if (reply.kind === 'open') return opened.resolve(reply.names);
    if (reply.kind === 'failed') return lose(rebuilt(reply.error));
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.kind === 'refused') return call?.reject(rebuilt(reply.error));
    if (call && reply.ms > slowMs) options.onSlow?.(call.name, reply.ms);
    return call?.resolve(reply.value);
  });

  const send = (name: CatalogRequest['name'], args: readonly unknown[]): Promise<unknown> => {
    if (lost) return Promise.reject(lost);
    const id = ++last;
    return new Promise((resolve, reject) => {
      waiting.set(id, { name, resolve, reject });
      worker.postMessage({ id, name, args } satisfies CatalogRequest);
    });
  };
  const names = await opened.promise;
  return faceOf(names, send, async () => {
    if (lost) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    await send('close', []);
    await exited;
  });
}

/** On the caller's thread: for simulations that must be deterministic. `:memory:` keeps nothing. */
export function openCatalogInline(file: string): Catalog {
  const store = openStore(file);
  const call: Call = async (name, args) => structuredClone(callOperation(store, name, args));
  return faceOf(operationNames(store), call, async () => store.close());
}
