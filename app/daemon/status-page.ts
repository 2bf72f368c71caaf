/**
 * Status on loopback: `GET /status` as JSON, and a plain page that shows it. Both need the key of this start, which is printed once and kept in a 0600
 * file; `Host` is checked, so that a web page cannot reach it under another name. Nothing can be changed through it.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { displayName } from '../domain/path-name.ts';
import type { Engine, EngineStatus } from '../engine/engine.ts';
import { bytesText, coinText, toJson } from './output.ts';

export interface StatusOptions {
  readonly engine: Engine;
  readonly port: number;
  readonly home: string;
  readonly state: { readonly isWorking: boolean; readonly problem: string };
  readonly signal: AbortSignal;
}

const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function isKey(given: string | null, key: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const escape = (text: string): string => displayName(text).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

function pageOf(status: EngineStatus, state: StatusOptions['state']): string {
  const lines = status.spaces.map((space) => {
    const word =
      space.snapshot === undefined
        ? 'Saved here, not certified yet'
        : space.isPending
          ? 'A round is on its way'
          : 'Certified';
    return `<tr><td>${escape(space.name)}</td><td>${escape(space.folder ?? '')}</td><td>${space.files}</td><td>${bytesText(space.bytes)}</td><td>${word}</td></tr>`;
  });
  const doing = state.isWorking ? 'Working.' : 'At rest.';
  const money = status.chain
    ? `Epoch ${status.chain.epoch}, ${status.chain.nodes} storage nodes. Balance ${coinText(status.chain.balances.frost, 'WAL')}.`
    : escape(status.problem?.message ?? '');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Floe</title>
<style>body{font:14px/1.5 system-ui;margin:3rem auto;max-width:56rem;color:#132027;background:#fcfdfd}table{border-collapse:collapse;width:100%}td,th{padding:.4rem .8rem .4rem 0;text-align:left;border-bottom:1px solid #e5eaec}
@media(prefers-color-scheme:dark){body{color:#e5ecef;background:#10171b}td,th{border-color:#1f2a30}}</style>
<h1>Floe</h1><p>${doing} ${escape(state.problem)}</p><p>${money}</p>
<table><tr><th>Space</th><th>Folder</th><th>Files</th><th>Size</th><th>State</th></tr>${lines.join('')}</table></html>`;
}

export async function serveStatus(options: StatusOptions): Promise<{ readonly url: string; close(): Promise<void> }> {
  const key = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500, headers).end('The status cannot be had right now.');
      process.stderr.write(`status page: ${String(error)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port');
  const host = `127.0.0.1:${address.port}`;
  const url = `http://${host}/?key=${key}`;
  writeFileSync(join(options.home, 'status.url'), `${url}\n`, { mode: 0o600 });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${host}`);
    if (request.headers.host !== host || request.method !== 'GET') return void response.writeHead(403, headers).end();
    const bearer = request.headers.authorization?.replace(/^Bearer /, '') ?? null;
    if (!isKey(searchParams.get('key') ?? bearer, key))
      return void response
        .writeHead(403, headers)
        .end('The key of this start is missing or wrong. Open the address that Floe printed.');
    if (pathname !== '/' && pathname !== '/status') return void response.writeHead(404, headers).end();
    const status = await options.engine.status(options.signal);
    if (pathname === '/status')
      response
        .writeHead(200, { ...headers, 'content-type': 'application/json' })
        .end(toJson({ ...status, ...options.state }));
    else
      response
        .writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' })
        .end(pageOf(status, options.state));
  }

  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
