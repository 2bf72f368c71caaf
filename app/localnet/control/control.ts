/**
 * The control interface of an embedded network: stops, starts, wipes, heals and corrupts nodes, moves the epoch, sets prices, shows the state.
 * Loopback only, and every request must carry the token; without it nothing is said, not even whether a path exists.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Fault } from '../../domain/fault.ts';
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
}

export interface Controls {
  readonly nodes: readonly ControlledNode[];
  advanceEpoch(): void;
  /** FROST per unit of encoded size (and per epoch, for storage). */
  setPrices(prices: { readonly storage: bigint; readonly write: bigint }): void;
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

async function route(controls: Controls, request: NodeRequest): Promise<NodeReply> {
  const { method, path } = request;
  if (path === '/state') return method === 'GET' ? reply(200, controls.state()) : reply(405, { error: 'use GET' });
  const nodePath = /^\/nodes\/(\d{1,4})\/(stop|start|wipe|heal|fault)$/.exec(path);
  if (nodePath === null && path !== '/epoch/next' && path !== '/prices') return reply(404, { error: 'no such path' });
  if (method !== 'POST') return reply(405, { error: 'use POST' });
  if (path === '/epoch/next') controls.advanceEpoch();
  else if (path === '/prices') controls.setPrices(parsePrices(parseJson(request.body)));
  else {
    const node = controls.nodes[Number(nodePath?.[1])];
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
