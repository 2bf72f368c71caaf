/** What crosses the border between the pool and a worker. Faults cross as plain values, because a cloned error loses its class. */
import { Fault, faultOf, type FaultCode, type Retry } from '../../app/domain/fault.ts';
import type { InputOf, OutputOf, TaskName } from '../tasks/tasks.ts';
import type { CodecName } from './codec-choice.ts';

export interface TaskMessage<Name extends TaskName = TaskName> {
  readonly number: number;
  readonly name: Name;
  readonly input: InputOf<Name>;
  /** One shared 32-bit cell; not zero once the task is cancelled. */
  readonly cancelled: Int32Array;
}

export interface FaultValue {
  readonly code: FaultCode;
  readonly retry: Retry;
  readonly message: string;
}

/** A bug crosses with the stack of the thread that it happened in. */
export interface BugValue {
  readonly message: string;
  readonly stack: string;
}

export type Reply<Name extends TaskName = TaskName> =
  | { readonly kind: 'done'; readonly output: OutputOf<Name> }
  | { readonly kind: 'fault'; readonly fault: FaultValue }
  | { readonly kind: 'bug'; readonly bug: BugValue };

/** A worker that gives up hands its input back with this before it ends. */
export interface Rescue {
  readonly rescued: number;
  readonly input: unknown;
}

export interface WorkerSettings {
  readonly codec: CodecName | undefined;
}

export function replyForError(error: unknown): Reply {
  const fault = faultOf(error);
  if (fault) return { kind: 'fault', fault: { code: fault.code, retry: fault.retry, message: fault.message } };
  const bug = error instanceof Error ? error : new Error(String(error));
  return { kind: 'bug', bug: { message: bug.message, stack: bug.stack ?? '' } };
}

export function errorFromReply(reply: Exclude<Reply, { kind: 'done' }>): Error {
  if (reply.kind === 'fault') return new Fault(reply.fault.code, reply.fault.retry, reply.fault.message);
  const error = new Error(reply.bug.message);
  error.stack = reply.bug.stack;
  return error;
}

export function isRescue(message: unknown): message is Rescue {
  return typeof message === 'object' && message !== null && 'rescued' in message && 'input' in message;
}
