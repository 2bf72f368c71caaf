/** A request that the node turns down before anything executes: the caller gets a gRPC status, and the ledger is as it was. */

type RefusalCode =
  'INVALID_ARGUMENT' | 'NOT_FOUND' | 'FAILED_PRECONDITION' | 'RESOURCE_EXHAUSTED' | 'UNIMPLEMENTED' | 'INTERNAL';

export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export function invalid(message: string, cause?: unknown): Refusal {
  return new Refusal('INVALID_ARGUMENT', message, cause);
}
