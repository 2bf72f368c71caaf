/**
 * A storage node's answer, read with suspicion: bodies are capped while they arrive, content types are checked, JSON is taken apart field
 * by field, and whatever is not success becomes a fault 'node-failed' with an honest word on retrying (walrus-protocol sections 3.1, 3.3).
 */
import { Fault, type Retry } from '../../domain/fault.ts';
import type { HttpAnswer, Sink } from '../http/http.ts';

/** JSON answers are a few hundred bytes; the largest, an error with details, stays far below. */
export const jsonBytesMax = 64 * 1024;

/** Reasons that go away by themselves: an event the node has not seen yet, a full cache, data that is still to come. */
const passing = new Set(['NOT_REGISTERED', 'CACHE_SATURATED', 'METADATA_NOT_FOUND', 'MISSING_SLIVERS']);

export function nodeFault(node: string, retry: Retry, what: string, cause?: unknown): Fault {
  return new Fault('node-failed', retry, `Storage node ${node} ${what}.`, cause);
}

/** The whole body, at most `bytesMax` of it; the buffer is the caller's own, so that it can be moved. */
export async function readCapped(node: string, answer: HttpAnswer, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(answer.header('content-length') ?? Number.NaN);
  const tooLong = (): Fault => nodeFault(node, 'never', `sends more than ${bytesMax} bytes`);
  const known = Number.isSafeInteger(announced) && announced >= 0 && announced <= bytesMax;
  let room = new Uint8Array(known ? announced : Math.min(bytesMax, 16 * 1024));
  let length = 0;
  for await (const piece of answer.body) {
    if (length + piece.length > bytesMax) throw tooLong();
    if (length + piece.length > room.length) {
      const larger = new Uint8Array(Math.min(bytesMax, Math.max(length + piece.length, 2 * room.length)));
      larger.set(room.subarray(0, length));
      room = larger;
    }
    room.set(piece, length);
    length += piece.length;
  }
  return length === room.length ? room : room.slice(0, length);
}

function checkType(node: string, answer: Pick<HttpAnswer, 'header'>, expected: string): void {
  const type = answer.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== expected) throw nodeFault(node, 'never', `answers with another content type than ${expected}`);
}

export async function readBinary(node: string, answer: HttpAnswer, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  checkType(node, answer, 'application/octet-stream');
  return readCapped(node, answer, bytesMax);
}

/** A sink for a body of exactly the pieces' length, written to them as it comes. */
export function openPieces(
  node: string,
  answer: Pick<HttpAnswer, 'header'>,
  pieces: readonly Uint8Array[],
): { readonly sink: Sink; readonly isFull: () => boolean } {
  checkType(node, answer, 'application/octet-stream');
  let [at, done] = [0, 0];
  const sink: Sink = (bytes) => {
    for (let taken = 0; taken < bytes.length;) {
      const piece = pieces[at];
      if (piece === undefined) throw nodeFault(node, 'never', 'sends more than the sliver has');
      const some = bytes.subarray(taken, taken + piece.length - done);
      piece.set(some, done);
      taken += some.length;
      done += some.length;
      if (done === piece.length) [at, done] = [at + 1, 0];
    }
  };
  return { sink, isFull: () => at === pieces.length };
}

export function field(value: unknown, name: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return value;
  } catch {
    // Not JSON: an answer without the fields we look for, which the caller refuses by name.
    return undefined;
  }
}

/** `data` of a success answer. */
export async function readData(node: string, answer: HttpAnswer): Promise<unknown> {
  checkType(node, answer, 'application/json');
  const value = parseJson(await readCapped(node, answer, jsonBytesMax));
  const data = field(field(value, 'success'), 'data');
  if (data === undefined) throw nodeFault(node, 'never', 'answers with something that is not an answer');
  return data;
}

/** Takes what is left of an answer that says nothing more, so that its connection can serve again. */
export async function dismiss(node: string, answer: HttpAnswer): Promise<void> {
  await readCapped(node, answer, jsonBytesMax);
}

/** The node's own word for what went wrong, when it has the form of one. */
function reasonIn(body: unknown): string | undefined {
  const reason = field(field(field(field(body, 'error'), 'details'), 0), 'reason');
  return typeof reason === 'string' && /^[A-Z][A-Z_]{0,63}$/.test(reason) ? reason : undefined;
}

function retryOf(status: number, reason: string | undefined): Retry {
  if (status === 429 || status === 408 || status >= 500) return 'now';
  return reason !== undefined && passing.has(reason) ? 'later' : 'never';
}

/** Milliseconds that a busy node asks us to wait: seconds or a date (RFC 9110 section 10.2.3); only the former is honoured. */
export function retryAfterMs(answer: HttpAnswer): number {
  const seconds = Number(answer.header('retry-after') ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

/** The fault in an answer that is not a success. */
export async function refusal(node: string, answer: HttpAnswer): Promise<Fault> {
  const { status } = answer;
  if (status < 400) {
    await dismiss(node, answer);
    return nodeFault(node, 'never', `answers ${status}`);
  }
  const reason = reasonIn(parseJson(await readCapped(node, answer, jsonBytesMax)));
  const what = status === 451 ? 'refuses the blob for legal reasons' : `answers ${status} ${reason ?? ''}`.trimEnd();
  return nodeFault(node, retryOf(status, reason), what);
}
