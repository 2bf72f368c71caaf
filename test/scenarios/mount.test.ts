/** The past as a WebDAV share: what a file manager sees, and what nobody else does. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../app/adapters/time/time.ts';
import { serveWebdav, type Webdav } from '../../app/daemon/webdav/webdav.ts';
import { nameBytesFromText, textFromNameBytes } from '../../app/domain/path-name.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const stop = new AbortController();
const film = seededDice(95).bytes(300_000);
const hostileNames = [
  'a b',
  '%2e%2e',
  '..%2f',
  '<script>',
  '&amp;',
  '"quoted"',
  "it's",
  '#frag',
  '?query',
  'ünï',
  '😀',
  'a;b',
  'a\\b',
  '\u0001bell',
  '\u202egpj.exe',
  'now',
  ' ',
  '...',
  'tab\tand\nline',
  textFromNameBytes(Uint8Array.of(0xff, 0x41, 0xfe)),
];
let world: World;
let laptop: Device;
let share: Webdav;
const bugs: unknown[] = [];

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Sends the target as it stands: nothing tidies it up on the way. */
function send(method: string, target: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { hostname, port } = new URL(share.url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method, path: target, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }),
      );
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

const root = (): string => new URL(share.url).pathname;
const at = (path: string): string => `${root()}${path}`;

async function hrefs(target: string): Promise<readonly string[]> {
  const { status, body } = await send('PROPFIND', target, { depth: '1' });
  expect(status).toBe(207);
  return [...body.toString().matchAll(/<D:href>([^<]*)<\/D:href>/g)].map(([, href = '']) => href);
}

beforeAll(async () => {
  // Sockets need the machine's own time.
  world = await openWorld({ seed: 95, clock: systemClock() });
  laptop = await world.device('laptop');
  const { user } = laptop.disk;
  user.write('/home/docs/plan.txt', 'first plan');
  user.write('/home/docs/films/one', film);
  user.write('/home/docs/films/none', '');
  user.symlink('/home/docs/link', '/etc/passwd');
  for (const [i, name] of hostileNames.entries()) user.write(`/home/docs/odd/${name}`, `odd ${i}`);
  await laptop.protect('/home/docs', { name: 'My/docs' });
  await laptop.sync();
  user.write('/home/docs/plan.txt', 'second plan');
  user.remove('/home/docs/films');
  await laptop.sync();
  const { engine } = laptop;
  share = await serveWebdav({
    engine,
    space: undefined,
    at: undefined,
    port: 0,
    signal: stop.signal,
    onBug: (bug) => bugs.push(bug),
  });
});
afterAll(async () => {
  stop.abort();
  await share.close();
  await world.close();
  expect(bugs).toEqual([]);
});

describe('a file manager', () => {
  it('finds each space, in it every moment, in each of these the tree as it was', async () => {
    expect(await hrefs(root())).toEqual([root(), at('My_docs/')]);
    const moments = await hrefs(at('My_docs/'));
    expect(moments).toHaveLength(4);
    expect(moments.slice(0, 2)).toEqual([at('My_docs/'), at('My_docs/now/')]);
    const [, , newest = '', oldest = ''] = moments;
    expect((await hrefs(oldest)).map((href) => href.slice(oldest.length))).toEqual([
      '',
      'films/',
      'link',
      'odd/',
      'plan.txt',
    ]);
    expect((await hrefs(newest)).map((href) => href.slice(newest.length))).toEqual(['', 'link', 'odd/', 'plan.txt']);
    expect((await send('GET', `${oldest}plan.txt`)).body.toString()).toBe('first plan');
    expect((await send('GET', `${newest}plan.txt`)).body.toString()).toBe('second plan');
    expect((await send('GET', at('My_docs/now/plan.txt'))).body.toString()).toBe('second plan');
    expect((await send('GET', `${oldest}films/one`)).body.equals(film)).toBe(true);
    expect((await send('GET', `${newest}films/one`)).status).toBe(404);
  });

  it('sees every name as it is, and reads the file behind it', async () => {
    const listed = await hrefs(at('My_docs/now/odd/'));
    expect(listed).toHaveLength(hostileNames.length + 1);
    const { body } = await send('PROPFIND', at('My_docs/now/odd/'), { depth: '1' });
    for (const byte of body) expect(byte >= 0x20 || byte === 0x0a).toBe(true);
    expect(body.toString()).not.toMatch(/<script|\u202e/);
    for (const [i, name] of hostileNames.entries()) {
      const wanted = [...nameBytesFromText(name)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
      const bare = /^[\w .~-]+$/.test(name)
        ? at(`My_docs/now/odd/${name.replaceAll(' ', '%20')}`)
        : at(`My_docs/now/odd/${wanted}`);
      expect((await send('GET', bare)).body.toString(), JSON.stringify(name)).toBe(`odd ${i}`);
      expect((await send('GET', at(`My_docs/now/odd/${wanted}`))).body.toString(), JSON.stringify(name)).toBe(
        `odd ${i}`,
      );
    }
    for (const href of listed.slice(1)) expect((await send('GET', href)).body.toString()).toMatch(/^odd \d+$/);
  });

  it('reads any range of a file, and is told its size and state', async () => {
    const [, , , oldest = ''] = await hrefs(at('My_docs/'));
    const target = `${oldest}films/one`;
    const head = await send('HEAD', target);
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': '300000', 'accept-ranges': 'bytes' } });
    const tag = String(head.headers['etag']);
    const ranged = async (range: string, more = {}): Promise<Answer> => send('GET', target, { range, ...more });
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=100000-200000', 100_000, 200_001],
      ['bytes=299999-', 299_999, 300_000],
      ['bytes=-5', 299_995, 300_000],
      ['bytes=-999999', 0, 300_000],
      ['bytes=5-999999', 5, 300_000],
    ] as const) {
      const answer = await ranged(range);
      expect(answer.status, range).toBe(206);
      expect(answer.headers['content-range'], range).toBe(`bytes ${start}-${end - 1}/300000`);
      expect(answer.body.equals(film.subarray(start, end)), range).toBe(true);
    }
    expect(await ranged('bytes=300000-')).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */300000' },
    });
    for (const odd of ['bytes=5-3', 'bytes=-', 'lines=1-2', 'bytes=0-1,5-6', 'bytes=a-b'])
      expect((await ranged(odd)).body.length, odd).toBe(300_000);
    expect((await ranged('bytes=0-9', { 'if-range': tag })).status).toBe(206);
    expect((await ranged('bytes=0-9', { 'if-range': '"other"' })).status).toBe(200);
    expect((await send('GET', target, { 'if-none-match': tag })).status).toBe(304);
    expect(await send('GET', `${oldest}films/none`)).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
  });

  it('is refused everything that writes, and walks of the whole tree', async () => {
    const target = at('My_docs/now/plan.txt');
    for (const method of ['PUT', 'DELETE', 'MKCOL', 'MOVE', 'COPY', 'PROPPATCH', 'LOCK', 'UNLOCK', 'POST', 'PATCH'])
      expect((await send(method, target)).status, method).toBe(405);
    expect((await send('GET', at('My_docs/now/plan.txt'))).body.toString()).toBe('second plan');
    expect((await send('PROPFIND', root(), { depth: 'infinity' })).status).toBe(403);
    expect((await send('PROPFIND', root())).status).toBe(403);
    expect(await send('OPTIONS', root())).toMatchObject({
      status: 200,
      headers: { dav: '1', allow: 'OPTIONS, PROPFIND, GET, HEAD' },
    });
    expect(await hrefs(at('My_docs/now/plan.txt'))).toEqual([target]);
  });
});

describe('others on this computer', () => {
  it('do not get in without the key, nor under another name of this computer', async () => {
    const inside = 'My_docs/now/plan.txt';
    for (const path of ['/', '/x/', `/${'A'.repeat(32)}/${inside}`, `/${inside}`, `${root().slice(0, -2)}/${inside}`])
      for (const method of ['GET', 'PROPFIND', 'OPTIONS'])
        expect((await send(method, path, { depth: '1' })).status, `${method} ${path}`).toBe(404);
    for (const host of ['evil.example', `evil.example:${new URL(share.url).port}`, '127.0.0.1'])
      expect((await send('GET', at(inside), { host })).status, host).toBeGreaterThanOrEqual(400);
  });

  it('do not get out of the tree, however the way up is written', async () => {
    for (const way of [
      '..',
      '%2e%2e',
      '.%2E',
      '.',
      '%2E',
      '..%2f..',
      '%2e%2e%2f',
      '%00',
      '',
      '%',
      '%zz',
      'a%2fb',
      '..\\..',
    ]) {
      for (const path of [
        `My_docs/now/${way}/plan.txt`,
        `My_docs/now/odd/${way}`,
        `${way}/${way}/etc/passwd`,
        `My_docs/${way}/plan.txt`,
      ]) {
        const { status, body } = await send('GET', at(path));
        expect([404, 405, 400], path).toContain(status);
        expect(body.toString(), path).not.toContain('second plan');
      }
    }
    expect((await send('GET', at(`My_docs/now/${'x/'.repeat(20_000)}`))).status).toBeGreaterThanOrEqual(400);
    // A link is a file that holds its target; nothing here follows it.
    expect((await send('GET', at('My_docs/now/link'))).body.toString()).toBe('/etc/passwd');
  });

  it('never get anything that a browser would run', async () => {
    const { headers } = await send('GET', at('My_docs/now/plan.txt'));
    expect(headers).toMatchObject({ 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' });
    expect(headers['content-security-policy']).toContain('sandbox');
  });
});
