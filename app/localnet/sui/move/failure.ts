/**
 * How a transaction fails while it executes. The failure becomes part of its effects (gas is still charged), so each one carries the
 * BCS form of Sui's execution status and what the RPC adds to it: the name of the abort constant and a sentence.
 */
import { abortCodes } from './abort-codes.ts';

export interface MoveLocation {
  readonly address: string;
  readonly module: string;
  readonly function: string;
}

export type ArgumentFault =
  | 'TypeMismatch'
  | 'InvalidBCSBytes'
  | 'InvalidUsageOfPureArg'
  | 'IndexOutOfBounds'
  | 'SecondaryIndexOutOfBounds'
  | 'InvalidResultArity'
  | 'InvalidGasCoinUsage'
  | 'InvalidValueUsage'
  | 'InvalidObjectByValue'
  | 'InvalidObjectByMutRef'
  | 'SharedObjectOperationNotAllowed'
  | 'InvalidTransferObject'
  | 'InvalidMakeMoveVecNonObjectArgument';

/** Statuses without details. */
type PlainFault =
  | 'InsufficientGas'
  | 'FeatureNotYetSupported'
  | 'InsufficientCoinBalance'
  | 'CoinBalanceOverflow'
  | 'VMVerificationOrDeserializationError'
  | 'FunctionNotFound'
  | 'ArityMismatch'
  | 'TypeArityMismatch'
  | 'NonEntryFunctionInvoked'
  | 'InvalidTransferObject'
  | 'SharedObjectOperationNotAllowed';

export type FailureDetail =
  | { readonly kind: 'abort'; readonly at: MoveLocation; readonly code: bigint; readonly constant: string }
  | { readonly kind: 'arithmetic'; readonly at: MoveLocation }
  | {
      readonly kind: 'argument';
      readonly argument: number;
      readonly fault: ArgumentFault;
      readonly index?: number;
      readonly subindex?: number;
    }
  | {
      readonly kind: 'typeArgument';
      readonly argument: number;
      readonly fault: 'TypeNotFound' | 'ConstraintNotSatisfied';
    }
  | { readonly kind: 'unused'; readonly result: number; readonly subresult: number }
  | { readonly kind: 'tooBig'; readonly size: number; readonly sizeMax: number }
  | { readonly kind: 'plain'; readonly fault: PlainFault; readonly note?: string };

/** Thrown inside the executor and nowhere else; it never leaves the ledger as an exception. */
export class ExecutionFailure extends Error {
  readonly detail: FailureDetail;
  /** Which command failed; the executor fills it in. */
  command: number | undefined;

  constructor(detail: FailureDetail) {
    super(`the transaction fails: ${detail.kind}`);
    this.detail = detail;
  }
}

/** Ends the transaction as `abort CONSTANT` in `module::function` would. The module decides the constant's number. */
export function moveAbort(address: string, path: string, constant: string): never {
  const [module = '', name = ''] = path.split('::');
  const code = abortCodes[module]?.[constant];
  if (code === undefined) throw new Error(`${module} has no constant ${constant}`);
  throw new ExecutionFailure({
    kind: 'abort',
    at: { address, module, function: name },
    code: BigInt(code),
    constant,
  });
}

export function argumentFault(argument: number, fault: ArgumentFault): ExecutionFailure {
  return new ExecutionFailure({ kind: 'argument', argument, fault });
}

export function plainFault(fault: PlainFault, note?: string): ExecutionFailure {
  return new ExecutionFailure({ kind: 'plain', fault, ...(note === undefined ? {} : { note }) });
}
