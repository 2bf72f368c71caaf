/** What an embedded network tells about itself. */
import type { CommitteeMember, Ledger } from '../sui/sui.ts';
import type { RunningNode } from '../nodes/nodes.ts';

export interface NodeAddress {
  readonly index: number;
  /** Object id of the node on chain. */
  readonly id: string;
  /** `host:port`. */
  readonly address: string;
  readonly shards: readonly number[];
}

export function nodeAddresses(
  members: readonly CommitteeMember[],
  addresses: readonly string[],
): readonly NodeAddress[] {
  return members.map(({ nodeId, shards }, index) => ({ index, id: nodeId, address: addresses[index] ?? '', shards }));
}

/** The answer of `GET /state`. */
export function networkState(
  ledger: Ledger,
  nodes: readonly RunningNode[],
  addresses: readonly NodeAddress[],
): unknown {
  return {
    epoch: ledger.epoch(),
    nextEpochAtMs: ledger.nextEpochAtMs(),
    shards: ledger.committee().shards,
    nodes: addresses.map((address) => {
      const node = nodes[address.index];
      return {
        ...address,
        isRunning: node?.isRunning() ?? false,
        fault: node?.fault() ?? null,
        ...(node === undefined ? {} : node.counts()),
      };
    }),
  };
}
