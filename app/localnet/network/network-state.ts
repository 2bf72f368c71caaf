/** What an embedded network tells about itself. */
import type { Ledger } from '../sui/sui.ts';
import type { RunningNode } from '../nodes/nodes.ts';

export interface NodeAddress {
  readonly index: number;
  /** Object id of the node on chain. */
  readonly id: string;
  /** `host:port`. */
  readonly address: string;
  readonly shards: readonly number[];
}

/** What the chain says of the nodes, in the order of their indices. */
export function nodeAddresses(
  ledger: Ledger,
  nodes: readonly RunningNode[],
  addresses: ReadonlyMap<number, string>,
): readonly NodeAddress[] {
  const shards = new Map(ledger.committee().members.map((member) => [member.nodeId, member.shards]));
  return nodes.map(({ index, nodeId }) => ({
    index,
    id: nodeId,
    address: addresses.get(index) ?? '',
    shards: shards.get(nodeId) ?? [],
  }));
}

/** The answer of `GET /state`. Stakes and rewards are FROST, votes FROST per MiB of encoded size, all as decimal text. */
export function networkState(
  ledger: Ledger,
  nodes: readonly RunningNode[],
  addresses: ReadonlyMap<number, string>,
  aggregator: object,
): unknown {
  const onChain = new Map(ledger.nodes().map((node) => [node.nodeId, node]));
  return {
    epoch: ledger.epoch(),
    isChanging: ledger.isChanging(),
    nextEpochAtMs: ledger.nextEpochAtMs(),
    shards: ledger.committee().shards,
    aggregator,
    nodes: nodeAddresses(ledger, nodes, addresses).map((address) => {
      const node = nodes.find(({ index }) => index === address.index);
      const known = onChain.get(address.id);
      return {
        ...address,
        isRegistered: known !== undefined,
        stake: String(known?.stake ?? 0n),
        rewards: String(known?.rewards ?? 0n),
        votes: { storage: String(known?.votes.storage ?? 0n), write: String(known?.votes.write ?? 0n) },
        isRunning: node?.isRunning() ?? false,
        fault: node?.fault() ?? null,
        ...(node === undefined ? {} : node.counts()),
      };
    }),
  };
}
