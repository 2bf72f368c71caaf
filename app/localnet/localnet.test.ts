/** A whole network in a folder: what it says when ready, what it keeps over a restart, and what it refuses. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../domain/clock.ts';
import { faultOf } from '../domain/fault.ts';
import { portableRs2 } from '../../native-workers/portable/portable.ts';
import { openLocalnet, readyFileOf, startLocalnet, type LocalnetOptions, type RunningLocalnet } from './localnet.ts';
import { createManualClock, seededDice } from './network/testing/fake-chain.ts';

let dir: string;
let running: RunningLocalnet[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'floe-localnet-'));
  running = [];
});
afterEach(async () => {
  for (const net of running) await net.close();
  rmSync(dir, { recursive: true, force: true });
});

async function start(
  options: Partial<LocalnetOptions> = {},
  clock: Clock = createManualClock(),
): Promise<RunningLocalnet> {
  const net = await startLocalnet({
    dir,
    nodes: 4,
    shards: 7,
    clock,
    dice: seededDice(3),
    codec: portableRs2,
    ...options,
  });
  running.push(net);
  return net;
}

function control(
  net: RunningLocalnet,
  path: string,
  body?: unknown,
  token = net.ready.controlToken,
): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  if (path === '/state') return fetch(`${net.ready.control}${path}`, { headers });
  return fetch(`${net.ready.control}${path}`, {
    method: 'POST',
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function listen(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

describe('a network on loopback', () => {
  it('says where everything is, in the ready line and in a file for this user only', async () => {
    const net = await start();
    const { ready } = net;
    expect(Object.keys(ready)).toEqual([
      'event',
      'sui',
      'systemObjectId',
      'stakingObjectId',
      'exchangeIds',
      'faucet',
      'control',
      'controlToken',
      'aggregator',
      'nodes',
    ]);
    expect((await fetch(`${ready.aggregator}/status`)).status).toBe(200);
    expect(JSON.parse(readFileSync(readyFileOf(dir), 'utf8'))).toEqual(ready);
    expect(statSync(readyFileOf(dir)).mode & 0o777).toBe(0o600);
    expect(ready.nodes.map(({ shards }) => shards.length)).toEqual([2, 2, 2, 1]);
    expect(ready.nodes.flatMap(({ shards }) => shards).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(new Set(ready.nodes.map(({ address }) => address)).size).toBe(4);
    for (const { address } of ready.nodes) expect((await fetch(`http://${address}/v1/health`)).status).toBe(200);
    const chain = net.ledger.committee().members;
    for (const { id, address, shards } of ready.nodes) {
      expect(chain.find(({ nodeId }) => nodeId === id)).toMatchObject({ networkAddress: address, shards });
    }
  });

  it('keeps its ids, its ports and its epoch over a restart, and moves a node whose port was taken', async () => {
    const first = await start();
    await control(first, '/epoch/next');
    await first.close();
    const second = await start({ dice: seededDice(4) });
    expect(second.ready).toEqual(first.ready);
    expect(second.ledger.epoch()).toBe(2);
    await second.close();
    const port = Number(first.ready.nodes[2]?.address.split(':')[1]);
    const thief = await listen(port);
    try {
      const third = await start();
      expect(third.ready.nodes[2]?.address).not.toBe(first.ready.nodes[2]?.address);
      expect(third.ready.nodes[1]).toEqual(first.ready.nodes[1]);
      const moved = third.ready.nodes[2] ?? expect.fail();
      const member = third.ledger.committee().members.find(({ nodeId }) => nodeId === moved.id);
      expect(member?.networkAddress).toBe(moved.address);
      expect((await fetch(`http://${moved.address}/v1/health`)).status).toBe(200);
    } finally {
      thief.close();
    }
  });

  it('takes a node that joins, and finds it again after a restart under its index and port', async () => {
    const first = await start();
    expect(await (await control(first, '/nodes/join', { frost: '3000000000000' })).json()).toEqual({
      ok: true,
      index: 4,
    });
    expect((await control(first, '/epoch/next')).status).toBe(200);
    expect((await control(first, '/nodes/1/leave')).status).toBe(200);
    expect((await control(first, '/epoch/next')).status).toBe(200);
    const held = new Map(first.ledger.committee().members.map(({ name, shards }) => [name, shards]));
    expect(held.get('node-4')?.length).toBeGreaterThan(0);
    expect(held.has('node-1')).toBe(false);
    await first.close();
    const second = await start({ dice: seededDice(5) });
    const joined = second.ready.nodes.find(({ index }) => index === 4) ?? expect.fail();
    expect(joined.shards).toEqual(held.get('node-4'));
    const health = await (await fetch(`http://${joined.address}/v1/health`)).json();
    expect(health).toMatchObject({ success: { data: { epoch: 3, shardSummary: { owned: joined.shards.length } } } });
    // The last one has nobody to leave its shards to.
    expect((await control(second, '/nodes/0/leave')).status).toBe(200);
    expect((await control(second, '/nodes/2/leave')).status).toBe(200);
    expect((await control(second, '/nodes/3/leave')).status).toBe(200);
    expect((await control(second, '/nodes/4/leave')).status).toBe(400);
  });

  it('is controlled with its token only', async () => {
    const net = await start();
    const [node] = net.ready.nodes;
    const health = `http://${node?.address}/v1/health`;
    expect((await control(net, '/nodes/0/stop', undefined, 'wrong')).status).toBe(401);
    expect((await fetch(health)).status).toBe(200);
    expect((await control(net, '/nodes/0/stop')).status).toBe(200);
    await expect(fetch(health)).rejects.toThrow('fetch failed');
    expect((await control(net, '/nodes/0/stop')).status).toBe(200);
    const state = (await (await control(net, '/state')).json()) as { epoch: number; nodes: { isRunning: boolean }[] };
    expect([state.epoch, state.nodes.map(({ isRunning }) => isRunning)]).toEqual([1, [false, true, true, true]]);
    expect((await control(net, '/nodes/0/start')).status).toBe(200);
    expect((await fetch(health)).status).toBe(200);
    expect((await control(net, '/nodes/0/fault', { kind: 'refuse' })).status).toBe(200);
    expect((await fetch(health)).status).toBe(503);
    expect((await control(net, '/nodes/0/wipe')).status).toBe(200);
    expect((await control(net, '/nodes/0/fault')).status).toBe(200);
    expect((await fetch(health)).status).toBe(200);
    expect((await control(net, '/prices', { storage: 1, write: 2 })).status).toBe(200);
    expect((await control(net, '/prices', 'x'.repeat(10_000))).status).toBe(400);
  });

  it('outlives whatever is sent to its sockets', async () => {
    const trouble: unknown[] = [];
    const net = await start({ onTrouble: (error) => trouble.push(error) });
    const { port } = new URL(`http://${net.ready.nodes[0]?.address}`);
    const requests = [
      'GET // HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      'GET http://[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      'GET /v1/blobs/%E0%A4%A/metadata?%=& HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      'PUT /v1/blobs/x/metadata HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n',
      'PUT /v1/blobs/x/metadata HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      'nonsense\r\n\r\n',
      '\0\u0001\u0002',
    ];
    for (const request of requests) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(request));
        socket.on('error', () => resolve());
        socket.on('close', () => resolve());
        socket.resume();
      });
    }
    expect((await fetch(`http://127.0.0.1:${port}/v1/health`)).status).toBe(200);
    expect(trouble).toEqual([]);
  });

  it('refuses a folder that is in use, another size, and sizes that cannot be', async () => {
    await start();
    const refusal = async (options: Partial<LocalnetOptions>) =>
      start(options).then(
        () => 'started',
        (error: unknown) => faultOf(error)?.code ?? String(error),
      );
    expect(await refusal({})).toBe('home-busy');
    await running[0]?.close();
    expect(await refusal({ shards: 10 })).toBe('bad-input');
    expect(await refusal({ dir: join(dir, 'new'), nodes: 8 })).toBe('bad-input');
    expect(await refusal({ dir: join(dir, 'new'), nodes: 4, shards: 1001 })).toBe('bad-input');
    expect(await refusal({})).toBe('started');
  });

  it('ends epochs by its clock and ends itself by the signal', async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const net = await start({ epochSeconds: 60, signal: stop.signal }, clock);
    expect(net.ledger.epoch()).toBe(1);
    await clock.advance(60_000);
    await clock.advance(60_000);
    expect(net.ledger.epoch()).toBeGreaterThanOrEqual(2);
    stop.abort();
    await net.closed;
    await expect(fetch(net.ready.control)).rejects.toThrow('fetch failed');
  });
});

it('is the same network in memory, without sockets', async () => {
  const net = await openLocalnet({ nodes: 4, shards: 7, clock: createManualClock(), dice: seededDice(3) });
  expect(net.addresses.map(({ address }) => address)).toEqual([
    'node-0.local',
    'node-1.local',
    'node-2.local',
    'node-3.local',
  ]);
  expect((await net.nodeFetch('http://node-2.local/v1/health')).status).toBe(200);
  net.nodes[2]?.stop();
  await expect(net.nodeFetch('http://node-2.local/v1/health')).rejects.toThrow('fetch failed');
  await expect(net.nodeFetch('http://node-9.local/v1/health')).rejects.toThrow('fetch failed');
  net.ledger.advanceEpoch();
  const health = (await (await net.nodeFetch('http://node-1.local/v1/health')).json()) as {
    success: { data: { epoch: number } };
  };
  expect(health.success.data.epoch).toBe(2);
  await net.close();
});

it('is the same network for the same dice', async () => {
  const open = () => openLocalnet({ nodes: 4, shards: 4, clock: createManualClock(), dice: seededDice(8) });
  const [one, two] = [await open(), await open()];
  expect(one.addresses).toEqual(two.addresses);
  expect(one.ledger.ids).toEqual(two.ledger.ids);
  await one.close();
  await two.close();
});
