import { GrpcTypes } from '@mysten/sui/grpc';
import { toBase58 } from '@mysten/sui/utils';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../domain/bytes.ts';
import type { Clock } from '../../domain/clock.ts';
import { parseSuiId } from '../../domain/ids.ts';
import { openChain } from './chain.ts';
import { answerBytesMax, callMsMax, wordsMax } from './limits.ts';
import type { ChainEndpoint, NetworkName } from './profiles.ts';
import { standingClock } from './testing/standing-clock.ts';
import { dataFrame, grpcAnswer, grpcHeaders } from './testing/wire-answers.ts';

const address = parseSuiId('0xabc');

function endpoint(network: NetworkName): ChainEndpoint {
  return {
    network,
    grpcUrl: 'http://user:token@node.test',
    faucetUrl: 'http://faucet.test',
    systemObjectId: parseSuiId('0x11'),
    stakingObjectId: parseSuiId('0x12'),
    exchangeIds: [],
  };
}

function serviceInfo(chainIdHex: string): Response {
  const id = new Uint8Array(32);
  id.set(fromHex(chainIdHex));
  const { GetServiceInfoResponse } = GrpcTypes;
  return grpcAnswer(GetServiceInfoResponse.toBinary({ chainId: toBase58(id), epoch: 5n }));
}

type Door = (method: string, init: RequestInit | undefined) => Response | Promise<Response>;

function chainOver(door: Door, clock: Clock = standingClock(), network: NetworkName = 'local') {
  const asked: string[] = [];
  const chain = openChain({
    endpoint: endpoint(network),
    clock,
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : input.toString();
      const method = url.split('/').at(-1) ?? '';
      asked.push(method);
      return await door(method, init);
    },
  });
  return { chain, asked };
}

describe('the node is held to the pinned chain', () => {
  it.each([
    ['testnet', '35834a8a'],
    ['mainnet', '4c78adac'],
    ['mainnet', '00000000'],
  ] as const)('refuses a node for %s that serves the chain %s', async (network, chainId) => {
    const { chain, asked } = chainOver(() => serviceInfo(chainId), standingClock(), network);
    const fault = await chain.pool(address).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'network-mismatch', retry: 'after-user' });
    expect(String(fault)).toContain('node.test');
    expect(String(fault)).not.toContain('token');
    expect(asked).toEqual(['GetServiceInfo']);
  });

  it('goes on with a node that serves the right chain', async () => {
    const { chain, asked } = chainOver(
      (method) => (method === 'GetServiceInfo' ? serviceInfo('35834a8a') : grpcAnswer(undefined, 14, 'down')),
      standingClock(),
      'mainnet',
    );
    await expect(chain.pool(address)).rejects.toMatchObject({ code: 'network-unreachable' });
    expect(asked).toEqual(['GetServiceInfo', 'BatchGetObjects']);
  });

  it('says that a network without Walrus at the known ids is another one', async () => {
    const { BatchGetObjectsResponse } = GrpcTypes;
    const missing = BatchGetObjectsResponse.toBinary({
      objects: [0, 1].map(() => ({
        result: { oneofKind: 'error' as const, error: { code: 5, message: 'Object not found', details: [] } },
      })),
    });
    const { chain } = chainOver((method) => (method === 'GetServiceInfo' ? serviceInfo('00') : grpcAnswer(missing)));
    await expect(chain.network()).rejects.toMatchObject({ code: 'network-mismatch', retry: 'after-user' });
  });
});

describe('trouble on the wire', () => {
  it.each([
    ['UNAVAILABLE', 14, 'network-unreachable', 'later'],
    ['DEADLINE_EXCEEDED', 4, 'network-unreachable', 'later'],
    ['INTERNAL', 13, 'network-unreachable', 'later'],
    ['RESOURCE_EXHAUSTED', 8, 'network-unreachable', 'later'],
    ['PERMISSION_DENIED', 7, 'network-unreachable', 'after-user'],
    ['UNIMPLEMENTED', 12, 'network-mismatch', 'after-user'],
    ['INVALID_ARGUMENT', 3, 'chain-refused', 'never'],
  ] as const)('makes a fault of %s', async (_, status, code, retry) => {
    const { chain } = chainOver(() => grpcAnswer(undefined, status, 'some words'));
    await expect(chain.pool(address)).rejects.toMatchObject({ code, retry });
  });

  it('makes a fault of a host that cannot be reached', async () => {
    const { chain } = chainOver(() => Promise.reject(new TypeError('fetch failed')));
    await expect(chain.pool(address)).rejects.toMatchObject({ code: 'network-unreachable', retry: 'later' });
  });

  it('makes a fault of a web page that stands where the node should be', async () => {
    const { chain } = chainOver(
      () => new Response('<html>Please log in</html>', { headers: { 'content-type': 'text/html' } }),
    );
    await expect(chain.pool(address)).rejects.toMatchObject({ code: 'network-unreachable' });
  });

  it.each([
    ['an empty body', new Uint8Array()],
    ['half a frame', Uint8Array.of(0, 0, 0)],
    ['a frame that claims too much', Uint8Array.of(0, 255, 255, 255, 255, 1, 2)],
    ['a message that is no protobuf', dataFrame(Uint8Array.of(255, 255, 255, 255))],
  ])('makes a fault of %s', async (_, body) => {
    const { chain } = chainOver(() => new Response(Buffer.from(body), { headers: grpcHeaders }));
    await expect(chain.pool(address)).rejects.toMatchObject({ name: 'Fault' });
  });

  it('keeps words of the node short and free of control characters', async () => {
    const { chain } = chainOver(() => grpcAnswer(undefined, 3, `bad\u001b[31m\n${'x'.repeat(5000)}`));
    const fault = (await chain.pool(address).catch((error: unknown) => error)) as Error;
    expect(fault.message.length).toBeLessThan(wordsMax + 100);
    expect(fault.message).not.toMatch(/\p{Cc}/u);
  });

  it('stops taking an answer that has no end', async () => {
    let given = 0;
    const endless = (): Response =>
      new Response(
        new ReadableStream({
          pull(controller) {
            given += 1 << 20;
            controller.enqueue(new Uint8Array(1 << 20));
          },
        }),
        { headers: grpcHeaders },
      );
    const { chain } = chainOver(endless);
    await expect(chain.pool(address)).rejects.toMatchObject({ code: 'network-unreachable' });
    expect(given).toBeLessThan(answerBytesMax + (4 << 20));
  });

  it('gives up at the deadline by the clock it was given', async () => {
    const clock = standingClock();
    const { chain } = chainOver(() => new Promise<Response>(() => {}), clock);
    const answer = chain.pool(address).catch((error: unknown) => error);
    let isSettled = false;
    void answer.then(() => (isSettled = true));
    clock.push(callMsMax - 1);
    await new Promise(setImmediate);
    expect(isSettled).toBe(false);
    clock.push(1);
    expect(await answer).toMatchObject({ code: 'network-unreachable', retry: 'later' });
  });

  it('gives up at once when the caller calls off, and lets the request go', async () => {
    const caller = new AbortController();
    let wasLetGo = false;
    const { chain } = chainOver(
      (_, init) =>
        new Promise<Response>(() => {
          init?.signal?.addEventListener('abort', () => (wasLetGo = true));
        }),
    );
    const answer = chain.pool(address, caller.signal).catch((error: unknown) => error);
    await new Promise(setImmediate);
    caller.abort(new Error('enough'));
    expect(await answer).toMatchObject({ code: 'cancelled' });
    expect(wasLetGo).toBe(true);
  });

  it('asks nothing for a caller that called off before', async () => {
    const { chain, asked } = chainOver(() => serviceInfo('00'));
    await expect(chain.bags(address, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(asked).toEqual([]);
  });
});

describe('the faucet', () => {
  it('is asked for the address', async () => {
    let body: unknown;
    const { chain, asked } = chainOver((_, init) => {
      body = JSON.parse(typeof init?.body === 'string' ? init.body : '');
      return Response.json({ status: 'Success', coins_sent: [] });
    });
    await chain.faucet(address);
    expect(asked).toEqual(['gas']);
    expect(body).toEqual({ FixedAmountRequest: { recipient: address } });
  });

  it.each([
    ['too many questions', new Response('slow down', { status: 429 }), 'network-unreachable', 'later'],
    ['a server that broke', new Response('', { status: 502 }), 'network-unreachable', 'later'],
    ['a page', new Response('<html>'), 'network-mismatch', 'later'],
    ['a refusal', Response.json({ status: { Failure: { internal: 'empty' } } }), 'chain-refused', 'later'],
  ] as const)('makes a fault of %s', async (_, answer, code, retry) => {
    const { chain } = chainOver(() => answer);
    await expect(chain.faucet(address)).rejects.toMatchObject({ code, retry });
  });

  it('is a fault where there is none', async () => {
    const { faucetUrl: _, ...without } = endpoint('mainnet');
    const chain = openChain({ endpoint: without, clock: standingClock() });
    await expect(chain.faucet(address)).rejects.toMatchObject({ code: 'network-mismatch', retry: 'never' });
  });
});
