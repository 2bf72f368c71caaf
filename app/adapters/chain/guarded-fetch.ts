/**
 * The fetch under every call to a full node or faucet: the whole answer is taken within a deadline and a size, both by the clock that was
 * handed in. The official client sets neither, and gives some of its calls no way to be called off.
 */
import type { Clock } from '../../domain/clock.ts';
import { answerBytesMax, callMsMax, executeMsMax } from './limits.ts';

async function takeBody(response: Response, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  if (response.body !== null) {
    for await (const part of response.body) {
      bytes += part.length;
      if (bytes > bytesMax) throw new Error('The answer is too large.');
      parts.push(part);
    }
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it is aborted. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

const nullBodyStatus = new Set([101, 103, 204, 205, 304]);

export function guardedFetch(base: typeof fetch, clock: Clock): typeof fetch {
  return async (input, init) => {
    const request = new AbortController();
    const done = new AbortController();
    const asked = init?.signal ?? undefined;
    const callOff = (): void => request.abort(asked?.reason);
    if (asked?.aborted === true) callOff();
    else asked?.addEventListener('abort', callOff, { once: true });
    const url = input instanceof Request ? input.url : input.toString();
    const deadlineMs = url.endsWith('/ExecuteTransaction') ? executeMsMax : callMsMax;
    clock.sleep(deadlineMs, done.signal).then(
      () => request.abort(new Error('The answer did not come in time.')),
      // Aborting `done` below is how this timer is stopped.
      () => undefined,
    );
    try {
      const answer = async (): Promise<Response> => {
        const response = await base(input, { ...init, signal: request.signal });
        const body = await takeBody(response, answerBytesMax);
        const { status, statusText, headers } = response;
        return new Response(nullBodyStatus.has(status) ? null : body, { status, statusText, headers });
      };
      return await unlessAborted(answer(), request.signal);
    } finally {
      asked?.removeEventListener('abort', callOff);
      done.abort();
      request.abort();
    }
  };
}
