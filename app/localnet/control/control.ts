/**
 * The control interface of an embedded network: stops, starts, wipes, heals and corrupts nodes and the aggregator, moves the epoch, sets prices, shows the state.
 * Loopback only, and every request must carry the token; without it nothing is said, not even whether a path exists.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Fault } from '../../domain/fault.ts';
import { parseAggregatorFault, type AggregatorFault } from '../aggregator/aggregator.ts';
import {
  parseNodeFault,
  type HealReport,
  type NodeDoor,
  type NodeFault,
  type NodeReply,
  type NodeRequest,
} from '../nodes/nodes.ts';

export interface ControlledNode {
  readonly index: number;
  stop(): Promise<void>;
  start(): Promise<void>;
  wipe(): Promise<void>;
  heal(): Promise<HealReport>;
  setFault(fault: NodeFault | undefined): void;
  /** Out of the committees that are chosen from now on. */
  leave(): void;
  /** FROST, for the committees that are chosen from now on. */
  setStake(frost: bigint): void;
  /** FROST per unit of encoded size, for the prices that are chosen from now on. */
  vote(prices: Prices): void;
}

export interface ControlledAggregator {
  stop(): Promise<void>;
  start(): Promise<void>;
  setFault(fault: AggregatorFault | undefined): void;
}

interface Prices {
  readonly storage: bigint;
  readonly write: bigint;
}

export interface Controls {
  readonly nodes: readonly ControlledNode[];
  readonly aggregator: ControlledAggregator;
  advanceEpoch(): void;
  /** FROST per unit of encoded size (and per epoch, for storage). */
  setPrices(prices: Prices): void;
  /** Makes a node that has no stake yet, and so no shards. */
  addNode(): Promise<ControlledNode>;
  /** Resolves when no shard is on its way, or those that are cannot get on. */
  settled(): Promise<void>;
  /** Anything JSON. */
  state(): unknown;
}

/** Largest body: a fault or two prices. */
export const controlBodyBytesMax = 4096;

export function controlDoor(controls: Controls, token: string): NodeDoor {
  const expected = digest(`Bearer ${token}`);
  return {
    async handle(request) {
      // Digests have one length, so the comparison tells nothing about the token's.
      if (!timingSafeEqual(digest(request.authorization ?? ''), expected)) return reply(401, { error: 'unauthorized' });
      try {
        return await route(controls, request);
      } catch (error) {
        if (error instanceof Fault && error.code === 'bad-input') return reply(400, { error: error.message });
        throw error;
      }
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function reply(status: number, value: unknown): NodeReply {
  return { status, contentType: 'application/json', body: new TextEncoder().encode(JSON.stringify(value)) };
}

const actions: ReadonlySet<string> = new Set([
  '/epoch/next',
  '/prices',
  '/nodes/join',
  '/aggregator/stop',
  '/aggregator/start',
  '/aggregator/fault',
]);

async function route(controls: Controls, request: NodeRequest): Promise<NodeReply> {
  const { method, path } = request;
  if (path === '/state') return method === 'GET' ? reply(200, controls.state()) : reply(405, { error: 'use GET' });
  const nodePath = /^\/nodes\/(\d{1,4})\/(stop|start|wipe|heal|fault|leave|stake|vote)$/.exec(path);
  if (nodePath === null && !actions.has(path)) return reply(404, { error: 'no such path' });
  if (method !== 'POST') return reply(405, { error: 'use POST' });
  if (path === '/epoch/next') {
    controls.advanceEpoch();
    await controls.settled();
  } else if (path === '/nodes/join') {
    const stake = stakeIn(parseJson(request.body), 0n);
    const node = await controls.addNode();
    if (stake > 0n) node.setStake(stake);
    return reply(200, { ok: true, index: node.index });
  } else if (path === '/aggregator/stop') await controls.aggregator.stop();
  else if (path === '/aggregator/start') await controls.aggregator.start();
  else if (path === '/aggregator/fault') controls.aggregator.setFault(parseAggregatorFault(parseJson(request.body)));
  else if (path === '/prices') controls.setPrices(parsePrices(parseJson(request.body)));
  else {
    const node = controls.nodes.find(({ index }) => index === Number(nodePath?.[1]));
    if (node === undefined) return reply(404, { error: 'no such node' });
    return reply(200, { ok: true, ...(await act(node, nodePath?.[2] ?? '', request)) });
  }
  return reply(200, { ok: true });
}

/** What there is to say about it, besides that it is done. */
async function act(node: ControlledNode, action: string, request: NodeRequest): Promise<object | undefined> {
  switch (action) {
    case 'stop':
      await node.stop();
      return undefined;
    case 'start':
      await node.start();
      return undefined;
    case 'wipe':
      await node.wipe();
      return undefined;
    case 'heal':
      return node.heal();
    case 'leave':
      node.leave();
      return undefined;
    case 'stake':
      node.setStake(stakeIn(parseJson(request.body), undefined));
      return undefined;
    case 'vote':
      node.vote(parsePrices(parseJson(request.body)));
      return undefined;
    default:
      node.setFault(parseNodeFault(parseJson(request.body)));
      return undefined;
  }
}

function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  if (body.length > controlBodyBytesMax) throw new Fault('bad-input', 'never', 'The body is too large.');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch (error) {
    throw new Fault('bad-input', 'never', 'The body is not JSON.', error);
  }
}

/** FROST that one node may have: as much as a network is born with for all. */
const stakeMax = 1_000_000_000_000_000_000n;

/** `{"frost": "123"}`, whole FROST as decimal text, because they may pass what JSON numbers hold. */
function stakeIn(value: unknown, otherwise: bigint | undefined): bigint {
  if (value === undefined && otherwise !== undefined) return otherwise;
  const { frost } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const isWhole = typeof frost === 'string' && /^\d{1,19}$/.test(frost) && BigInt(frost) <= stakeMax;
  if (!isWhole) throw new Fault('bad-input', 'never', 'A stake is whole FROST as text: {"frost": "1000000000"}.');
  return BigInt(frost);
}

/** Prices stay below this, so that sums over any blob and term fit a u64. */
const priceMax = 1_000_000_000_000;

function parsePrices(value: unknown): { storage: bigint; write: bigint } {
  const { storage, write } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const price = (part: unknown): bigint => {
    if (typeof part === 'number' && Number.isSafeInteger(part) && part >= 0 && part <= priceMax) return BigInt(part);
    throw new Fault('bad-input', 'never', 'Prices are whole numbers of FROST: {"storage": n, "write": n}.');
  };
  return { storage: price(storage), write: price(write) };
}
