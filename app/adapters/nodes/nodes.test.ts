import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseBlobId } from '../../domain/blob-id.ts';
import type { Clock } from '../../domain/clock.ts';
import type { CommitteeMember } from '../../domain/committee.ts';
import type { Fault } from '../../domain/fault.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { NodeClient, Nodes } from '../../ports/nodes.ts';
import { openNodes, type NodesOptions } from './nodes.ts';

const blob = parseBlobId(new Uint8Array(32).fill(9));
const never = new AbortController().signal;

const clock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly type: string | undefined;
  readonly body: Buffer;
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function member(networkAddress: string): CommitteeMember {
  return { index: 0, nodeId: parseSuiId('0x1'), name: 'n', networkAddress, publicKey: new Uint8Array(96), shards: [0] };
}

/** A node that answers as the test says. */
async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void,
  options: Partial<NodesOptions> = {},
): Promise<{ client: NodeClient; seen: Seen[]; sockets: () => number; server: Server; nodes: Nodes; port: number }> {
  const seen: Seen[] = [];
  let sockets = 0;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const { method = '', url = '' } = request;
      seen.push({ method, url, type: request.headers['content-type'], body });
      answer(request, response, body);
    });
  });
  server.on('connection', () => sockets++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const nodes = openNodes({ scheme: 'http', clock, ...options });
  closers.push(async () => {
    await nodes.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { client: nodes.node(member(`127.0.0.1:${port}/n7`)), seen, sockets: () => sockets, server, nodes, port };
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function error(response: ServerResponse, status: number, reason: string): void {
  json(response, status, { error: { code: status, status: 'X', message: 'm', details: [{ reason }] } });
}

const fault = (wanted: Partial<Fault>): Partial<Fault> => expect.objectContaining(wanted) as Partial<Fault>;
const says = (text: string): string => expect.stringContaining(text) as string;
const binary = { 'content-type': 'application/octet-stream' };

describe('a request to a node', () => {
  it('sends several pieces as one body, below the prefix of the address', async () => {
    const { client, seen } = await serve((_, response) => json(response, 201, { success: { code: 201, data: 'ok' } }));
    const pieces = [Uint8Array.of(1), Uint8Array.of(2, 3), new Uint8Array(300_000).fill(4)];
    await client.putSliver(blob, 12, 'secondary', pieces, never);
    await client.putMetadata(blob, Uint8Array.of(7, 7), never);
    expect(seen.map(({ method, url, type, body }) => ({ method, url, type, bytes: body.length }))).toEqual([
      { method: 'PUT', url: `/n7/v1/blobs/${blob}/slivers/12/secondary`, type: binary['content-type'], bytes: 300_003 },
      { method: 'PUT', url: `/n7/v1/blobs/${blob}/metadata`, type: binary['content-type'], bytes: 2 },
    ]);
    expect(seen[0]?.body.equals(Buffer.concat(pieces))).toBe(true);
  });

  it('keeps connections alive, and opens no more than it may', async () => {
    const { client, sockets } = await serve(
      (_, response) => {
        setTimeout(() => json(response, 200, { success: { code: 200, data: 'stored' } }), 5);
      },
      { connectionsMax: 3 },
    );
    await Promise.all(Array.from({ length: 20 }, () => client.hasMetadata(blob, never)));
    expect(sockets()).toBeLessThanOrEqual(3);
    await client.hasMetadata(blob, never);
    expect(sockets()).toBeLessThanOrEqual(3);
  });

  it('understands statuses, confirmations and missing things', async () => {
    const message = Buffer.alloc(72, 5);
    const { client, seen } = await serve((request, response) => {
      const url = request.url ?? '';
      if (url.endsWith('/metadata/status')) return json(response, 200, { success: { code: 200, data: 'nonexistent' } });
      if (url.endsWith('/status')) return json(response, 200, { success: { code: 200, data: 'stored' } });
      if (url.includes('/confirmation/')) {
        const signed = {
          serializedMessage: message.toString('base64'),
          signature: Buffer.alloc(96, 1).toString('base64'),
        };
        return json(response, 200, { success: { code: 200, data: { signed } } });
      }
      if (url.endsWith('/metadata')) return error(response, 404, 'METADATA_NOT_FOUND');
      if (url.endsWith('/health')) return json(response, 200, { success: { code: 200, data: {} } });
      return response.writeHead(200, binary).end(Buffer.from([1, 2, 3]));
    });
    expect(await client.hasMetadata(blob, never)).toBe(false);
    expect(await client.hasSliver(blob, 1, 'primary', never)).toBe(true);
    expect(await client.metadata(blob, 1000, never)).toBeUndefined();
    const sliver = await client.sliver(blob, 1, 'primary', 3, never);
    expect(sliver).toEqual(Uint8Array.of(1, 2, 3));
    expect(sliver?.buffer.byteLength, 'its own buffer, fit to be moved').toBe(3);
    const signed = await client.confirmation(blob, parseSuiId('0x2'), never);
    expect(signed.message).toEqual(Uint8Array.from(message));
    expect(seen.at(-1)?.url).toBe(`/n7/v1/blobs/${blob}/confirmation/deletable/${parseSuiId('0x2')}`);
    await client.confirmation(blob, undefined, never);
    expect(seen.at(-1)?.url).toBe(`/n7/v1/blobs/${blob}/confirmation/permanent`);
    expect(await client.ping(never)).toBeGreaterThanOrEqual(0);
  });
});

describe('the fault of a node that fails', () => {
  it.each([
    [400, 'NOT_REGISTERED', 'later'],
    [400, 'MISSING_SLIVERS', 'later'],
    [400, 'INVALID_SLIVER', 'never'],
    [400, 'SHARD_NOT_ASSIGNED', 'never'],
    [451, 'FORBIDDEN_BLOB', 'never'],
    [429, 'TOO_MANY', 'now'],
    [500, 'INTERNAL_ERROR', 'now'],
    [503, 'UNAVAILABLE', 'now'],
    [302, 'ELSEWHERE', 'never'],
  ] as const)('for %i %s says to try again: %s', async (status, reason, retry) => {
    const { client } = await serve((_, response) => error(response, status, reason));
    await expect(client.sliver(blob, 0, 'primary', 10, never)).rejects.toEqual(fault({ code: 'node-failed', retry }));
    await expect(client.putMetadata(blob, new Uint8Array(1), never)).rejects.toEqual(
      fault({ code: 'node-failed', retry }),
    );
  });

  it('names the reason, but nothing that a node could smuggle into it', async () => {
    let reason = 'NOT_REGISTERED';
    const { client } = await serve((_, response) => error(response, 400, reason));
    await expect(client.hasMetadata(blob, never)).rejects.toEqual(fault({ message: says('NOT_REGISTERED') }));
    reason = '<script>'.repeat(1000);
    await expect(client.hasMetadata(blob, never)).rejects.toEqual(fault({ message: 'Storage node n answers 400.' }));
  });

  it('is "now" for a connection that is refused or reset, and for silence', async () => {
    const { client, server } = await serve((request) => void request.socket.destroy(), { requestMs: 150 });
    await expect(client.hasMetadata(blob, never)).rejects.toEqual(fault({ code: 'node-failed', retry: 'now' }));
    server.removeAllListeners('request');
    await expect(client.hasMetadata(blob, never)).rejects.toEqual(
      fault({ retry: 'now', message: says('within 150 ms') }),
    );
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(client.hasMetadata(blob, never)).rejects.toEqual(fault({ code: 'node-failed', retry: 'now' }));
  });

  it('comes for a body longer than asked, announced or endless, without taking it', async () => {
    let isAnnounced = true;
    let sent = 0;
    const { client } = await serve((_, response) => {
      response.writeHead(200, isAnnounced ? { ...binary, 'content-length': '5000000' } : binary);
      const pour = (): void => {
        while (!response.destroyed) {
          sent += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', pour);
        }
      };
      pour();
    });
    await expect(client.sliver(blob, 0, 'primary', 1000, never)).rejects.toEqual(
      fault({ retry: 'never', message: says('more than') }),
    );
    isAnnounced = false;
    await expect(client.sliver(blob, 0, 'primary', 1000, never)).rejects.toEqual(
      fault({ retry: 'never', message: says('more than') }),
    );
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('comes for a drip that is slower than the least rate', async () => {
    const { client } = await serve(
      (_, response) => {
        response.writeHead(200, binary);
        const timer = setInterval(() => response.write(Buffer.of(1)), 10);
        response.on('close', () => clearInterval(timer));
      },
      { requestMs: 100, bytesPerSecondMin: 10_000 },
    );
    const start = performance.now();
    await expect(client.sliver(blob, 0, 'primary', 1000, never)).rejects.toEqual(
      fault({ code: 'node-failed', retry: 'now' }),
    );
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('edge 82: comes for another content type, for broken JSON and for signatures that cannot be any', async () => {
    let answer = (response: ServerResponse): unknown =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    const { client } = await serve((_, response) => void answer(response));
    const isRefused = async (what: Promise<unknown>): Promise<void> => {
      await expect(what).rejects.toEqual(fault({ code: 'node-failed', retry: 'never' }));
    };
    await isRefused(client.sliver(blob, 0, 'primary', 10, never));
    await isRefused(client.hasMetadata(blob, never));
    answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":');
    await isRefused(client.hasMetadata(blob, never));
    for (const signed of [
      undefined,
      5,
      { serializedMessage: 'AA==', signature: 'AA==' },
      { serializedMessage: '*', signature: 1 },
    ]) {
      answer = (response) => json(response, 200, { success: { code: 200, data: { signed } } });
      await isRefused(client.confirmation(blob, undefined, never));
    }
  });

  it('comes for an address that is none', async () => {
    const nodes = openNodes({ scheme: 'https', clock });
    for (const address of ['', 'user:secret@host:1', 'host:99999', 'host:1/?q', '::::']) {
      const client = nodes.node({ ...member(address), nodeId: parseSuiId('0x7') });
      await expect(client.hasMetadata(blob, never), address).rejects.toEqual(
        fault({ code: 'node-failed', retry: 'never' }),
      );
    }
    await nodes.close();
  });

  it('waits as long as a busy node asks, within bounds', async () => {
    const { client } = await serve((_, response) => void response.writeHead(429, { 'retry-after': '3600' }).end(), {
      retryAfterMsMax: 60,
    });
    const start = performance.now();
    await expect(client.hasMetadata(blob, never)).rejects.toEqual(fault({ retry: 'now' }));
    expect(performance.now() - start).toBeGreaterThan(50);
  });
});

describe('nodes', () => {
  it('ends a request with the reason of its signal, and frees the connection', async () => {
    const { client, sockets } = await serve(
      (request, response) => {
        if (request.url?.endsWith('/status') === true) json(response, 200, { success: { code: 200, data: 'stored' } });
      },
      { connectionsMax: 1 },
    );
    const controller = new AbortController();
    const asking = client.sliver(blob, 0, 'primary', 10, controller.signal);
    controller.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
    expect(await client.hasMetadata(blob, never)).toBe(true);
    expect(sockets()).toBeLessThanOrEqual(2);
  });

  it('gives the same client as long as the address stays the same', async () => {
    const { nodes, client, port } = await serve((_, response) => json(response, 200, {}));
    const later = { ...member(`127.0.0.1:${port}/n7`), index: 4 };
    expect(nodes.node(later)).toBe(client);
    expect(client.member.index).toBe(4);
    expect(nodes.node(member(`127.0.0.1:${port}/n8`))).not.toBe(client);
  });

  it('goes through another door when it is given one', async () => {
    const asked: string[] = [];
    const nodes = openNodes({
      scheme: 'http',
      clock,
      fetch: (url, init) => {
        asked.push(`${init.method ?? ''} ${url}`);
        return Promise.resolve(new Response(Buffer.from([1, 2]), { headers: binary }));
      },
    });
    const client = nodes.node(member('node-3.local'));
    expect(await client.sliver(blob, 3, 'primary', 2, never)).toEqual(Uint8Array.of(1, 2));
    expect(asked).toEqual([`GET http://node-3.local/v1/blobs/${blob}/slivers/3/primary`]);
    await expect(client.sliver(blob, 3, 'primary', 1, never)).rejects.toEqual(fault({ retry: 'never' }));
  });
});
