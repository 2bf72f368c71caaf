/**
 * The shape of a task: synchronous, bytes in, bytes out, no disk, no net, no clock. Besides its work a task says which buffers travel
 * with it, so that they are moved between threads and never cloned, and how much memory it holds while it runs.
 */
import type { EncodeParts } from '../codec/encode-parts.ts';
import type { FindCuts } from '../codec/gear.ts';
import type { Sealing } from '../codec/codec.ts';
import type { IsCancelled, Rs2 } from '../rs2.ts';
import { Fault } from '../../app/domain/fault.ts';

export interface TaskContext {
  /** The codec and cut finder of this thread, loaded on first use: tasks that need none do not pay for it. */
  readonly rs2: () => Rs2;
  readonly findCuts: () => FindCuts;
  /** Chunks named and sealed natively; undefined where that is not to be had. */
  readonly sealing: () => Sealing | undefined;
  /** Encoding shared with other workers; a fault where the codec cannot. */
  readonly parts: () => EncodeParts;
  readonly isCancelled: IsCancelled;
}

export interface Task<Input, Output> {
  run(input: Input, context: TaskContext): Output;
  /** The same input on memory that the caller can no longer reach; small values are copied. */
  claim(input: Input): Input;
  /** What moves to the worker; empty when the input is small enough to be copied. */
  inputBuffers(input: Input): readonly ArrayBuffer[];
  /** What moves back. */
  outputBuffers(output: Output): readonly ArrayBuffer[];
  /** Bytes that the task needs at its peak, input and output included. An estimate for the byte budget. */
  peakBytes(input: Input): number;
}

export function badInput(message: string): Fault {
  return new Fault('bad-input', 'never', message);
}

export function stopIfCancelled(isCancelled: IsCancelled): void {
  if (isCancelled()) throw new Fault('cancelled', 'now', 'The work was cancelled.');
}

/** Refuses a span that is not inside a buffer of `size` bytes. */
export function checkSpan(span: { readonly start: number; readonly bytes: number }, size: number, what: string): void {
  const { start, bytes } = span;
  const isInside =
    Number.isSafeInteger(start) && Number.isSafeInteger(bytes) && start >= 0 && bytes >= 0 && start + bytes <= size;
  if (!isInside) throw badInput(`${what} lies outside its buffer.`);
}

export const keyBytes = 32;

export function checkKey(key: Uint8Array, what: string): void {
  if (key.length !== keyBytes) throw badInput(`${what} does not have ${keyBytes} bytes.`);
}
