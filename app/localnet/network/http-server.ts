/**
 * A loopback HTTP server in front of a door that takes requests as values: bounded bodies, back-pressure by a byte budget, an abort
 * signal when the asker leaves. Stopping really refuses connections and drops the open ones.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { releaseBuffer } from '../../domain/bytes.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import { errorReply, type NodeDoor, type NodeReply } from '../nodes/nodes.ts';
import type { ByteBudget } from './byte-budget.ts';

interface HttpDoorOptions {
  readonly door: NodeDoor;
  readonly bodyBytesMax: (path: string) => number;
  readonly tooLarge: (path: string) => NodeReply;
  readonly budget: ByteBudget;
  /** Told of errors that no reply explains: bugs and failing disks. */
  readonly onTrouble: (error: unknown) => void;
}

export interface HttpDoor {
  /** Listens on 127.0.0.1 and gives the port; 0 asks for any. Rejects with EADDRINUSE when it is taken. */
  listen(port: number): Promise<number>;
  stop(): Promise<void>;
}

/** Longer than clients keep idle connections, so that none is closed under a request. */
const keepAliveMs = 75_000;
export const loopbackHost = '127.0.0.1';

export function httpDoor(options: HttpDoorOptions): HttpDoor {
  let server: Server | undefined;
  return {
    async listen(port) {
      const next = createServer((request, response) => void answer(options, request, response));
      next.keepAliveTimeout = keepAliveMs;
      await new Promise<void>((resolve, reject) => {
        next.once('error', reject);
        next.listen(port, loopbackHost, () => {
          next.off('error', reject);
          resolve();
        });
      });
      server = next;
      return (next.address() as AddressInfo).port;
    },
    async stop() {
      const stopping = server;
      server = undefined;
      if (stopping === undefined) return;
      await new Promise<void>((resolve) => {
        stopping.close(() => resolve());
        stopping.closeAllConnections();
      });
    },
  };
}

/** Listens on the wished port, or on any when that one is taken. */
export async function listenNear(door: HttpDoor, wished: number): Promise<number> {
  try {
    return await door.listen(wished);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (wished === 0 || (code !== 'EADDRINUSE' && code !== 'EACCES')) {
      throw new Fault('network-unreachable', 'later', 'No port on this machine could be opened.', error);
    }
    return door.listen(0);
  }
}

async function answer(options: HttpDoorOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Fault('cancelled', 'now', 'The asker went away.'));
  });
  let release: (() => void) | undefined;
  try {
    const { path, query } = targetOf(request.url ?? '/');
    if (request.method === 'OPTIONS') return send(response, preflight, request);
    const bytesMax = options.bodyBytesMax(path);
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > bytesMax) return refuseBody(options.tooLarge(path), request, response);
    const isChunked = request.headers['transfer-encoding'] !== undefined;
    release = await options.budget.take(isChunked ? bytesMax : announced);
    const body = await readBody(request, bytesMax, announced);
    if (body === undefined) return refuseBody(options.tooLarge(path), request, response);
    const reply = await options.door.handle({
      method: request.method ?? 'GET',
      path,
      query,
      contentType: request.headers['content-type'],
      authorization: request.headers.authorization,
      range: request.headers.range,
      body,
      signal: gone.signal,
    });
    send(response, reply, request);
  } catch (error) {
    // The asker or the node went away: no answer, and no trouble.
    if (gone.signal.aborted || faultOf(error)?.code === 'cancelled') return void response.destroy();
    options.onTrouble(error);
    send(response, errorReply('INTERNAL_ERROR', 'an internal error has occurred, please report it'), request);
  } finally {
    release?.();
  }
}

/** The request target taken apart without resolving it: whatever a client sends is a path, if only one that is not there. */
function targetOf(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return { path, query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)) };
}

/** Undefined when the body grows beyond the limit. Listens to chunks directly: iterating costs a turn of the loop for each. */
function readBody(
  request: IncomingMessage,
  bytesMax: number,
  announced: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) return Promise.resolve(new Uint8Array(0));
  let body = new Uint8Array(announced);
  let length = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Uint8Array) => {
      const end = length + chunk.length;
      if (end > bytesMax) return resolve(undefined);
      if (end > body.length) {
        const larger = new Uint8Array(Math.min(bytesMax, Math.max(2 * body.length, end)));
        larger.set(body.subarray(0, length));
        body = larger;
      }
      body.set(chunk, length);
      length = end;
    });
    request.once('end', () => resolve(length === body.length ? body : body.slice(0, length)));
    const leave = (cause?: unknown): void => {
      if (!request.complete) reject(new Fault('cancelled', 'now', 'The asker went away.', cause));
    };
    request.once('error', leave);
    request.once('close', () => leave());
  });
}

/** Answers without reading the rest; the connection cannot be used again. */
function refuseBody(reply: NodeReply, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('connection', 'close');
  send(response, reply, request);
  request.resume();
}

const preflight: NodeReply = { status: 200, contentType: undefined, body: new Uint8Array(0) };

function send(response: ServerResponse, reply: NodeReply, request: IncomingMessage): void {
  if (response.destroyed || response.headersSent) return;
  const headers: Record<string, string | number> = {
    'access-control-allow-origin': '*',
    'content-length': reply.body.length,
    ...reply.headers,
  };
  if (reply.contentType !== undefined) headers['content-type'] = reply.contentType;
  if (request.method === 'OPTIONS') {
    headers['access-control-allow-methods'] = '*';
    headers['access-control-allow-headers'] = '*';
  }
  response.writeHead(reply.status, headers);
  const { body } = reply;
  // The collector would let some hundred slivers lie, and run because of them.
  if (body.length >= releasedBytesMin) response.once('finish', () => releaseBuffer(body.buffer));
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Smaller bodies are no load, and may lie in memory that others use as well. */
const releasedBytesMin = 32 * 1024;
