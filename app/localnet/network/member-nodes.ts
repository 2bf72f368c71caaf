/** The storage nodes of a ledger: those registered and those that still keep shards, opened and following it, and those that join later. */
import { join } from 'node:path';
import type { Clock, Dice } from '../../domain/clock.ts';
import { openNode, type Chain, type NodeKeys, type RunningNode, type Workbench } from '../nodes/nodes.ts';
import type { Ledger } from '../sui/sui.ts';
import { chainOfLedger } from './chain-of-ledger.ts';
import { indexOfName } from './genesis.ts';
import { startShardMoves } from './shard-moves.ts';

interface MemberNodesOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly workbench: Workbench;
  readonly keysOf: (index: number) => NodeKeys;
  /** Where the nodes' folders go; undefined for nodes in memory. */
  readonly folder: string | undefined;
  /** Told when a node cannot follow the chain, for example because its disk failed. Its next answers say so too. */
  readonly onTrouble: (error: unknown) => void;
}

export interface MemberNodes {
  /** As the nodes see it. */
  readonly chain: Chain;
  /** By index, which is the order in which they joined and not that of their ids. Grows when one joins. */
  readonly nodes: readonly RunningNode[];
  /** Opens the node of a member that joined. */
  add(member: IndexedMember): Promise<RunningNode>;
  /** Lets nodes go on with shards that they could not get before. */
  retryMoves(): void;
  /** Resolves when no shard is on its way any more, or cannot get on. */
  movesSettled(): Promise<void>;
  close(): Promise<void>;
}

export interface IndexedMember {
  readonly index: number;
  readonly nodeId: string;
}

/** All nodes that have a say or a shard, in the order of their indices. */
export function membersByIndex(ledger: Ledger): readonly IndexedMember[] {
  const kept = [...ledger.committee().members, ...(ledger.previousCommittee()?.members ?? [])];
  const known = new Map([...ledger.nodes(), ...kept].map(({ nodeId, name }) => [nodeId, indexOfName(name)]));
  return [...known].map(([nodeId, index]) => ({ nodeId, index })).sort((a, b) => a.index - b.index);
}

export async function openMemberNodes(options: MemberNodesOptions): Promise<MemberNodes> {
  const { ledger, clock, dice, workbench, keysOf, folder, onTrouble } = options;
  const chain = chainOfLedger(ledger);
  const nodes: RunningNode[] = [];
  const add = async ({ index, nodeId }: IndexedMember): Promise<RunningNode> => {
    const own = folder === undefined ? undefined : join(folder, String(index).padStart(3, '0'));
    const peers = (): readonly RunningNode[] => nodes.filter((node) => node.nodeId !== nodeId);
    const node = await openNode({
      index,
      nodeId,
      keys: keysOf(index),
      chain,
      clock,
      dice,
      workbench,
      peers,
      folder: own,
    });
    nodes.push(node);
    return node;
  };
  const follow: { end: () => void } = { end: () => undefined };
  try {
    for (const member of membersByIndex(ledger)) await add(member);
  } catch (error) {
    for (const node of nodes) await node.close();
    throw error;
  }
  const moves = startShardMoves({ ledger, nodes, onTrouble });
  follow.end = ledger.onEvent((events) => {
    for (const node of nodes) {
      // One node's trouble is neither the ledger's nor the other nodes'.
      try {
        node.catchUp();
      } catch (error) {
        onTrouble(error);
      }
    }
    if (events.some(({ type }) => type === 'EpochChangeStart')) moves.retry();
  });
  return {
    chain,
    nodes,
    add,
    retryMoves: () => moves.retry(),
    movesSettled: () => moves.settled(),
    async close() {
      follow.end();
      moves.stop();
      for (const node of nodes) await node.close();
      await moves.settled();
    },
  };
}
