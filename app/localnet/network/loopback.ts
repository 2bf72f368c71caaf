/**
 * The loopback door of a network: one HTTP server per storage node, so that a stopped node really refuses connections, one for Sui and
 * its faucet, one for control. Nothing listens beyond 127.0.0.1. Everything opened is closed again in reverse order.
 */
import { join } from 'node:path';
import type { Clock, Dice } from '../../domain/clock.ts';
import type { Rs2 } from '../../../native-workers/rs2.ts';
import { controlBodyBytesMax, controlDoor, type ControlledNode } from '../control/control.ts';
import {
  bodyBytesMax,
  errorReply,
  inlineWorkbench,
  tooLargeReply,
  type NodeDoor,
  type RunningNode,
  type Workbench,
} from '../nodes/nodes.ts';
import { openLedger, serveSui, type Ledger } from '../sui/sui.ts';
import { createByteBudget, type ByteBudget } from './byte-budget.ts';
import { startEpochTimer } from './epoch-timer.ts';
import { genesisOptions, nodeKeysOf, openPorts, rememberPorts, type Genesis } from './genesis.ts';
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
  const wished = openPorts(folder, options.firstPort, size.nodes);
  const servers = await listenForNodes(options, wished.nodes, closers);
  const addresses = servers.map(({ port }) => `${loopbackHost}:${port}`);
  const ledger = openLedger({
    file: join(folder, 'ledger.sqlite'),
    genesis: genesisOptions(genesis, addresses),
    clock,
    dice,
  });
  closers.push(() => ledger.close());
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
  servers.forEach((server, index) => {
    server.serve(opened.nodes[index]);
  });
  const sui = await serveSuiNear(ledger, wished.sui, onTrouble);
  closers.push(() => sui.close());
  const listed = nodeAddresses(opened.members, addresses);
  const controlled = servers.map((server, index) => controlledNode(server, opened.nodes[index]));
  const control = httpDoor({
    door: controlDoor(
      {
        nodes: controlled,
        advanceEpoch: () => ledger.advanceEpoch(),
        setPrices: ({ storage, write }) => ledger.setPrices(storage, write),
        state: () => networkState(ledger, opened.nodes, listed),
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
  const timer = startEpochTimer(ledger, clock, onTrouble);
  closers.push(() => timer.stop());
  const suiPort = Number(new URL(sui.url).port);
  rememberPorts(folder, { sui: suiPort, control: controlPort, nodes: servers.map(({ port }) => port) });
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
    nodes: listed,
  };
  writePrivateJson(join(folder, 'network.json'), ready);
  return { ready, ledger, nodes: opened.nodes, close: () => closeAll(closers) };
}

function openWorkbench(codec: Rs2 | undefined, closers: Closers): Workbench {
  if (codec !== undefined) return inlineWorkbench(codec);
  const bench = createWorkerBench();
  closers.push(() => bench.close());
  return bench;
}

/** Addresses move only when a remembered port was taken meanwhile. */
function setAddresses(ledger: Ledger, addresses: readonly string[]): void {
  const moved = membersByIndex(ledger).flatMap(({ nodeId, networkAddress }, index) => {
    const address = addresses[index];
    return address === undefined || address === networkAddress ? [] : [[nodeId, address] as const];
  });
  if (moved.length > 0) ledger.setNodeAddresses(new Map(moved));
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
  serve(node: RunningNode | undefined): void;
}

/** Sockets first, because the chain has to know the addresses; until the nodes are open they answer 503. */
async function listenForNodes(
  options: ServeOptions,
  ports: readonly number[],
  closers: Closers,
): Promise<NodeServer[]> {
  const { shards } = options.genesis.size;
  const budget: ByteBudget = createByteBudget(bodiesBytesMax);
  const servers: NodeServer[] = [];
  for (const wished of ports) {
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
    servers.push({
      door,
      port,
      serve: (next) => {
        node = next;
      },
    });
  }
  return servers;
}

function controlledNode({ door, port }: NodeServer, node: RunningNode | undefined): ControlledNode {
  if (node === undefined) throw new Error('every server has a node');
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
    },
    wipe: () => node.wipe(),
    heal: () => node.heal(),
    setFault: (fault) => node.setFault(fault),
  };
}
