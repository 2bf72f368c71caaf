/**
 * A Walrus network for one machine, speaking the real wire protocols, behind two doors. `startLocalnet` serves it on loopback and keeps
 * its state in a folder; `openLocalnet` keeps all of it in memory, without sockets or timers, for tests under a virtual clock.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Dice } from '../domain/clock.ts';
import type { Rs2 } from '../../native-workers/rs2.ts';
import { portableRs2 } from '../../native-workers/portable/portable.ts';
import {
  genesisOptions,
  networkPublicKeyOf,
  nodeKeysOf,
  nodeName,
  openGenesis,
  type Genesis,
} from './network/genesis.ts';
import { openAggregator, type RunningAggregator } from './aggregator/aggregator.ts';
import { serveNetwork, type ReadyLine, type ServedNetwork } from './network/loopback.ts';
import { aggregatorFetch, memoryAddress, memoryAggregatorUrl, nodeFetch } from './network/memory-door.ts';
import { openMemberNodes } from './network/member-nodes.ts';
import { lockNetwork } from './network/network-lock.ts';
import { nodeAddresses, type NodeAddress } from './network/network-state.ts';
import { defaultEpochSeconds, parseNetworkSize } from './network/shard-plan.ts';
import { inlineWorkbench, type RunningNode } from './nodes/nodes.ts';
import { openLedger, suiFetch, type Ledger } from './sui/sui.ts';

export type { AggregatorFault, RunningAggregator } from './aggregator/aggregator.ts';
export type { ReadyLine } from './network/loopback.ts';
export type { NodeAddress } from './network/network-state.ts';
export type { NodeFault, RunningNode } from './nodes/nodes.ts';
export type { Ledger } from './sui/sui.ts';

export interface LocalnetOptions {
  /** Where the network's state is; made when missing. */
  readonly dir: string;
  /** What is not said is as it was, or as a new network has it by default. */
  readonly nodes?: number;
  readonly shards?: number;
  readonly epochSeconds?: number;
  /** First of the ports to use; 0 takes those of the last run where they are free. */
  readonly port?: number;
  readonly clock: Clock;
  readonly dice: Dice;
  /** Verifies in this thread with this codec; without it, worker threads do with the fastest one there is. */
  readonly codec?: Rs2;
  /** Ends the network when aborted. */
  readonly signal?: AbortSignal;
  /** Told of errors that no reply explains: bugs and failing disks. */
  readonly onTrouble?: (error: unknown) => void;
}

export interface RunningLocalnet {
  /** The ready line, as `DIR/network.json` has it too. */
  readonly ready: ReadyLine;
  readonly ledger: Ledger;
  readonly nodes: readonly RunningNode[];
  /** Ends everything; later calls wait for the first. */
  close(): Promise<void>;
  /** Resolves when the network has ended, by `close` or by the signal. */
  readonly closed: Promise<void>;
}

/** Opens the network of a folder on loopback sockets. Refuses a folder that another process runs. */
export async function startLocalnet(options: LocalnetOptions): Promise<RunningLocalnet> {
  options.signal?.throwIfAborted();
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const lock = lockNetwork(options.dir);
  let served: ServedNetwork;
  try {
    const { nodes, shards, epochSeconds } = options;
    const asked = {
      ...(nodes === undefined ? {} : { nodes }),
      ...(shards === undefined ? {} : { shards }),
      ...(epochSeconds === undefined ? {} : { epochSeconds }),
    };
    served = await serveNetwork({
      folder: options.dir,
      genesis: openGenesis(options.dir, asked, options.dice),
      firstPort: options.port ?? 0,
      clock: options.clock,
      dice: options.dice,
      codec: options.codec,
      onTrouble: options.onTrouble ?? raise,
    });
  } catch (error) {
    lock.release();
    throw error;
  }
  const ended = Promise.withResolvers<void>();
  let isClosing = false;
  const close = (): Promise<void> => {
    if (!isClosing) {
      isClosing = true;
      served
        .close()
        .finally(() => lock.release())
        .then(ended.resolve, ended.reject);
    }
    return ended.promise;
  };
  options.signal?.addEventListener('abort', () => void close(), { once: true });
  if (options.signal?.aborted === true) void close();
  return { ready: served.ready, ledger: served.ledger, nodes: served.nodes, close, closed: ended.promise };
}

/** Trouble nobody listens to must not be lost: it ends the process as an unhandled rejection would. */
function raise(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

export interface MemoryLocalnetOptions {
  readonly nodes?: number;
  readonly shards?: number;
  readonly epochSeconds?: number;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly rs2?: Rs2;
}

export interface MemoryLocalnet {
  readonly ledger: Ledger;
  readonly nodes: readonly RunningNode[];
  readonly addresses: readonly NodeAddress[];
  /** A `fetch` to the Sui stand-in; hand it to the gRPC client. */
  readonly suiFetch: typeof fetch;
  /** A `fetch` to the nodes at `http://node-N.local`. */
  readonly nodeFetch: typeof fetch;
  readonly aggregator: RunningAggregator;
  readonly aggregatorUrl: string;
  /** A `fetch` to the aggregator. */
  readonly aggregatorFetch: typeof fetch;
  /** Registers a node and opens it; it has no stake yet. */
  addNode(): Promise<RunningNode>;
  /** Lets nodes that came back get what they lack, and resolves when no shard is on its way, or those that are cannot get on. */
  movesSettled(): Promise<void>;
  close(): Promise<void>;
}

/** The same network in this process's memory. No time passes by itself: epochs end by `ledger.advanceEpoch()`. */
export async function openLocalnet(options: MemoryLocalnetOptions): Promise<MemoryLocalnet> {
  const { clock, dice, rs2 = portableRs2, nodes, shards, epochSeconds = defaultEpochSeconds } = options;
  const asked = {
    epochSeconds,
    ...(nodes === undefined ? {} : { nodes }),
    ...(shards === undefined ? {} : { shards }),
  };
  const size = parseNetworkSize(asked);
  const genesis: Genesis = { size, seed: dice.bytes(32), controlToken: '' };
  const addresses = Array.from({ length: size.nodes }, (_, index) => memoryAddress(index));
  const ledger = openLedger({ file: ':memory:', genesis: genesisOptions(genesis, addresses), clock, dice });
  const workbench = inlineWorkbench(rs2);
  const keysOf = (index: number) => nodeKeysOf(genesis, index);
  const opened = await openMemberNodes({ ledger, clock, dice, workbench, keysOf, folder: undefined, onTrouble: raise });
  const parts = { chain: opened.chain, nodes: () => opened.nodes, workbench, clock, dice };
  const aggregator = openAggregator(parts);
  return {
    ledger,
    nodes: opened.nodes,
    aggregator,
    aggregatorUrl: memoryAggregatorUrl,
    aggregatorFetch: aggregatorFetch(aggregator),
    addresses: nodeAddresses(ledger, opened.nodes, new Map(addresses.entries())),
    suiFetch: suiFetch(ledger),
    nodeFetch: nodeFetch(opened.nodes, size.shards),
    addNode() {
      const index = ledger.nodesEver();
      const nodeId = ledger.joinNode({
        name: nodeName(index),
        networkAddress: memoryAddress(index),
        publicKey: keysOf(index).publicKey,
        networkPublicKey: networkPublicKeyOf(genesis, index),
      });
      return opened.add({ index, nodeId });
    },
    movesSettled() {
      opened.retryMoves();
      return opened.movesSettled();
    },
    async close() {
      await opened.close();
      ledger.close();
    },
  };
}

/** Where a network's ready line is. */
export function readyFileOf(dir: string): string {
  return join(dir, 'network.json');
}
