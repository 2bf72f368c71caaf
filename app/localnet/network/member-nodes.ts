/** The storage nodes of a ledger's committee, opened and following it. */
import { join } from 'node:path';
import type { Clock, Dice } from '../../domain/clock.ts';
import { openNode, type NodeKeys, type RunningNode, type Workbench } from '../nodes/nodes.ts';
import type { CommitteeMember, Ledger } from '../sui/sui.ts';
import { chainOfLedger } from './chain-of-ledger.ts';
import { nodeName } from './genesis.ts';

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

interface MemberNodes {
  /** By index, which is the order of their names and not that of their ids. */
  readonly nodes: readonly RunningNode[];
  /** The members with the indices of the nodes. */
  readonly members: readonly CommitteeMember[];
  close(): Promise<void>;
}

/** Members in the order of node indices: the committee's own order is that of ids. */
export function membersByIndex(ledger: Ledger): readonly CommitteeMember[] {
  const { members } = ledger.committee();
  return members.map((_, index) => {
    const member = members.find(({ name }) => name === nodeName(index));
    if (member === undefined) throw new Error(`the ledger knows no ${nodeName(index)}`);
    return member;
  });
}

export async function openMemberNodes(options: MemberNodesOptions): Promise<MemberNodes> {
  const { ledger, clock, dice, workbench, keysOf, folder, onTrouble } = options;
  const chain = chainOfLedger(ledger);
  const members = membersByIndex(ledger);
  const nodes: RunningNode[] = [];
  const follow: { end: () => void } = { end: () => undefined };
  const close = async (): Promise<void> => {
    follow.end();
    for (const node of nodes) await node.close();
  };
  try {
    for (const [index, { nodeId }] of members.entries()) {
      const own = folder === undefined ? undefined : join(folder, String(index).padStart(3, '0'));
      const peers = (): readonly RunningNode[] => nodes.filter((node) => node.nodeId !== nodeId);
      nodes.push(
        await openNode({ index, nodeId, keys: keysOf(index), chain, clock, dice, workbench, peers, folder: own }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  follow.end = ledger.onEvent(() => {
    for (const node of nodes) {
      // One node's trouble is neither the ledger's nor the other nodes'.
      try {
        node.catchUp();
      } catch (error) {
        onTrouble(error);
      }
    }
  });
  return { nodes, members, close };
}
