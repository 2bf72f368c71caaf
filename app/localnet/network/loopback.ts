/**
 * The loopback door of a network: one HTTP server per storage node, so that a stopped node really refuses connections, one for Sui and
 * its faucet, one for control, one for the aggregator. Nothing listens beyond 127.0.0.1. Everything opened is closed again in reverse order.
 */
import { join } from 'node:path';
import type { Clock, Dice } from '../../domain/clock.ts';
import type { Rs2 } from '../../../native-workers/rs2.ts';
import { openAggregator, type RunningAggregator } from '../aggregator/aggregator.ts';
import {
  controlBodyBytesMax,
  controlDoor,
  type ControlledAggregator,
  type ControlledNode,
} from '../control/control.ts';
import {
  bodyBytesMax,
  errorReply,
  inlineWorkbench,
  tooLargeReply,
  type NodeDoor,
  type NodeReply,
  type RunningNode,
  type Workbench,
} from '../nodes/nodes.ts';
import { openLedger, serveSui, type Ledger } from '../sui/sui.ts';
import { createByteBudget, type ByteBudget } from './byte-budget.ts';
import { startEpochTimer } from './epoch-timer.ts';
import {
  genesisOptions,
  networkPublicKeyOf,
  nodeKeysOf,
  nodeName,
  openPorts,
  rememberPorts,
  type Genesis,
} from './genesis.ts';
import { nodesMax } from './shard-plan.ts';
import { Fault } from '../../domain/fault.ts';
import { httpDoor, listenNear, loopbackHost, type HttpDoor } from './http-server.ts';
import { membersByIndex, openMemberNodes } from './member-nodes.ts';
import { networkState, nodeAddresses, type NodeAddress } from './network-state.ts';
import { writePrivateJson } from './private-file.ts';
import { createWorkerBench } from './worker-bench.ts';

export interface ReadyLine {
  readonly event: 'ready';
  readonly sui: string;
  readonly systemObjectId: string;
  readonly stakingObjectId: string;
  readonly exchangeIds: readonly string[];
  readonly faucet: string;
  readonly control: string;
  readonly controlToken: string;
  readonly aggregator: string;
  readonly nodes: readonly NodeAddress[];
}

interface ServeOptions {
  readonly folder: string;
  readonly genesis: Genesis;
  readonly firstPort: number;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly codec: Rs2 | undefined;
  readonly onTrouble: (error: unknown) => void;
}

export interface ServedNetwork {
  readonly ready: ReadyLine;
  readonly ledger: Ledger;
  readonly nodes: readonly RunningNode[];
  close(): Promise<void>;
}

/** Bodies in memory over all nodes: some dozens of slivers of a large blob; further senders wait at their sockets. */
const bodiesBytesMax = 96 * 1024 * 1024;

type Closers = (() => Promise<void> | void)[];

async function closeAll(closers: Closers): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export async function serveNetwork(options: ServeOptions): Promise<ServedNetwork> {
  const closers: Closers = [];
  try {
    return await serve(options, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function serve(options: ServeOptions, closers: Closers): Promise<ServedNetwork> {
  const { folder, genesis, clock, dice, onTrouble } = options;
  const { size } = genesis;
  const wished = openPorts(folder, options.firstPort);
  const budget = createByteBudget(bodiesBytesMax);
  const servers = new Map<number, NodeServer>();
  const addresses = new Map<number, string>();
  const listen = async (index: number): Promise<NodeServer> => {
    const server = await listenForNode(options, budget, wished.nodes(index), closers);
    servers.set(index, server);
    addresses.set(index, `${loopbackHost}:${server.port}`);
    return server;
  };
  for (let index = 0; index < size.nodes; index++) await listen(index);
  const ledger = openLedger({
    file: join(folder, 'ledger.sqlite'),
    genesis: genesisOptions(genesis, [...addresses.values()]),
    clock,
    dice,
  });
  closers.push(() => ledger.close());
  for (const { index } of membersByIndex(ledger)) if (!servers.has(index)) await listen(index);
  setAddresses(ledger, addresses);
  const workbench = openWorkbench(options.codec, closers);
  const keysOf = (index: number) => nodeKeysOf(genesis, index);
  const opened = await openMemberNodes({
    ledger,
    clock,
    dice,
    workbench,
    keysOf,
    folder: join(folder, 'nodes'),
    onTrouble,
  });
  closers.push(() => opened.close());
  const controlled: ControlledNode[] = [];
  const serveNode = (node: RunningNode): void => {
    const server = servers.get(node.index);
    if (server === undefined) throw new Error('every node has a server');
    server.serve(node);
    controlled.push(controlledNode(ledger, server, node, () => opened.retryMoves()));
  };
  opened.nodes.forEach(serveNode);
  const sui = await serveSuiNear(ledger, wished.sui, onTrouble);
  closers.push(() => sui.close());
  const aggregator = await serveAggregator(
    options,
    openAggregator({ chain: opened.chain, nodes: () => opened.nodes, workbench, clock, dice }),
    wished.aggregator,
    closers,
  );
  const ports = { sui: Number(new URL(sui.url).port), control: 0, aggregator: aggregator.port };
  const remember = (): void => {
    const listed = new Map([...servers].map(([index, { port }]) => [index, port]));
    rememberPorts(folder, { ...ports, nodes: listed });
  };
  const addNode = async (): Promise<ControlledNode> => {
    const index = ledger.nodesEver();
    if (index >= nodesMax) throw new Fault('bad-input', 'never', `An embedded network has at most ${nodesMax} nodes.`);
    await listen(index);
    const nodeId = ledger.joinNode({
      name: nodeName(index),
      networkAddress: addresses.get(index) ?? '',
      publicKey: keysOf(index).publicKey,
      networkPublicKey: networkPublicKeyOf(genesis, index),
    });
    serveNode(await opened.add({ index, nodeId }));
    remember();
    const added = controlled.at(-1);
    if (added === undefined) throw new Error('a node that joins is controlled');
    return added;
  };
  const control = httpDoor({
    door: controlDoor(
      {
        nodes: controlled,
        aggregator,
        advanceEpoch: () => ledger.advanceEpoch(),
        setPrices: ({ storage, write }) => ledger.setPrices(storage, write),
        addNode,
        settled: () => opened.movesSettled(),
        state: () => networkState(ledger, opened.nodes, addresses, aggregator.state()),
      },
      genesis.controlToken,
    ),
    bodyBytesMax: () => controlBodyBytesMax,
    tooLarge: () => errorReply('INVALID_CONTENT_TYPE', 'the body is too large'),
    budget: createByteBudget(16 * controlBodyBytesMax),
    onTrouble,
  });
  closers.push(() => control.stop());
  const controlPort = await listenNear(control, wished.control);
  // Whoever was killed with shards on their way, or lost its disk, goes on with getting them.
  opened.retryMoves();
  const timer = startEpochTimer(ledger, clock, () => opened.retryMoves(), onTrouble);
  closers.push(() => timer.stop());
  ports.control = controlPort;
  remember();
  const { systemObjectId, stakingObjectId, exchangeIds } = ledger.ids;
  const ready: ReadyLine = {
    event: 'ready',
    sui: sui.url,
    systemObjectId,
    stakingObjectId,
    exchangeIds,
    faucet: sui.faucetUrl,
    control: `http://${loopbackHost}:${controlPort}`,
    controlToken: genesis.controlToken,
    aggregator: `http://${loopbackHost}:${aggregator.port}`,
    nodes: nodeAddresses(ledger, opened.nodes, addresses),
  };
  writePrivateJson(join(folder, 'network.json'), ready);
  return { ready, ledger, nodes: opened.nodes, close: () => closeAll(closers) };
}

/** One socket, which refuses connections while the aggregator is stopped. */
async function serveAggregator(
  { onTrouble }: ServeOptions,
  aggregator: RunningAggregator,
  wished: number,
  closers: Closers,
): Promise<ServedAggregator> {
  const tooLarge = (): NodeReply => errorReply('INVALID_CONTENT_TYPE', 'the body is too large');
  const budget = createByteBudget(controlBodyBytesMax);
  const door = httpDoor({ door: aggregator, bodyBytesMax: () => 0, tooLarge, budget, onTrouble });
  closers.push(() => door.stop());
  const port = await listenNear(door, wished);
  return {
    port,
    async stop() {
      if (!aggregator.isRunning()) return;
      aggregator.stop();
      await door.stop();
    },
    async start() {
      if (aggregator.isRunning()) return;
      await door.listen(port);
      aggregator.start();
    },
    setFault: (fault) => aggregator.setFault(fault),
    state: () => ({ isRunning: aggregator.isRunning(), fault: aggregator.fault() ?? null }),
  };
}

interface ServedAggregator extends ControlledAggregator {
  readonly port: number;
  state(): object;
}

function openWorkbench(codec: Rs2 | undefined, closers: Closers): Workbench {
  if (codec !== undefined) return inlineWorkbench(codec);
  const bench = createWorkerBench();
  closers.push(() => bench.close());
  return bench;
}

/** Addresses move only when a remembered port was taken meanwhile. */
function setAddresses(ledger: Ledger, addresses: ReadonlyMap<number, string>): void {
  const known = membersByIndex(ledger).flatMap(({ nodeId, index }) => {
    const address = addresses.get(index);
    return address === undefined ? [] : [[nodeId, address] as const];
  });
  ledger.setNodeAddresses(new Map(known));
}

async function serveSuiNear(
  ledger: Ledger,
  port: number,
  onTrouble: (error: unknown) => void,
): ReturnType<typeof serveSui> {
  try {
    return await serveSui(ledger, { host: loopbackHost, port, onDefect: onTrouble });
  } catch (error) {
    if (port === 0) throw error;
    return serveSui(ledger, { host: loopbackHost, port: 0, onDefect: onTrouble });
  }
}

interface NodeServer {
  readonly door: HttpDoor;
  readonly port: number;
  serve(node: RunningNode): void;
}

/** The socket first, because the chain has to know the address; until the node is open it answers 503. */
async function listenForNode(
  options: ServeOptions,
  budget: ByteBudget,
  wished: number,
  closers: Closers,
): Promise<NodeServer> {
  const { shards } = options.genesis.size;
  let node: RunningNode | undefined;
  const soon: NodeDoor = {
    handle: async (request) =>
      node?.handle(request) ?? errorReply('UNAVAILABLE', 'the service is currently unavailable'),
  };
  const door = httpDoor({
    door: soon,
    bodyBytesMax: (path) => bodyBytesMax(path, shards),
    tooLarge: tooLargeReply,
    budget,
    onTrouble: options.onTrouble,
  });
  closers.push(() => door.stop());
  const port = await listenNear(door, wished);
  return {
    door,
    port,
    serve: (next) => {
      node = next;
    },
  };
}

function controlledNode(
  ledger: Ledger,
  { door, port }: NodeServer,
  node: RunningNode,
  onBack: () => void,
): ControlledNode {
  return {
    index: node.index,
    async stop() {
      if (!node.isRunning()) return;
      node.stop();
      await door.stop();
    },
    async start() {
      if (node.isRunning()) return;
      await door.listen(port);
      node.start();
      onBack();
    },
    wipe: () => node.wipe(),
    async heal() {
      const report = await node.heal();
      onBack();
      return report;
    },
    setFault: (fault) => node.setFault(fault),
    leave: () => ledger.leaveNode(node.nodeId),
    setStake: (frost) => ledger.setStake(node.nodeId, frost),
    vote: ({ storage, write }) => ledger.vote(node.nodeId, storage, write),
  };
}
