/**
 * One HTTP request and its answer, over one of two doors: pooled keep-alive connections (undici) for real servers, or a `fetch` function
 * for a network in the same process. Doors know nothing of Walrus, and never follow a redirect. Time limits here are the socket's own; the
 * whole request's deadline is the caller's.
 */
import { Readable } from 'node:stream';
import { Pool } from 'undici';
import { isMarkedAsUntransferable } from 'node:worker_threads';
import { concatBytes, releaseBuffer } from '../../domain/bytes.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Absolute path with the server's prefix. */
  readonly path: string;
  /** Besides those that a body needs. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Binary body in pieces that are sent one after another. */
  readonly body?: readonly Uint8Array[];
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** Must be read or left (by `break` or `return`), so that the connection is free again. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Takes a body as it comes; the bytes are gone when it returns. What it throws ends the request. */
export type Sink = (bytes: Uint8Array) => void;

export type OpenSink = (answer: Omit<HttpAnswer, 'body'>) => Sink | undefined;

export interface Exchange {
  send(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Like `send`, but the body goes to the sink that `open` gives for the answer, without queues and copies in between; the answer's own body is
   * empty then. Nothing goes there once the signal is aborted. Where `open` gives none, the body is kept as far as it is short.
   */
  pour(request: HttpRequest, open: OpenSink): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface ConnectionOptions {
  /** Sockets to one server. */
  readonly connectionsMax: number;
  readonly connectMs: number;
  /** Longest silence before the answer begins, and between two pieces of it. */
  readonly silenceMs: number;
  readonly keepAliveMs: number;
}

const binary = 'application/octet-stream';

function byteCount(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function requestHeaders(body: readonly Uint8Array[] | undefined): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': binary, 'content-length': String(byteCount(body)) };
}

/** Several pieces go out one after another as the socket takes them, uncopied. */
function bodyOf(pieces: readonly Uint8Array[] | undefined): Readable | Uint8Array | null {
  if (pieces === undefined) return null;
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Readable.from(pieces, { objectMode: false });
}

/** The sockets of one server. They are opened when first needed. */
export function pooledExchange(origin: string, options: ConnectionOptions): Exchange {
  const pool = new Pool(origin, {
    connections: options.connectionsMax,
    pipelining: 1,
    connect: { timeout: options.connectMs },
    headersTimeout: options.silenceMs,
    bodyTimeout: options.silenceMs,
    keepAliveTimeout: options.keepAliveMs,
  });
  return {
    async send({ method, path, headers, body, signal }) {
      const answer = await pool.request({
        method,
        path,
        headers: { ...headers, ...requestHeaders(body) },
        body: bodyOf(body),
        signal,
      });
      return {
        status: answer.statusCode,
        header: (name) => {
          const value = answer.headers[name];
          return Array.isArray(value) ? value[0] : value;
        },
        body: answer.body,
      };
    },
    pour: (request, openSink) => pourFrom(pool, request, openSink),
    close: () => pool.destroy(),
  };
}

/** Bodies of other answers are read to the end: they are short, or the reader's cap ends them. */
const otherBytesMax = 64 * 1024;

function pourFrom(
  pool: Pool,
  { method, path, headers = {}, signal }: HttpRequest,
  openSink: OpenSink,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let head: Omit<HttpAnswer, 'body'> | undefined;
    let sink: Sink | undefined;
    let leave = (): void => undefined;
    let spent: ArrayBufferLike | undefined;
    const other: Uint8Array[] = [];
    let otherBytes = 0;
    /** The socket's memory goes back at once: the collector would let hundreds of megabytes of it lie. */
    const free = (next: ArrayBufferLike | undefined): void => {
      if (spent instanceof ArrayBuffer && spent !== next && !isMarkedAsUntransferable(spent)) releaseBuffer(spent);
      spent = next;
    };
    pool.dispatch(
      { method, path, headers },
      {
        onRequestStart(controller) {
          const abort = (): void =>
            controller.abort(signal.reason instanceof Error ? signal.reason : new Error('left'));
          if (signal.aborted) return abort();
          signal.addEventListener('abort', abort, { once: true });
          leave = () => signal.removeEventListener('abort', abort);
        },
        onResponseStart(controller, status, answered) {
          if (status < 200) return;
          const header = (name: string): string | undefined => {
            const value = answered[name];
            return Array.isArray(value) ? value[0] : value;
          };
          head = { status, header };
          try {
            sink = openSink(head);
          } catch (error) {
            controller.abort(asError(error));
          }
        },
        onResponseData(controller, bytes) {
          if (signal.aborted) return;
          if (sink === undefined) {
            otherBytes += bytes.length;
            if (otherBytes > otherBytesMax) controller.abort(new Error('the answer is too long'));
            else other.push(bytes);
            return;
          }
          try {
            sink(bytes);
            // Several pieces of a body lie in one piece of memory only when its length is not told before.
            if (head?.header('content-length') !== undefined) free(bytes.buffer);
          } catch (error) {
            controller.abort(asError(error));
          }
        },
        onResponseEnd() {
          leave();
          free(undefined);
          if (head === undefined) reject(new Error('an answer without a head'));
          else resolve({ ...head, body: each(other) });
        },
        onResponseError(_controller, error) {
          leave();
          reject(error);
        },
      },
    );
  });
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Another kind of door, such as a network in this process. Bodies are joined, because not every `fetch` streams them. */
export function fetchExchange(origin: string, fetch: Fetch): Exchange {
  return {
    async send({ method, path, headers, body, signal }) {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers: { ...headers, ...requestHeaders(body) },
        ...(body === undefined ? {} : { body: concatBytes(...body) }),
        redirect: 'manual',
        signal,
      });
      return {
        status: answer.status,
        header: (name) => answer.headers.get(name) ?? undefined,
        body: answer.body ?? each([]),
      };
    },
    async pour(request, openSink) {
      const { body, ...head } = await this.send(request);
      const sink = openSink(head);
      if (sink === undefined) return { ...head, body };
      for await (const bytes of body) {
        request.signal.throwIfAborted();
        sink(bytes);
      }
      return { ...head, body: each([]) };
    },
    close: () => Promise.resolve(),
  };
}

async function* each(pieces: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* pieces;
}
