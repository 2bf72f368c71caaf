/**
 * Ends for work that may never end by itself. A scope is an abort signal that ends with its parent or by its own word; `within` gives work
 * a deadline and does not wait for work that ignores it.
 */
import type { Clock } from './clock.ts';
import type { Fault } from './fault.ts';

export interface Scope {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Lets go of the parent. Whoever opens a scope closes it. */
  close(): void;
}

export function openScope(parent: AbortSignal): Scope {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    close: () => parent.removeEventListener('abort', follow),
  };
}

/** The answer of `work`, or the fault `late` after `ms`, or the parent's reason as soon as it is aborted. */
export async function within<T>(
  clock: Clock,
  ms: number,
  parent: AbortSignal,
  late: () => Fault,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  parent.throwIfAborted();
  const scope = openScope(parent);
  const alarm = clock.sleep(ms, scope.signal).then(() => {
    throw late();
  });
  try {
    return await Promise.race([work(scope.signal), alarm]);
  } catch (error) {
    // The work learns why it is no longer waited for.
    scope.abort(error);
    throw error;
  } finally {
    scope.abort('done');
    scope.close();
  }
}
