/**
 * The loopback door: gRPC-web over HTTP/1.1 and the faucet's `POST /v2/gas` on one port. Only this machine can reach it; pages of other
 * origins may call it, as they may call a public full node.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './handler.ts';
import type { OnDefect } from './handler.ts';
import { requestBodyMax } from './framing.ts';
import { methodsOf } from './methods.ts';
import type { Methods } from './methods.ts';
import { normalAddress, TypeTextError } from '../move/types.ts';
import type { Ledger } from '../network.ts';

export interface SuiDoor {
  readonly url: string;
  readonly faucetUrl: string;
  close(): Promise<void>;
}

interface LoopbackOptions {
  readonly host: '127.0.0.1';
  /** 0 takes a free one. */
  readonly port: number;
  /** Hears of defects of this server; without it they end the process, as defects should. */
  readonly onDefect?: OnDefect;
}

/** Far above what the clients of one machine open, and far below what would exhaust its file descriptors. */
const connectionsMax = 512;
/** What one call of the faucet gives. */
const faucetGiftMist = 1_000_000_000_000n;
const faucetPath = '/v2/gas';

export async function serveSui(ledger: Ledger, options: LoopbackOptions): Promise<SuiDoor> {
  const methods = methodsOf(ledger.core);
  const onDefect =
    options.onDefect ??
    ((error: unknown): void => {
      process.nextTick(() => {
        throw error;
      });
    });
  const server = createServer((request, response) => {
    serve(ledger, methods, request, response, onDefect).catch((error: unknown) => {
      // The caller went away while its answer was on the way: nobody is left to tell.
      if (!response.destroyed) onDefect(error);
      response.destroy();
    });
  });
  server.maxConnections = connectionsMax;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const url = `http://${options.host}:${port}`;
  return { url, faucetUrl: url, close: () => closeServer(server) };
}

function listen(server: Server, { host, port }: LoopbackOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

const crossOrigin = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-expose-headers': 'grpc-status, grpc-message',
};

async function serve(
  ledger: Ledger,
  methods: Methods,
  request: IncomingMessage,
  response: ServerResponse,
  onDefect: OnDefect,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (request.method === 'OPTIONS') return void response.writeHead(204, crossOrigin).end();
  if (request.method !== 'POST') return void response.writeHead(405, crossOrigin).end();
  const body = await readBody(request);
  if (!body) return void response.writeHead(413, { ...crossOrigin, connection: 'close' }).end();
  if (path === faucetPath) return giveGas(ledger, body, response);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const call = { path, contentType: request.headers['content-type'], body, signal: gone.signal };
  const answered = answer(methods, call, onDefect);
  response.writeHead(answered.status, { ...crossOrigin, 'content-type': answered.contentType });
  response.flushHeaders();
  for await (const chunk of answered.chunks) {
    if (gone.signal.aborted) break;
    if (!response.write(chunk)) await drained(response, gone.signal);
  }
  response.end();
}

/** The whole body, or nothing when it is too large. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > requestBodyMax) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

function giveGas(ledger: Ledger, body: Uint8Array, response: ServerResponse): void {
  const send = (status: number, value: unknown): void => {
    response.writeHead(status, { ...crossOrigin, 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  const recipient = recipientOf(body);
  if (recipient === undefined) {
    send(400, { status: { Failure: { internal: 'The request names no recipient address.' } }, coins_sent: null });
    return;
  }
  const { digest, coinId } = ledger.fund(recipient, faucetGiftMist);
  const coin = { amount: Number(faucetGiftMist), id: coinId, transferTxDigest: digest };
  send(200, { status: 'Success', coins_sent: [coin] });
}

function recipientOf(body: Uint8Array): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    const request = memberOf(value, 'FixedAmountRequest');
    const recipient = memberOf(request, 'recipient');
    return typeof recipient === 'string' ? normalAddress(recipient) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeTextError) return undefined;
    throw error;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
