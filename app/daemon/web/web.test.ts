/** The attacks of docs/security.md against the window on loopback. Each is tried here and must fail. */
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../adapters/time/time.ts';
import { connect, type Connection } from '../../link/connect.ts';
import { frameCharactersMax } from '../../link/frame.ts';
import { socketPipe } from '../../link/socket-pipe.ts';
import { openSampleDesk } from '../../link/testing/sample-desk.ts';
import { openPreviews, previewLimits, type Previews } from '../desk/previews.ts';
import { openWeb, webLimits, type Web } from './web.ts';

let root: string;
let web: Web;
let url: URL;
let previews: Previews;
let clockMs = 0;
const bugs: unknown[] = [];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'floe-web-'));
  mkdirSync(join(root, 'page/assets'), { recursive: true });
  writeFileSync(join(root, 'page/index.html'), '<!doctype html><title>Floe</title>');
  writeFileSync(join(root, 'page/assets/main.js'), 'document.title = 1');
  writeFileSync(join(root, 'secret.html'), 'a secret beside the page');
  clockMs = 0;
  previews = openPreviews({ ...systemClock(), steady: () => clockMs });
  web = await openWeb({
    desk: { ...openSampleDesk(), previews },
    pageDir: join(root, 'page'),
    port: 0,
    addressFile: join(root, 'window.url'),
    onBug: (bug) => bugs.push(bug),
  });
  url = new URL(web.url);
});

afterEach(async () => {
  await web.close();
  rmSync(root, { recursive: true });
  expect(bugs).toEqual([]);
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A request as an attacker writes it: the path as it stands, any header. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: url.port, path, headers, method }, (response) => {
      let body = '';
      response.setEncoding('latin1').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on('error', reject).end();
  });
}

const socket = (origin: string | undefined, path = '/link', headers: Record<string, string> = {}): WebSocket =>
  new WebSocket(`ws://${url.host}${path}`, { headers, ...(origin === undefined ? {} : { origin }) });
/** Whether a socket was let in. */
const outcome = (opened: WebSocket): Promise<'open' | 'refused'> =>
  new Promise((resolve) => {
    opened.on('open', () => {
      opened.terminate();
      resolve('open');
    });
    opened.on('error', () => resolve('refused'));
  });
const linked = (key: string | undefined): Connection => connect(socketPipe(socket(url.origin)), { key });

describe('who may come in', () => {
  test('the key of this start opens the link; it is long, new at each start, and its file is for its owner alone', async () => {
    const key = url.hash.slice(1);
    expect(key.length).toBeGreaterThanOrEqual(32);
    expect(await linked(key).call('space.join', { space: 'a', folder: '/a' })).toEqual({ space: 'a' });
    expect(readFileSync(join(root, 'window.url'), 'utf8')).toBe(`${web.url}\n`);
    expect(lstatSync(join(root, 'window.url')).mode & 0o777).toBe(0o600);
    await web.close();
    const again = { desk: { ...openSampleDesk(), previews }, pageDir: root, port: 0, onBug: () => undefined };
    web = await openWeb({ ...again, addressFile: join(root, 'window.url') });
    expect(new URL(web.url).hash).not.toBe(url.hash);
  });

  test.each([
    ['no key', undefined],
    ['an empty key', ''],
    ['a wrong key', 'A'.repeat(32)],
    ['a key that begins right', 'right'],
  ])('%s is refused', async (_, given) => {
    const key = given === 'right' ? url.hash.slice(1, -1) : given;
    await expect(linked(key).call('space.join', { space: 'a', folder: '/a' })).rejects.toMatchObject({
      fault: { code: 'link-refused' },
    });
  });

  test.each([
    ['another site', 'https://evil.example'],
    ['another port of this computer', 'http://127.0.0.1:1'],
    ['the same port under another name', 'localhost'],
    ['a page without an origin', 'null'],
    ['no origin at all', undefined],
  ])('%s cannot open the link, even with the key', async (_, given) => {
    const origin = given === 'localhost' ? `http://localhost:${url.port}` : given;
    expect(await outcome(socket(origin))).toBe('refused');
  });

  test('the link has one address', async () => {
    expect(await outcome(socket(url.origin))).toBe('open');
    expect(await outcome(socket(url.origin, '/'))).toBe('refused');
    expect(await outcome(socket(url.origin, '/link?key=x'))).toBe('refused');
  });

  test.each(['rebound.example', 'localhost', '127.0.0.1', '[::1]', '0.0.0.0'])(
    'a name that was pointed here (%s) gets nothing: neither page nor link',
    async (name) => {
      const host = name === '127.0.0.1' ? name : `${name}:${url.port}`;
      const answer = await ask('/', { host });
      expect([answer.status, answer.body]).toEqual([403, '']);
      expect(await outcome(socket(url.origin, '/link', { host }))).toBe('refused');
    },
  );

  test('a page of another site cannot embed, fetch or frame anything', async () => {
    expect((await ask('/', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const { headers } = await ask('/');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test('only reading is possible over plain requests', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
      expect((await ask('/', {}, method)).status).toBe(405);
  });

  test('more sockets than windows are refused', async () => {
    const held = Array.from({ length: webLimits.socketsMax }, () => socket(url.origin));
    await Promise.all(held.map((each) => new Promise((resolve) => each.once('open', resolve))));
    expect(await outcome(socket(url.origin))).toBe('refused');
  });
});

describe('what is sent over the link', () => {
  const closing = (opened: WebSocket): Promise<number> => new Promise((resolve) => opened.on('close', resolve));

  test.each([
    ['an oversized message', 'x'.repeat(3 * frameCharactersMax + 1)],
    ['no JSON', '{{{'],
    ['bytes instead of text', Buffer.from([1, 2, 3])],
    ['a deep nest', '['.repeat(100_000)],
    ['a call before hello', '{"kind":"call","id":1,"name":"sync.now","input":{}}'],
  ])('%s ends it', async (_, message) => {
    const opened = socket(url.origin);
    opened.on('error', () => undefined);
    opened.on('open', () => opened.send(message));
    await closing(opened);
    expect((await ask('/')).status).toBe(200);
  });
});

describe('what is served', () => {
  test('the page runs scripts and styles of this origin only', async () => {
    const { headers, body } = await ask('/');
    expect(body).toContain('<title>Floe</title>');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain(`connect-src 'self' ws://${url.host}`);
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test.each([
    '/../secret.html',
    '/..%2fsecret.html',
    '/%2e%2e/secret.html',
    '/assets/../../secret.html',
    '//secret.html',
    '/assets/..\\..\\secret.html',
    '/index.html%00.js',
    '/assets',
    '/assets/',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await ask(path);
    expect([status, body]).toEqual([404, '']);
  });

  test('without a build a plain page says how to make one', async () => {
    await web.close();
    const again = { desk: { ...openSampleDesk(), previews }, port: 0, onBug: () => undefined };
    web = await openWeb({ ...again, pageDir: join(root, 'nothing'), addressFile: join(root, 'window.url') });
    url = new URL(web.url);
    expect((await ask('/')).body).toContain('npm run build');
  });
});

describe('a file to look at', () => {
  const offered = (bytes: string | Uint8Array): string | undefined =>
    previews.offer(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)?.url;

  test.each([
    ['a page with a script', '<!doctype html><script>fetch("/link")</script>', 'text/plain; charset=utf-8'],
    [
      'a picture with a script',
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      'text/plain; charset=utf-8',
    ],
    ['a script', 'import("/assets/main.js")', 'text/plain; charset=utf-8'],
    ['a picture', '\u0089PNG\r\n\u001a\n<script>', 'image/png'],
  ])('%s is never run: its bytes say what it is, not its name', async (_, bytes, type) => {
    const { headers } = await ask(offered(bytes) ?? '');
    expect(headers['content-type']).toBe(type);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain('sandbox');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  test.each([
    ['a program', '\u007fELF\u0000\u0001'],
    ['a PDF that could act', '%PDF-1.7\n\u00ff\u00fe'],
    ['text that is too long to show', 'x'.repeat(previewLimits.textBytesMax + 1)],
  ])('%s is not served at all', (_, bytes) => {
    expect(offered(bytes)).toBeUndefined();
  });

  test('an address works once', async () => {
    const path = offered('hello') ?? '';
    expect((await ask(path)).body).toBe('hello');
    expect((await ask(path)).status).toBe(404);
  });

  test('an address works for a minute', async () => {
    const path = offered('hello') ?? '';
    clockMs = previewLimits.lifeMs + 1;
    expect((await ask(path)).status).toBe(404);
  });

  test('only so many wait at once, and an address cannot be guessed or bent', async () => {
    const paths = Array.from({ length: previewLimits.openMax + 1 }, (_, i) => offered(`file ${i}`) ?? '');
    expect(new Set(paths.map((path) => path.length))).toEqual(new Set(['/preview/'.length + 43]));
    expect((await ask(paths[0] ?? '')).status).toBe(404);
    expect((await ask(paths[1] ?? '')).body).toBe('file 1');
    for (const path of [
      '/preview/',
      '/preview/../secret.html',
      '/preview/%2e%2e%2fsecret.html',
      '/preview//etc/passwd',
    ])
      expect((await ask(path)).status).toBe(404);
  });

  test('another name for this computer gets no file', async () => {
    const path = offered('hello') ?? '';
    expect((await ask(path, { host: 'rebound.example' })).status).toBe(403);
  });
});
