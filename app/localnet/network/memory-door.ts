/**
 * Nodes without sockets: a `fetch` that hands requests for `http://node-N.local/...` straight to the nodes. A stopped node refuses the
 * connection, a silent one never answers, exactly as through the loopback door.
 */
import type { RunningAggregator } from '../aggregator/aggregator.ts';
import { bodyBytesMax, tooLargeReply, type NodeDoor, type NodeReply, type RunningNode } from '../nodes/nodes.ts';

export function memoryAddress(index: number): string {
  return `node-${index}.local`;
}

export const memoryAggregatorUrl = 'http://localhost:9';

export function nodeFetch(nodes: readonly RunningNode[], shards: number): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const index = /^node-(\d+)\.local$/.exec(url.hostname)?.[1];
    const node = nodes.find((each) => String(each.index) === index);
    if (node?.isRunning() !== true)
      throw new TypeError('fetch failed', { cause: new Error(`connect ECONNREFUSED ${url.host}`) });
    request.signal.throwIfAborted();
    const body = new Uint8Array(await request.arrayBuffer());
    const reply =
      body.length > bodyBytesMax(url.pathname, shards)
        ? tooLargeReply(url.pathname)
        : await untilAborted(ask(node, request, url, body), request.signal);
    return responseOf(reply, request.method);
  };
}

/** The same for the network's aggregator. */
export function aggregatorFetch(aggregator: RunningAggregator): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (!aggregator.isRunning() || url.origin !== memoryAggregatorUrl)
      throw new TypeError('fetch failed', { cause: new Error(`connect ECONNREFUSED ${url.host}`) });
    request.signal.throwIfAborted();
    const reply = await untilAborted(ask(aggregator, request, url, new Uint8Array(0)), request.signal);
    return responseOf(reply, request.method);
  };
}

function ask(node: NodeDoor, request: Request, url: URL, body: Uint8Array<ArrayBuffer>): Promise<NodeReply> {
  return node.handle({
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    authorization: request.headers.get('authorization') ?? undefined,
    range: request.headers.get('range') ?? undefined,
    contentType: request.headers.get('content-type') ?? undefined,
    body,
    signal: request.signal,
  });
}

/** The reply, or the asker's own reason when it gives up first. */
function untilAborted(reply: Promise<NodeReply>, signal: AbortSignal): Promise<NodeReply> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
    reply.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

function responseOf({ status, contentType, body, headers: more }: NodeReply, method: string): Response {
  const length = String(body.length);
  const headers = new Headers({ 'access-control-allow-origin': '*', 'content-length': length, ...more });
  if (contentType !== undefined) headers.set('content-type', contentType);
  return new Response(method === 'HEAD' || body.length === 0 ? null : body, { status, headers });
}
