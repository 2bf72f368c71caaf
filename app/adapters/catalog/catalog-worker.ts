/** The catalog's thread: one request after another, each answered by its number. */
import { parentPort, workerData } from 'node:worker_threads';
import { Fault, faultOf, type FaultCode, type Retry } from '../../domain/fault.ts';
import { callOperation, faultsOf, openStore, operationNames, type CatalogStore, type OperationName } from './store.ts';

export interface CatalogRequest {
  readonly id: number;
  readonly name: OperationName | 'close';
  readonly args: readonly unknown[];
}

/** An error as it crosses the thread; without a fault it was a bug. */
export interface CrossedError {
  readonly fault: { readonly code: FaultCode; readonly retry: Retry } | undefined;
  readonly message: string;
  /** Where it happened, for reports of bugs. */
  readonly stack: string | undefined;
}

export type CatalogReply =
  | { readonly kind: 'open'; readonly names: readonly OperationName[] }
  | { readonly kind: 'failed'; readonly error: CrossedError }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown; readonly ms: number }
  | { readonly kind: 'refused'; readonly id: number; readonly error: CrossedError };

function crossed(error: unknown): CrossedError {
  const fault = faultOf(error);
  const shown = fault ?? error;
  const { message, stack } = shown instanceof Error ? shown : new Error(String(shown));
  return { fault: fault && { code: fault.code, retry: fault.retry }, message, stack };
}

/** The error again, on the caller's side. */
export function rebuiltError({ fault, message, stack }: CrossedError): Error {
  const error = fault ? new Fault(fault.code, fault.retry, message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Whole folders cross as bytes, which move instead of being copied; all else as it is. */
function valueOf(store: CatalogStore, { name, args }: CatalogRequest): { value: unknown; moved: ArrayBuffer[] } {
  if (name === 'close') return { value: store.close(), moved: [] };
  if (name !== 'children') return { value: callOperation(store, name, args), moved: [] };
  const folders = (args as Parameters<CatalogStore['packedChildren']>)[0];
  const value = faultsOf(() => store.packedChildren(folders));
  return { value, moved: [value.bytes.buffer] };
}

function serve(store: CatalogStore, port: NonNullable<typeof parentPort>): void {
  port.postMessage({ kind: 'open', names: operationNames(store) } satisfies CatalogReply);
  port.on('message', (request: CatalogRequest) => {
    const { id } = request;
    const started = performance.now();
    try {
      const { value, moved } = valueOf(store, request);
      const ms = performance.now() - started;
      port.postMessage({ kind: 'done', id, value, ms } satisfies CatalogReply, moved);
    } catch (error) {
      port.postMessage({ kind: 'refused', id, error: crossed(error) } satisfies CatalogReply);
    }
    if (request.name === 'close') port.close();
  });
}

if (parentPort) {
  try {
    serve(openStore(String(workerData)), parentPort);
  } catch (error) {
    parentPort.postMessage({ kind: 'failed', error: crossed(error) } satisfies CatalogReply);
  }
}
