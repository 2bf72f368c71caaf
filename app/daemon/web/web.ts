/**
 * The window in a browser: serves the built page and one WebSocket on loopback, to whoever has the key of this start. The key stands in the fragment of
 * the address, which no request carries, and is proved in the first frame. `Host` and `Origin` must be this very address, so that no other page can
 * reach it, under whatever name (docs/security.md). The door of this folder.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { frameCharactersMax } from '../../link/frame.ts';
import { serve } from '../../link/serve.ts';
import { socketPipe } from '../../link/socket-pipe.ts';
import type { Desk } from '../desk/desk.ts';
import { listenOnLoopback } from '../listen.ts';
import { listPageFiles } from '../page/page-files.ts';
import { pagePolicy, previewPolicy, safeHeaders } from '../page/page-headers.ts';

export const webLimits = {
  /** Windows at once, with some room for those that a browser has not closed yet. */
  socketsMax: 16,
  /** A page says hello at once; what does not is not a page. */
  helloMsMax: 10_000,
  connectionsMax: 64,
} as const;

export interface WebOptions {
  readonly desk: Pick<Desk, 'handlers' | 'topics' | 'previews'>;
  /** Folder of the built page. */
  readonly pageDir: string;
  /** 0: any free one. */
  readonly port: number;
  /** Gets the address with its key; for its owner alone. */
  readonly addressFile: string;
  readonly onBug: (error: unknown) => void;
}

export interface Web {
  /** With the key. */
  readonly url: string;
  close(): Promise<void>;
}

function isKey(given: string | undefined, key: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export async function openWeb(options: WebOptions): Promise<Web> {
  const { desk, onBug } = options;
  const key = randomBytes(24).toString('base64url');
  const files = listPageFiles(options.pageDir);
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      onBug(error);
      response.destroy();
    });
  });
  server.maxConnections = webLimits.connectionsMax;
  await listenOnLoopback(server, options.port);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port');
  const host = `127.0.0.1:${address.port}`;
  const origin = `http://${host}`;
  const url = `${origin}/#${key}`;
  writeFileSync(options.addressFile, `${url}\n`, { mode: 0o600 });
  const pageHeaders = { ...safeHeaders, 'content-security-policy': pagePolicy(`ws://${host}`) };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = (status: number): void => void response.writeHead(status, pageHeaders).end();
    if (request.headers.host !== host || request.headers['sec-fetch-site'] === 'cross-site') return end(403);
    if (request.method !== 'GET') return end(405);
    const path = (request.url ?? '').replace(/[?#].*$/s, '');
    const preview = desk.previews.take(path);
    if (preview) {
      const headers = { ...safeHeaders, 'content-security-policy': previewPolicy, 'content-type': preview.type };
      return void response.writeHead(200, headers).end(preview.bytes);
    }
    const file = files.get(path);
    if (!file) return end(404);
    response.writeHead(200, { ...pageHeaders, 'content-type': file.type }).end(await file.read());
  }

  const sockets = new WebSocketServer({
    noServer: true,
    // UTF-8 of a frame takes at most three bytes a character.
    maxPayload: 3 * frameCharactersMax,
    perMessageDeflate: false,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const isOurs = request.headers.host === host && request.headers.origin === origin && request.url === '/link';
    if (!isOurs || sockets.clients.size >= webLimits.socketsMax) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const timer = setTimeout(() => client.terminate(), webLimits.helloMsMax);
      client.once('message', () => clearTimeout(timer));
      client.once('close', () => clearTimeout(timer));
      serve(socketPipe(client), { ...desk, admits: (given) => isKey(given, key), onBug });
    });
  });

  return {
    url,
    close: () =>
      new Promise((resolve) => {
        rmSync(options.addressFile, { force: true });
        for (const client of sockets.clients) client.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
