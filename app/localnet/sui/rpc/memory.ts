/** The door without a socket: a `fetch` that answers from the ledger in the same process, with no timer and no I/O of its own. */
import { answer } from './handler.ts';
import { requestBodyMax } from './framing.ts';
import { methodsOf } from './methods.ts';
import type { Ledger } from '../network.ts';

const tooLarge = 413;

/** For `new SuiGrpcClient({ fetch, baseUrl })`; any base URL will do. A defect rejects the call with the defect itself. */
export function suiFetch(ledger: Ledger): typeof fetch {
  const methods = methodsOf(ledger.core);
  return async (target, init) => {
    const request = new Request(target, init);
    request.signal.throwIfAborted();
    const body = new Uint8Array(await request.arrayBuffer());
    if (body.length > requestBodyMax) return new Response('the request is too large', { status: tooLarge });
    const gone = new AbortController();
    request.signal.addEventListener('abort', () => gone.abort(), { once: true });
    const call = {
      path: new URL(request.url).pathname,
      contentType: request.headers.get('content-type'),
      body,
      signal: gone.signal,
    };
    let defect: unknown;
    const answered = answer(methods, call, (error) => (defect = error));
    const chunks = answered.chunks[Symbol.asyncIterator]();
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (request.signal.aborted) controller.error(request.signal.reason);
        else if (defect !== undefined) controller.error(defect);
        else if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        gone.abort();
      },
    });
    return new Response(stream, { status: answered.status, headers: { 'content-type': answered.contentType } });
  };
}
