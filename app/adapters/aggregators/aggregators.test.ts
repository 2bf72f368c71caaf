/** The client of an aggregator, on a real socket. What servers can do wrong is tried with the reader, in app/restore/fetch. */
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseAggregatorUrl, type AggregatorUrl } from '../../domain/aggregator-url.ts';
import { parseBlobId } from '../../domain/blob-id.ts';
import type { Pace } from '../../domain/pace.ts';
import type { Aggregators } from '../../ports/aggregators.ts';
import { systemClock } from '../time/time.ts';
import { openAggregators, type AggregatorsOptions } from './aggregators.ts';

const never = new AbortController().signal;
const blob = parseBlobId(new Uint8Array(32).fill(9));
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(
  answer: RequestListener,
  options: Partial<AggregatorsOptions> = {},
): Promise<{ readonly aggregators: Aggregators; readonly url: AggregatorUrl }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const aggregators = openAggregators({ clock: systemClock(), lookMs: 10_000, ...options });
  closers.push(async () => {
    await aggregators.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { aggregators, url: parseAggregatorUrl(`http://127.0.0.1:${port}/walrus`) };
}

const part = { 'content-range': 'bytes 100-103/200', 'content-length': 4 };

describe('a range of a blob', () => {
  it('is asked for below the prefix of the address, by name and range alone', async () => {
    let seen: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders } | undefined;
    const { aggregators, url } = await serve((request, response) => {
      seen = { url: request.url, headers: request.headers };
      response.writeHead(206, part).end('abcd');
    });
    const room = new Uint8Array(4);
    let told = 0;
    await aggregators.readInto(url, { blob, start: 100, room, came: (bytes) => (told += bytes) }, never);
    expect([Buffer.from(room).toString(), told]).toEqual(['abcd', 4]);
    expect(seen?.url).toBe(`/walrus/v1/blobs/${blob}`);
    expect(Object.keys(seen?.headers ?? {}).sort()).toEqual(['accept-encoding', 'connection', 'host', 'range']);
    expect(seen?.headers).toMatchObject({ range: 'bytes=100-103', 'accept-encoding': 'identity' });
  });

  it('is written to no more once nobody waits for it', async () => {
    const { promise: half, resolve } = Promise.withResolvers<void>();
    let isGone = false;
    const { aggregators, url } = await serve((_, response) => {
      response.on('close', () => (isGone = true));
      response.writeHead(206, part).write('ab');
      void half.then(() => response.end('cd'));
    });
    const room = new Uint8Array(4);
    const stop = new AbortController();
    const came = (): void => stop.abort(new Error('enough'));
    await expect(aggregators.readInto(url, { blob, start: 100, room, came }, stop.signal)).rejects.toThrow('enough');
    resolve();
    await expect.poll(() => isGone).toBe(true);
    expect(Buffer.from(room).toString('latin1')).toBe('ab\0\0');
  });

  it('keeps to the limits, and gives back what did not come', async () => {
    const taken: [direction: string, bytes: number][] = [];
    const given: number[] = [];
    const pace: Pace = {
      clock: systemClock(),
      govern: () => undefined,
      async take(direction, bytes) {
        taken.push([direction, bytes]);
        return (unused) => void given.push(unused);
      },
    };
    let turn = 0;
    const { aggregators, url } = await serve(
      (_, response) => {
        if (turn++ === 0) response.writeHead(206, part).end('abcd');
        else response.writeHead(206, part).write('ab', () => response.destroy());
      },
      { pace },
    );
    const read = { blob, start: 100, room: new Uint8Array(4), came: () => undefined };
    await aggregators.readInto(url, read, never);
    await expect(aggregators.readInto(url, read, never)).rejects.toMatchObject({ code: 'aggregator-failed' });
    expect(taken).toEqual([
      ['down', 4],
      ['down', 4],
    ]);
    expect(given).toEqual([0, 2]);
  });
});

describe('a sign of life', () => {
  it.each([
    ['OK', 200, undefined],
    ['a refusal', 503, 'answers 503'],
    ['elsewhere', 302, 'answers 302'],
    ['silence', undefined, 'does not answer'],
  ] as const)('%s', async (_, status, why) => {
    const answer: RequestListener = (_request, response) => {
      if (status !== undefined) response.writeHead(status, { location: '/' }).end('OK');
    };
    const { aggregators, url } = await serve(answer, status === undefined ? { lookMs: 60 } : {});
    const ping = aggregators.ping(url, never);
    if (why === undefined) expect(await ping).toBeGreaterThan(0);
    else await expect(ping).rejects.toThrow(why);
  });

  it('is not had from nobody', async () => {
    const { aggregators } = await serve(() => undefined);
    await expect(aggregators.ping(parseAggregatorUrl('http://127.0.0.1:1'), never)).rejects.toMatchObject({
      code: 'aggregator-failed',
    });
  });
});
