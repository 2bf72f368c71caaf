/**
 * Expected trouble, as a value with a code and an honest word on retrying. Made once, in the adapter that knows; the cause is kept.
 * A bug is not a fault: bugs throw plain errors and end the process. An ordinary alternative is a return value, not a fault.
 */

/** When trying again can help: at once, after a while, after the user did something, or never. */
export type Retry = 'now' | 'later' | 'after-user' | 'never';

/** Every code has a line in docs/faults.md. */
export type FaultCode =
  | 'bad-input'
  | 'not-found'
  | 'already-exists'
  | 'home-busy'
  | 'home-newer'
  | 'no-account'
  | 'vault-locked'
  | 'vault-refused'
  | 'catalog-damaged'
  | 'disk-full'
  | 'disk-failed'
  | 'network-unreachable'
  | 'network-mismatch'
  | 'chain-refused'
  | 'chain-stale'
  | 'transaction-failed'
  | 'money-short'
  | 'budget-reached'
  | 'price-changed'
  | 'node-failed'
  | 'aggregator-failed'
  | 'quorum-lost'
  | 'blob-unavailable'
  | 'blob-inconsistent'
  | 'pack-damaged'
  | 'pack-foreign'
  | 'file-unreadable'
  | 'file-changing'
  | 'folder-unsure'
  | 'device-copied'
  | 'name-unsafe'
  | 'worker-lost'
  | 'codec-refused'
  | 'cancelled';

/** A fault on its way to a person or a retry loop. The message is one plain sentence without secrets. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly retry: Retry;

  constructor(code: FaultCode, retry: Retry, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Fault';
    this.code = code;
    this.retry = retry;
  }
}

/** The fault behind an error, looking through causes; undefined for a bug. */
export function faultOf(error: unknown): Fault | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof Fault) return at;
  }
  return undefined;
}

/** What the work gives, or the fault that it met, for callers with something else to try or to tell. Bugs are thrown, and so is being stopped. */
export async function orFault<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | Fault> {
  try {
    return await work();
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined || fault.code === 'cancelled' || signal.aborted) throw error;
    return fault;
  }
}

/** Ends a switch that must be exhaustive. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
