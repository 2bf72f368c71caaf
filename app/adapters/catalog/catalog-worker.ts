/** The catalog's thread: one request after another, each answered by its number. */
import { parentPort, workerData } from 'node:worker_threads';
import { faultOf } from '../../domain/fault.ts';
import { callOperation, openStore, operationNames, type CatalogStore, type OperationName } from './store.ts';

export interface CatalogRequest {
  readonly id: number;
  readonly name: OperationName | 'close';
  readonly args: readonly unknown[];
}

/** A fault as it crosses the thread; without a code it was a bug. */
export interface CrossedError {
  readonly code: string | undefined;
  readonly retry: string | undefined;
  readonly message: string;
}

export type CatalogReply =
  | { readonly kind: 'open'; readonly names: readonly OperationName[] }
  | { readonly kind: 'failed'; readonly error: CrossedError }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown; readonly ms: number }
  | { readonly kind: 'refused'; readonly id: number; readonly error: CrossedError };

function crossed(error: unknown): CrossedError {
  const fault = faultOf(error);
  if (fault) return { code: fault.code, retry: fault.retry, message: fault.message };
  return {
    code: undefined,
    retry: undefined,
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

function serve(store: CatalogStore, port: NonNullable<typeof parentPort>): void {
  port.postMessage({ kind: 'open', names: operationNames(store) } satisfies CatalogReply);
  port.on('message', ({ id, name, args }: CatalogRequest) => {
    const started = performance.now();
    try {
      if (name === 'close') store.close();
      const value = name === 'close' ? undefined : callOperation(store, name, args);
      port.postMessage({ kind: 'done', id, value, ms: performance.now() - started } satisfies CatalogReply);
      if (name === 'close') port.close();
    } catch (error) {
      port.postMessage({ kind: 'refused', id, error: crossed(error) } satisfies CatalogReply);
    }
  });
}

if (parentPort) {
  try {
    serve(openStore(String(workerData)), parentPort);
  } catch (error) {
    parentPort.postMessage({ kind: 'failed', error: crossed(error) } satisfies CatalogReply);
  }
}
