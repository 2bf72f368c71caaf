/**
 * The past as a read-only WebDAV share on this computer (RFC 4918 class 1, without writing): OPTIONS, PROPFIND of one level, GET and HEAD with
 * ranges; everything else is refused. The address holds a random key, so that other users' programs and web pages do not get in, and only
 * requests to this computer's own name are answered. What is served is never anything that a browser would run.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Fault, faultOf } from '../../domain/fault.ts';
import { Gate } from '../../domain/gate.ts';
import { displayName } from '../../domain/path-name.ts';
import type { Engine } from '../../engine/engine.ts';
import { namesOfAddress, segmentOf, writableTime } from './dav-path.ts';
import { multistatus } from './multistatus.ts';
import { rangeOf } from './byte-range.ts';
import { findResource, type DavResource, type TreeOptions } from './dav-tree.ts';
import { listenOnLoopback } from '../listen.ts';

export interface WebdavOptions extends Omit<TreeOptions, 'engine'> {
  readonly engine: Pick<Engine, 'spaces' | 'log' | 'list' | 'openFile'>;
  /** 0: any. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** Told of defects; a request that meets one is answered with 500. */
  readonly onBug: (error: unknown) => void;
}

export interface Webdav {
  /** Ends with a slash. Whoever knows it can read. */
  readonly url: string;
  close(): Promise<void>;
}

/** Files read at once: each keeps some megabytes; a file manager asks for many pictures at the same time. */
const readsMax = 8;
const connectionsMax = 64;
/** Of a PROPFIND's own body, which is not looked at: all properties are told always. */
const bodyBytesMax = 64 * 1024;
const keyBytes = 24;
const methods = 'OPTIONS, PROPFIND, GET, HEAD';

const safe = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function isKey(given: string, key: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function statusOf(fault: Fault): number {
  if (fault.code === 'not-found' || fault.code === 'name-unsafe' || fault.code === 'bad-input') return 404;
  return fault.retry === 'never' ? 502 : 503;
}

export async function serveWebdav(options: WebdavOptions): Promise<Webdav> {
  const key = randomBytes(keyBytes).toString('base64url');
  const reads = new Gate(readsMax);
  const hosts = new Set<string>();
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Fault('cancelled', 'never', 'The client went away.')));
    const signal = AbortSignal.any([options.signal, gone.signal]);
    answer(request, response, signal).catch((error: unknown) => fail(response, error, signal));
  });
  server.maxConnections = connectionsMax;
  await listenOnLoopback(server, options.port);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port');
  for (const name of ['127.0.0.1', 'localhost']) hosts.add(`${name}:${address.port}`);

  function fail(response: ServerResponse, error: unknown, signal: AbortSignal): void {
    const fault = faultOf(error);
    if (fault === undefined && !signal.aborted) options.onBug(error);
    // Half a file must not look like a whole one.
    if (response.headersSent || signal.aborted) return void response.destroy();
    response.writeHead(fault ? statusOf(fault) : 500, { ...safe, 'content-type': 'text/plain; charset=utf-8' });
    response.end(fault ? `${displayName(fault.message)}\n` : 'Floe met a defect of its own.\n');
  }

  async function answer(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const refuse = (status: number, fields: Record<string, string> = {}): void =>
      void response.writeHead(status, { ...safe, ...fields }).end();
    if (!hosts.has(request.headers.host ?? '')) return refuse(403);
    const [given = '', ...names] = namesOfAddress(request.url ?? '/');
    if (!isKey(given, key)) return refuse(404);
    switch (request.method) {
      case 'OPTIONS':
        return refuse(200, { dav: '1', allow: methods, 'ms-author-via': 'DAV', 'content-length': '0' });
      case 'PROPFIND':
        return list(request, response, names, signal);
      case 'GET':
      case 'HEAD':
        return give(request, response, await findResource(options, names), signal);
      default:
        request.resume();
        return refuse(405, { allow: methods });
    }
  }

  async function list(
    request: IncomingMessage,
    response: ServerResponse,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    let bytes = 0;
    for await (const piece of request) {
      bytes += Buffer.isBuffer(piece) ? piece.length : 0;
      if (bytes > bodyBytesMax) return void response.writeHead(413, { ...safe, connection: 'close' }).end();
    }
    const { depth } = request.headers;
    const xml = { ...safe, 'content-type': 'application/xml; charset=utf-8' };
    if (depth !== '0' && depth !== '1') {
      const error =
        '<?xml version="1.0" encoding="utf-8"?><D:error xmlns:D="DAV:"><D:propfind-finite-depth/></D:error>';
      return void response.writeHead(403, xml).end(error);
    }
    const resource = await findResource(options, names);
    const base = `/${[key, ...names].map(segmentOf).join('/')}`;
    response.writeHead(207, { ...xml, dav: '1' });
    for (const piece of multistatus(base, resource, depth === '1')) await write(response, piece, signal);
    response.end();
  }

  async function give(
    request: IncomingMessage,
    response: ServerResponse,
    { entry, file }: DavResource,
    signal: AbortSignal,
  ): Promise<void> {
    if (file === undefined) return void response.writeHead(405, { ...safe, allow: 'OPTIONS, PROPFIND' }).end();
    const { headers, method } = request;
    const fields = {
      ...safe,
      etag: entry.tag,
      'last-modified': writableTime(entry.modifiedMs).toUTCString(),
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
    };
    if (headers['if-none-match'] === entry.tag) return void response.writeHead(304, fields).end();
    const isRangeFit = headers['if-range'] === undefined || headers['if-range'] === entry.tag;
    const range = isRangeFit ? rangeOf(headers.range, entry.bytes) : undefined;
    if (range === 'unsatisfiable')
      return void response.writeHead(416, { ...safe, 'content-range': `bytes */${entry.bytes}` }).end();
    const { start, end } = range ?? { start: 0, end: entry.bytes };
    const sized = {
      ...fields,
      'content-length': String(end - start),
      ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${entry.bytes}` } : {}),
    };
    const status = range ? 206 : 200;
    if (method === 'HEAD' || start === end) return void response.writeHead(status, sized).end();
    const leave = await reads.enter(1, signal);
    try {
      const pieces = (await options.engine.openFile(file)).read(start, end, signal);
      // The first piece before the first word: a file that cannot be had is an error and not an empty answer.
      let piece = await pieces.next();
      response.writeHead(status, sized);
      for (; piece.done !== true; piece = await pieces.next()) await write(response, piece.value, signal);
      response.end();
    } finally {
      leave();
    }
  }

  return {
    url: `http://127.0.0.1:${address.port}/${key}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function write(response: ServerResponse, piece: string | Uint8Array, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (!response.write(piece)) await once(response, 'drain', { signal });
}
