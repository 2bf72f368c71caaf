/**
 * Lets every running node get what its shards hold and then say so to the chain, which ends the change of epochs when two thirds have said it.
 * Nothing here waits by the clock: a node that could not get everything tries again when it is told that something has changed.
 */
import { Fault } from '../../domain/fault.ts';
import type { RunningNode } from '../nodes/nodes.ts';
import type { Ledger } from '../sui/sui.ts';

interface ShardMovesOptions {
  readonly ledger: Ledger;
  readonly nodes: readonly RunningNode[];
  readonly onTrouble: (error: unknown) => void;
}

interface ShardMoves {
  /** An epoch began, or a node came back: whoever lacks something tries to get it. */
  retry(): void;
  /** Resolves when no node is at work. */
  settled(): Promise<void>;
  stop(): void;
}

export function startShardMoves({ ledger, nodes, onTrouble }: ShardMovesOptions): ShardMoves {
  /** Nodes at work, and whether they were told again meanwhile. */
  const working = new Map<RunningNode, { work: Promise<void>; isAgain: boolean }>();
  let isStopped = false;

  async function serve(node: RunningNode): Promise<void> {
    const epoch = ledger.epoch();
    const { lacking } = await node.takeShards();
    if (lacking === 0 && !isStopped && ledger.isChanging()) ledger.epochSyncDone(node.nodeId, epoch);
  }

  function begin(node: RunningNode): void {
    const running = working.get(node);
    if (running !== undefined) {
      running.isAgain = true;
      return;
    }
    const work = serve(node)
      .catch((error: unknown) => {
        // A node that is stopped or wiped in the middle is no trouble: it is told again when it is back.
        if (!isStopped && !(error instanceof Fault && error.code === 'cancelled')) onTrouble(error);
      })
      .finally(() => {
        const isAgain = working.get(node)?.isAgain === true;
        working.delete(node);
        if (isAgain && !isStopped && node.isRunning()) begin(node);
      });
    working.set(node, { work, isAgain: false });
  }

  return {
    retry() {
      if (isStopped) return;
      for (const node of nodes) if (node.isRunning()) begin(node);
    },
    async settled() {
      while (working.size > 0) await Promise.all([...working.values()].map(({ work }) => work));
    },
    stop() {
      isStopped = true;
    },
  };
}
