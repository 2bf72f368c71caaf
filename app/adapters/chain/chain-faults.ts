/**
 * The one place where trouble between Floe and a Sui full node becomes a fault. A message tells what happened in plain words and may quote
 * the node's own, shortened and without control characters; it never holds keys, signatures or transaction bytes.
 */
import { RpcError } from '@mysten/sui/grpc';
import { Fault } from '../../domain/fault.ts';
import { wordsMax } from './limits.ts';

/** gRPC status names after which the node certainly did not act, and would not act if asked the same again. */
const refusals = new Set([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
]);

/** The node's own words, safe to show. */
export function nodeWords(text: string): string {
  const plain = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .replace(/\.+$/, '');
  return plain.length > wordsMax ? `${plain.slice(0, wordsMax)}…` : plain;
}

/** The gRPC error behind what a client call threw. */
export function rpcErrorOf(error: unknown): RpcError | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof RpcError) return at;
  }
  return undefined;
}

/** Whether the node understood and refused, so that nothing was executed. */
export function isRefusal(error: unknown): boolean {
  const code = rpcErrorOf(error)?.code;
  return code !== undefined && refusals.has(code);
}

export function isCode(error: unknown, code: string): boolean {
  return rpcErrorOf(error)?.code === code;
}

/** Asked again after each wait, as the answer may change. */
export function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

export function cancelled(signal: AbortSignal | undefined, cause?: unknown): Fault {
  return new Fault('cancelled', 'later', 'The question to the Sui network was called off.', cause ?? signal?.reason);
}

/** Turns whatever a call to the node threw into a fault. */
export function faultFromCall(error: unknown, signal: AbortSignal | undefined): Fault {
  if (error instanceof Fault) return error;
  if (signal?.aborted === true) return cancelled(signal, error);
  const rpc = rpcErrorOf(error);
  if (rpc === undefined) {
    return new Fault(
      'network-mismatch',
      'later',
      'The Sui node answered in a form that Floe does not understand.',
      error,
    );
  }
  if (rpc.code === 'UNIMPLEMENTED') {
    return new Fault('network-mismatch', 'after-user', 'The Sui node does not offer a service that Floe needs.', error);
  }
  if (rpc.code === 'UNAUTHENTICATED' || rpc.code === 'PERMISSION_DENIED') {
    return new Fault('network-unreachable', 'after-user', 'The Sui node does not let Floe in.', error);
  }
  if (rpc.code === 'RESOURCE_EXHAUSTED') {
    return new Fault('network-unreachable', 'later', 'The Sui node asks for fewer questions for a while.', error);
  }
  if (refusals.has(rpc.code)) {
    return new Fault('chain-refused', 'never', `The Sui node refuses this: ${nodeWords(rpc.message)}.`, error);
  }
  return new Fault('network-unreachable', 'later', 'The Sui network cannot be reached just now.', error);
}

/**
 * Abort codes by module (public sources of Sui's framework and of Walrus), for nodes that tell a number only: a Move constant without the
 * `#[error]` mark leaves no name on chain.
 */
const abortNames: Readonly<Record<string, readonly string[]>> = {
  balance: ['ENonZero', 'EOverflow', 'ENotEnough'],
  dynamic_field: ['EFieldAlreadyExists', 'EFieldDoesNotExist', 'EFieldTypeMismatch'],
  system_state_inner: [
    'EInvalidMaxEpochsAhead',
    'EStorageExceeded',
    'EInvalidEpochsAhead',
    'EInvalidIdEpoch',
    'EIncorrectCommittee',
    'EInvalidAccountingEpoch',
    'EIncorrectAttestation',
    'ERepeatedAttestation',
    'ENotCommitteeMember',
    'EIncorrectDenyListSequence',
    'EIncorrectDenyListNode',
    'EInvalidResourceSize',
  ],
  storage_pool: [
    'EBlobNotDeletable',
    'EResourceBounds',
    'EAlreadyCertified',
    'EInvalidBlobId',
    'EInvalidBlobPersistenceType',
    'EInvalidBlobObject',
    'EInsufficientCapacity',
    'EPoolNotEmpty',
    'EInvalidBlobSize',
    'EInvalidBlobCount',
    'EWrongVersion',
  ],
  bls_aggregate: ['EInvalidBitmap', 'ESigVerification', 'ENotEnoughStake', 'EIncorrectCommittee'],
  messages: [
    'EIncorrectAppId',
    'EIncorrectEpoch',
    'EInvalidMsgType',
    'EIncorrectIntentVersion',
    'EInvalidBlobPersistenceType',
    'ENotDeletable',
    'EInvalidKeyLength',
  ],
  wal_exchange: ['EInsufficientFundsInExchange', 'EInsufficientInputBalance'],
};

export interface AbortTold {
  readonly constantName: string | undefined;
  readonly code: bigint;
  readonly module: string | undefined;
  readonly functionName: string | undefined;
}

/** A Move abort in a word or two: its constant's name when anything tells it. */
export function abortName(abort: AbortTold): string {
  if (abort.constantName !== undefined && abort.constantName !== '') return nodeWords(abort.constantName);
  const known = abortNames[abort.module ?? '']?.[Number(abort.code)];
  if (known !== undefined) return known;
  return nodeWords(`abort ${abort.code} in ${abort.module ?? 'a module'}::${abort.functionName ?? 'a function'}`);
}
