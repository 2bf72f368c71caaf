/** The gRPC status numbers this server uses, and how an error of the ledger becomes one. */
import { Refusal } from '../ledger/refusal.ts';
import { BcsError } from '../move/bytes.ts';
import { TypeTextError } from '../move/types.ts';

export const statusNumbers = {
  OK: 0,
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
} as const;

export interface Status {
  readonly code: number;
  readonly message: string;
}

/** An error is either the client's (a refusal) or a defect of ours, which the client learns of without its details. */
export function statusOf(error: unknown): Status {
  if (error instanceof Refusal) return { code: statusNumbers[error.code], message: error.message };
  if (error instanceof TypeTextError || error instanceof BcsError) {
    return { code: statusNumbers.INVALID_ARGUMENT, message: error.message };
  }
  return { code: statusNumbers.INTERNAL, message: 'internal error' };
}
