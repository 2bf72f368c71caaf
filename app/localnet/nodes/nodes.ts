/** The storage nodes of the embedded network: opens one with its books and files, on disk or in memory, and lets it misbehave. */
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Dice } from '../../domain/clock.ts';
import { Fault } from '../../domain/fault.ts';
import type { Chain } from './chain.ts';
import { errorReply, type NodeDoor, type NodeReply, type NodeRequest } from './exchange.ts';
import { faultyNode, type FaultyNode, type NodeFault } from './faulty-node.ts';
import type { HealReport } from './heal.ts';
import { openNodeDatabase, type NodeDatabase } from './node-database.ts';
import type { NodeKeys } from './node-keys.ts';
import { diskSliverFiles, memorySliverFiles } from './sliver-files.ts';
import type { PeerNode } from './node-state.ts';
import { openStorageNode, type StorageNode } from './storage-node.ts';
import type { TakeReport } from './take-shards.ts';
import type { Workbench } from './workbench.ts';

export type { Chain, ChainEvent, Committee, WalrusEvent } from './chain.ts';
export { errorReply, type NodeDoor, type NodeReply, type NodeRequest } from './exchange.ts';
export { parseNodeFault, silence, withDamagedByte, type NodeFault } from './faulty-node.ts';
export type { HealReport } from './heal.ts';
export type { TakeReport } from './take-shards.ts';
export { keySeedBytes, nodeKeysFromSeed, type NodeKeys } from './node-keys.ts';
export { openSqlite } from './sqlite.ts';
export { bodyBytesMax, tooLargeReply } from './storage-node.ts';
export { doTask, inlineWorkbench, type TakenSymbol, type Task, type Workbench } from './workbench.ts';

interface NodeOptions {
  readonly index: number;
  readonly nodeId: string;
  readonly keys: NodeKeys;
  readonly chain: Chain;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly workbench: Workbench;
  /** The other nodes, as they answer at the moment. */
  readonly peers: () => readonly PeerNode[];
  /** Where the node keeps everything; undefined for a node in memory. */
  readonly folder: string | undefined;
}

export interface RunningNode extends NodeDoor {
  readonly index: number;
  readonly nodeId: string;
  /** False between `stop` and `start`: the node neither answers nor follows the chain. */
  isRunning(): boolean;
  stop(): void;
  start(): void;
  /** Loses all the node holds, as a replaced disk would; its key stays. */
  wipe(): Promise<void>;
  /** Rebuilds lost slivers of certified blobs from the other nodes. */
  heal(): Promise<HealReport>;
  /** Gets what its shards hold, from their owners of the epoch before or out of symbols. */
  takeShards(): Promise<TakeReport>;
  setFault(fault: NodeFault | undefined): void;
  fault(): NodeFault | undefined;
  catchUp(): void;
  counts(): ReturnType<StorageNode['counts']>;
  /** Waits until nothing is on its way to or off the disk. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

interface OpenNode {
  readonly node: StorageNode;
  readonly door: FaultyNode;
  readonly database: NodeDatabase;
  /** Ends the waits of slow, silent and long-polling answers when the node is shut. */
  readonly closing: AbortController;
}

function endedBy(closing: AbortSignal, asker: AbortSignal | undefined): AbortSignal {
  return asker === undefined ? closing : AbortSignal.any([closing, asker]);
}

async function open(options: NodeOptions): Promise<OpenNode> {
  const { folder, clock, dice } = options;
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = openNodeDatabase(folder === undefined ? ':memory:' : join(folder, 'node.sqlite'));
  try {
    const files = folder === undefined ? memorySliverFiles() : diskSliverFiles(join(folder, 'slivers'));
    const node = await openStorageNode({ ...options, database, files });
    return { node, door: faultyNode(node, clock, dice), database, closing: new AbortController() };
  } catch (error) {
    database.close();
    throw error;
  }
}

export async function openNode(options: NodeOptions): Promise<RunningNode> {
  let current: OpenNode | undefined = await open(options);
  let isRunning = true;
  const inFlight = new Set<Promise<unknown>>();
  /** The books stay open until it has ended. */
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    inFlight.add(work);
    const done = (): void => void inFlight.delete(work);
    work.then(done, done);
    return work;
  };
  const needed = (): OpenNode => {
    if (current === undefined) throw new Error('the node is closed');
    return current;
  };
  /** Lets requests end, then closes the books. */
  const shut = async (): Promise<void> => {
    const closing = needed();
    current = undefined;
    closing.closing.abort(new Fault('cancelled', 'now', 'The node was shut.'));
    await Promise.allSettled(inFlight);
    await closing.node.settled();
    closing.database.close();
  };
  const handle = (request: NodeRequest): Promise<NodeReply> => {
    if (current === undefined || !isRunning) {
      return Promise.resolve(errorReply('UNAVAILABLE', 'the service is currently unavailable'));
    }
    const { door, closing } = current;
    const waits = door.fault() !== undefined || request.query.has('wait_millis');
    const reply = door.handle(waits ? { ...request, signal: endedBy(closing.signal, request.signal) } : request);
    return tracked(reply);
  };
  return {
    index: options.index,
    nodeId: options.nodeId,
    handle,
    isRunning: () => isRunning,
    stop: () => {
      isRunning = false;
    },
    start: () => {
      isRunning = true;
      current?.node.catchUp();
    },
    async wipe() {
      const fault = needed().door.fault();
      await shut();
      if (options.folder !== undefined) await rm(options.folder, { recursive: true, force: true });
      current = await open(options);
      current.door.setFault(fault);
    },
    heal: () => {
      const { node, closing } = needed();
      return tracked(node.heal(options.peers(), closing.signal));
    },
    takeShards: async () => {
      if (current === undefined) throw new Fault('cancelled', 'now', 'The node was shut.');
      const { node, closing } = current;
      return tracked(node.takeShards(options.peers(), closing.signal));
    },
    setFault: (fault) => needed().door.setFault(fault),
    fault: () => needed().door.fault(),
    catchUp: () => {
      if (isRunning) current?.node.catchUp();
    },
    counts: () => needed().node.counts(),
    settled: () => needed().node.settled(),
    close: shut,
  };
}
