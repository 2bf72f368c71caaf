/** The failure in a transaction's effects as the RPC explains it: kind, sentence, and for an abort the name of its constant. */
import type { bcs } from '@mysten/sui/bcs';
import { GrpcTypes } from '@mysten/sui/grpc';
import type { TransactionDetails } from '../ledger/effects.ts';

type Status = (typeof bcs.TransactionEffects)['$inferType'] extends infer Whole
  ? Extract<Whole, { $kind: 'V2' }> extends { V2: { status: infer One } }
    ? One
    : never
  : never;
export type Failure = Extract<Status, { $kind: 'Failure' }>['Failure'];

const kindNames: Readonly<Record<string, keyof typeof GrpcTypes.ExecutionError_ExecutionErrorKind>> = {
  InsufficientGas: 'INSUFFICIENT_GAS',
  FeatureNotYetSupported: 'FEATURE_NOT_YET_SUPPORTED',
  InsufficientCoinBalance: 'INSUFFICIENT_COIN_BALANCE',
  CoinBalanceOverflow: 'COIN_BALANCE_OVERFLOW',
  VMVerificationOrDeserializationError: 'VM_VERIFICATION_OR_DESERIALIZATION_ERROR',
  FunctionNotFound: 'FUNCTION_NOT_FOUND',
  ArityMismatch: 'ARITY_MISMATCH',
  TypeArityMismatch: 'TYPE_ARITY_MISMATCH',
  NonEntryFunctionInvoked: 'NON_ENTRY_FUNCTION_INVOKED',
  InvalidTransferObject: 'INVALID_TRANSFER_OBJECT',
  SharedObjectOperationNotAllowed: 'CONSENSUS_OBJECT_OPERATION_NOT_ALLOWED',
  MoveAbort: 'MOVE_ABORT',
  MovePrimitiveRuntimeError: 'MOVE_PRIMITIVE_RUNTIME_ERROR',
  CommandArgumentError: 'COMMAND_ARGUMENT_ERROR',
  TypeArgumentError: 'TYPE_ARGUMENT_ERROR',
  UnusedValueWithoutDrop: 'UNUSED_VALUE_WITHOUT_DROP',
  MoveObjectTooBig: 'OBJECT_TOO_BIG',
};

const argumentKinds: Readonly<Record<string, keyof typeof GrpcTypes.CommandArgumentError_CommandArgumentErrorKind>> = {
  TypeMismatch: 'TYPE_MISMATCH',
  InvalidBCSBytes: 'INVALID_BCS_BYTES',
  InvalidUsageOfPureArg: 'INVALID_USAGE_OF_PURE_ARGUMENT',
  IndexOutOfBounds: 'INDEX_OUT_OF_BOUNDS',
  SecondaryIndexOutOfBounds: 'SECONDARY_INDEX_OUT_OF_BOUNDS',
  InvalidResultArity: 'INVALID_RESULT_ARITY',
  InvalidGasCoinUsage: 'INVALID_GAS_COIN_USAGE',
  InvalidValueUsage: 'INVALID_VALUE_USAGE',
  InvalidObjectByValue: 'INVALID_OBJECT_BY_VALUE',
  InvalidObjectByMutRef: 'INVALID_OBJECT_BY_MUT_REF',
  SharedObjectOperationNotAllowed: 'CONSENSUS_OBJECT_OPERATION_NOT_ALLOWED',
  InvalidTransferObject: 'INVALID_TRANSFER_OBJECT',
  InvalidMakeMoveVecNonObjectArgument: 'INVALID_MAKE_MOVE_VEC_NON_OBJECT_ARGUMENT',
};

export function executionError({ error, command }: Failure, details: TransactionDetails): GrpcTypes.ExecutionError {
  const kind = kindNames[error.$kind] ?? 'EXECUTION_ERROR_KIND_UNKNOWN';
  return {
    kind: GrpcTypes.ExecutionError_ExecutionErrorKind[kind],
    description: describe(error, details, command === null ? undefined : Number(command)),
    ...(command === null ? {} : { command: BigInt(command) }),
    errorDetails: detailsOf(error, details),
  };
}

function detailsOf(error: Failure['error'], details: TransactionDetails): GrpcTypes.ExecutionError['errorDetails'] {
  switch (error.$kind) {
    case 'MoveAbort': {
      const [at, code] = error.MoveAbort;
      const constant = details.abortConstant;
      return {
        oneofKind: 'abort',
        abort: {
          abortCode: BigInt(code),
          location: {
            package: at.module.address,
            module: at.module.name,
            function: at.function,
            instruction: at.instruction,
            ...(at.functionName === null ? {} : { functionName: at.functionName }),
          },
          ...(constant === undefined
            ? {}
            : {
                cleverError: { errorCode: BigInt(code), constantName: constant, value: { oneofKind: undefined } },
              }),
        },
      };
    }
    case 'CommandArgumentError': {
      const { argIdx, kind } = error.CommandArgumentError;
      const name = argumentKinds[kind.$kind] ?? 'COMMAND_ARGUMENT_ERROR_KIND_UNKNOWN';
      const faults = GrpcTypes.CommandArgumentError_CommandArgumentErrorKind;
      return { oneofKind: 'commandArgumentError', commandArgumentError: { argument: argIdx, kind: faults[name] } };
    }
    case 'TypeArgumentError': {
      const { argumentIdx, kind } = error.TypeArgumentError;
      const faults = GrpcTypes.TypeArgumentError_TypeArgumentErrorKind;
      const fault = kind.$kind === 'TypeNotFound' ? faults.TYPE_NOT_FOUND : faults.CONSTRAINT_NOT_SATISFIED;
      return { oneofKind: 'typeArgumentError', typeArgumentError: { typeArgument: argumentIdx, kind: fault } };
    }
    case 'UnusedValueWithoutDrop': {
      const { resultIdx, secondaryIdx } = error.UnusedValueWithoutDrop;
      return { oneofKind: 'indexError', indexError: { index: resultIdx, subresult: secondaryIdx } };
    }
    case 'MoveObjectTooBig': {
      const { objectSize, maxObjectSize } = error.MoveObjectTooBig;
      return { oneofKind: 'sizeError', sizeError: { size: BigInt(objectSize), maxSize: BigInt(maxObjectSize) } };
    }
    default:
      return { oneofKind: undefined };
  }
}

function describe(error: Failure['error'], details: TransactionDetails, command: number | undefined): string {
  const where = command === undefined ? '' : ` in command ${command}`;
  if (error.$kind === 'MoveAbort') {
    const [at, code] = error.MoveAbort;
    const place = `${at.module.address}::${at.module.name}::${at.functionName ?? at.function}`;
    return `MoveAbort in ${place}, abort code ${code} (${details.abortConstant ?? 'unnamed'})${where}`;
  }
  if (error.$kind === 'CommandArgumentError') {
    const { argIdx, kind } = error.CommandArgumentError;
    return `CommandArgumentError: ${kind.$kind} at argument ${argIdx}${where}`;
  }
  return `${error.$kind}${where}${details.note === undefined ? '' : `: ${details.note}`}`;
}
