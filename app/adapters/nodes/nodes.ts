/**
 * The `Nodes` port over HTTP: keep-alive sockets per node, bounded; one deadline per request; every body capped. Nodes are told apart by
 * their address with its path prefix, so that many nodes behind one host never share (or block) each other's sockets. Certificates are
 * checked as the web does; a node's own key is not pinned.
 */
import type { Clock } from '../../domain/clock.ts';
import type { CommitteeMember } from '../../domain/committee.ts';
import type { Pace } from '../../domain/pace.ts';
import type { Nodes } from '../../ports/nodes.ts';
import { nodeFault } from './answers.ts';
import { fetchExchange, pooledExchange, type ConnectionOptions, type Exchange, type Fetch } from '../http/http.ts';
import { HttpNodeClient, type RequestLimits } from './node-client.ts';

export type { Fetch };

export interface NodesOptions extends Partial<ConnectionOptions>, Partial<RequestLimits> {
  readonly scheme: 'http' | 'https';
  readonly clock: Clock;
  /** Limits of all nodes together. Undefined: none. */
  readonly pace?: Pace;
  /** Another door than sockets. */
  readonly fetch?: Fetch;
}

export const nodesLimits = {
  /** More would only make a node's own queue longer; fewer would leave it idle between requests. */
  connectionsMax: 8,
  connectMs: 5_000,
  silenceMs: 15_000,
  /** Nodes close idle connections after some tens of seconds; be first. */
  keepAliveMs: 15_000,
  requestMs: 20_000,
  /** A 2 MiB sliver then takes at most 32 s more; slower nodes are worth less than their neighbours. */
  bytesPerSecondMin: 64 * 1024,
  retryAfterMsMax: 10_000,
  /** Committees have some hundred members; older addresses are let go. */
  clientsMax: 2_048,
} as const;

/** Splits `host:port/prefix` as the chain has it; undefined when it is anything else. */
function parseAddress(scheme: string, address: string): { origin: string; prefix: string } | undefined {
  if (!URL.canParse(`${scheme}://${address}`)) return undefined;
  const url = new URL(`${scheme}://${address}`);
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return isPlain ? { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') } : undefined;
}

/** Stands for a node whose address on chain is nonsense: it fails, like any node that is not there. */
function nowhere(name: string): Exchange {
  return {
    send: () => Promise.reject(nodeFault(name, 'never', 'has no usable address')),
    pour: () => Promise.reject(nodeFault(name, 'never', 'has no usable address')),
    close: () => Promise.resolve(),
  };
}

export function openNodes(options: NodesOptions): Nodes {
  const { scheme, clock, fetch, pace } = options;
  const limits = { ...nodesLimits, ...options };
  const clients = new Map<string, HttpNodeClient>();

  const openExchange = (member: CommitteeMember, address: ReturnType<typeof parseAddress>): Exchange => {
    if (address === undefined) return nowhere(member.nodeId);
    return fetch === undefined ? pooledExchange(address.origin, limits) : fetchExchange(address.origin, fetch);
  };

  const open = (member: CommitteeMember): HttpNodeClient => {
    const address = parseAddress(scheme, member.networkAddress);
    return new HttpNodeClient(member, openExchange(member, address), address?.prefix ?? '', clock, limits, pace);
  };

  return {
    node(member) {
      const key = `${member.nodeId} ${member.networkAddress}`;
      const client = clients.get(key) ?? open(member);
      client.rejoin(member);
      // Newest last, so that the first is the one that was not asked for the longest time.
      clients.delete(key);
      clients.set(key, client);
      const [oldest] = clients;
      if (clients.size > nodesLimits.clientsMax && oldest) {
        clients.delete(oldest[0]);
        void oldest[1].close();
      }
      return client;
    },
    async close() {
      const open = [...clients.values()];
      clients.clear();
      await Promise.all(open.map((client) => client.close()));
    },
  };
}
