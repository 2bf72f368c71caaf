/**
 * One HTTP request and its answer, over one of two doors: pooled keep-alive connections (undici) for real nodes, or a `fetch` function
 * for a network in the same process. Doors know nothing of Walrus. Time limits here are the socket's own; the whole request's deadline is
 * the caller's.
 */
import { Readable } from 'node:stream';
import { Pool } from 'undici';
import { concatBytes } from '../../domain/bytes.ts';

export interface NodeRequest {
  readonly method: 'GET' | 'PUT';
  /** Absolute path with the node's prefix. */
  readonly path: string;
  /** Binary body in pieces that are sent one after another. */
  readonly body?: readonly Uint8Array[];
  readonly signal: AbortSignal;
}

export interface NodeAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** Must be read or left (by `break` or `return`), so that the connection is free again. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Exchange {
  send(request: NodeRequest): Promise<NodeAnswer>;
  close(): Promise<void>;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface ConnectionOptions {
  /** Sockets to one node. */
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

/** The sockets of one node. They are opened when first needed. */
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
    async send({ method, path, body, signal }) {
      const answer = await pool.request({
        method,
        path,
        headers: requestHeaders(body),
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
    close: () => pool.destroy(),
  };
}

/** Another kind of door, such as a network in this process. Bodies are joined, because not every `fetch` streams them. */
export function fetchExchange(origin: string, fetch: Fetch): Exchange {
  return {
    async send({ method, path, body, signal }) {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers: requestHeaders(body),
        ...(body === undefined ? {} : { body: concatBytes(...body) }),
        redirect: 'manual',
        signal,
      });
      return {
        status: answer.status,
        header: (name) => answer.headers.get(name) ?? undefined,
        body: answer.body ?? noBytes(),
      };
    },
    close: () => Promise.resolve(),
  };
}

async function* noBytes(): AsyncIterable<Uint8Array> {
  // An answer without a body.
}
