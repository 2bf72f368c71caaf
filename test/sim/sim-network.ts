/**
 * The network of a simulated world, seen by a device through doors that look at all that leaves it: nothing readable may. Requests and answers can be lost
 * on the way, and one node after another can be made to misbehave. It is the embedded network, or, for most histories, a model of it that costs a tenth.
 */
import { openChain } from '../../app/adapters/chain/chain.ts';
import { openNodes } from '../../app/adapters/nodes/nodes.ts';
import type { Clock, Dice } from '../../app/domain/clock.ts';
import { Fault } from '../../app/domain/fault.ts';
import { parseSuiId, type SuiId } from '../../app/domain/ids.ts';
import { openLocalnet } from '../../app/localnet/localnet.ts';
import type { Chain } from '../../app/ports/chain.ts';
import type { Nodes } from '../../app/ports/nodes.ts';
import { loadNative } from '../../native-workers/codec/codec.ts';
import type { NodeTrouble } from './history.ts';
import { openModelLedger } from './model-ledger.ts';
import { openModelStorage } from './model-storage.ts';

/** What becomes of a request. */
export type Fate = 'passes' | 'request-lost' | 'answer-lost';
export type MeetRequest = (name: string) => Fate;

export interface Bought {
  readonly digest: string;
  readonly pool: string;
  /** Undefined: the pool itself. */
  readonly blob: string | undefined;
}

export interface SimNetwork {
  /** As one device reaches it. */
  chain(clock: Clock, meet: MeetRequest): Chain;
  nodes(clock: Clock, meet: MeetRequest): Nodes;
  fund(address: SuiId, mist: bigint): void;
  advanceEpoch(): void;
  /** All that anybody ever bought, as the chain has it. */
  bought(): readonly Bought[];
  /** Something readable that left a device. */
  readonly leak: string | undefined;
  /** Makes the victim misbehave. It is one node all the time: what it loses stays lost, and two such would be more than may fail. */
  disturb(trouble: NodeTrouble): Promise<void>;
  /** A second node stops. */
  stopMore(): void;
  /** All nodes are well again; what was lost is rebuilt. */
  mend(): Promise<void>;
  readonly isDisturbed: boolean;
  close(): Promise<void>;
}

const nodeCount = 4;
const shards = 10;
const slowMs = 5_000;
/** Node 0 has three of ten shards, which is all that may fail. */
const victim = 0;
const second = 1;
const eventsMax = 1_000_000;

interface Watch {
  readonly leak: string | undefined;
  look(name: string, ...parts: readonly unknown[]): void;
}

/** Looks for marks in everything that is made of bytes and texts, however deep. */
function openWatch(marks: readonly string[]): Watch {
  const needles = marks.map((mark) => Buffer.from(mark));
  let leak: string | undefined;
  const within = (value: unknown): string | undefined => {
    if (typeof value === 'string') return marks.find((mark) => value.includes(mark));
    if (value instanceof Uint8Array) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      return needles.find((needle) => bytes.includes(needle))?.toString();
    }
    if (value instanceof AbortSignal || typeof value !== 'object' || value === null) return undefined;
    for (const part of Object.values(value)) {
      const found = within(part);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    get leak() {
      return leak;
    },
    look(name, ...parts) {
      const found = within(parts);
      if (found !== undefined) leak ??= `${name} carries '${found}'`;
    },
  };
}

export function openSimNetwork(
  clock: Clock,
  dice: Dice,
  marks: readonly string[],
  isWhole: boolean,
): Promise<SimNetwork> {
  const watch = openWatch(marks);
  return isWhole ? openEmbedded(clock, dice, watch) : Promise.resolve(openModelled(clock, dice, watch));
}

async function openEmbedded(clock: Clock, dice: Dice, watch: Watch): Promise<SimNetwork> {
  const native = loadNative();
  const size = { nodes: nodeCount, shards };
  const local = await openLocalnet({ ...size, clock, dice, ...(native === undefined ? {} : { rs2: native }) });
  const { ledger, nodes } = local;
  const { ids } = ledger;
  const nodeAt = (index: number): (typeof nodes)[number] => {
    const node = nodes[index];
    if (node === undefined) throw new Error('the network has its nodes');
    return node;
  };
  const endpoint = {
    network: 'local',
    grpcUrl: 'http://sui.local',
    systemObjectId: parseSuiId(ids.systemObjectId),
    stakingObjectId: parseSuiId(ids.stakingObjectId),
    exchangeIds: ids.exchangeIds.map((id) => parseSuiId(id)),
  } as const;
  const door =
    (to: typeof fetch, meet: MeetRequest): typeof fetch =>
    async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const name = `${init?.method ?? 'GET'} ${url.href}`;
      watch.look(name, url.href, init?.body);
      const fate = meet(name);
      if (fate === 'request-lost') throw new TypeError('fetch failed', { cause: new Error('connect ETIMEDOUT') });
      const response = await to(input, init);
      if (fate === 'passes') return response;
      // It was done, and nobody hears of it.
      await response.arrayBuffer();
      throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
    };
  let hasLost = false;
  const disturb = async (trouble: NodeTrouble): Promise<void> => {
    const node = nodeAt(victim);
    switch (trouble) {
      case 'stop':
        return node.stop();
      case 'silent':
        return node.setFault({ kind: 'silent' });
      case 'slow':
        return node.setFault({ kind: 'slow', ms: slowMs });
      case 'refuse':
        return node.setFault({ kind: 'refuse', rate: 0.7 });
      case 'corrupt':
        return node.setFault({ kind: 'corrupt', rate: 0.7 });
      case 'lie':
        hasLost = true;
        return node.setFault({ kind: 'lie-confirm', rate: 0.3 });
      case 'wipe':
        hasLost = true;
        return node.wipe();
    }
  };
  return {
    chain: (own, meet) => openChain({ endpoint, clock: own, fetch: door(local.suiFetch, meet) }),
    nodes: (own, meet) => openNodes({ scheme: 'http', clock: own, fetch: door(local.nodeFetch, meet) }),
    fund: (address, mist) => void ledger.fund(address, mist),
    advanceEpoch: () => ledger.advanceEpoch(),
    bought: () =>
      ledger.eventsAfter(0, eventsMax).flatMap((event): readonly Bought[] => {
        const digest = event.txDigest;
        if (event.type === 'StoragePoolCreated')
          return [{ digest, pool: event.fields.storage_pool_id, blob: undefined }];
        if (event.type !== 'PooledBlobRegistered') return [];
        return [{ digest, pool: event.fields.storage_pool_id, blob: String(event.fields.blob_id) }];
      }),
    get leak() {
      return watch.leak;
    },
    get isDisturbed() {
      return hasLost || nodes.some((node) => !node.isRunning() || node.fault() !== undefined);
    },
    disturb,
    stopMore: () => nodeAt(second).stop(),
    async mend() {
      for (const node of nodes) {
        node.setFault(undefined);
        if (!node.isRunning()) node.start();
      }
      if (hasLost) await nodeAt(victim).heal();
      hasLost = false;
    },
    close: () => local.close(),
  };
}

function openModelled(clock: Clock, dice: Dice, watch: Watch): SimNetwork {
  const storage = openModelStorage({
    clock,
    dice,
    epoch: () => ledger.epoch(),
    isRegistered: (blob, object) => ledger.isRegistered(blob, object),
  });
  const ledger = openModelLedger(clock, (epoch) => storage.committeeAt(epoch));
  let hasLost = false;
  const lost = {
    chain: () => new Fault('network-unreachable', 'later', 'The Sui network cannot be reached just now.'),
    nodes: () => new Fault('node-failed', 'now', 'The node cannot be reached.'),
  } as const;
  /** Each call is one request. */
  const door = <T extends object>(to: 'chain' | 'nodes', port: T, meet: MeetRequest): T =>
    new Proxy(port, {
      get(target, key): unknown {
        const field: unknown = Reflect.get(target, key);
        if (typeof field !== 'function' || typeof key !== 'string') return field;
        return (...args: readonly unknown[]): unknown => {
          if (key === 'pooledBlobs') return Reflect.apply(field, target, args);
          const name = `${to} ${key}`;
          // Steps are looked at as the transactions that they become.
          watch.look(name, ...args);
          return (async () => {
            const fate = meet(name);
            if (fate === 'request-lost') throw lost[to]();
            const answer: unknown = await Reflect.apply(field, target, args);
            if (fate === 'answer-lost') throw lost[to]();
            return answer;
          })();
        };
      },
    });
  return {
    chain: (_, meet) => door('chain', ledger.chain, meet),
    nodes: (_, meet) => ({
      node: (member) => door('nodes', storage.client(member), meet),
      close: () => Promise.resolve(),
    }),
    fund: (address, mist) => ledger.fund(address, mist),
    advanceEpoch: () => ledger.advanceEpoch(),
    bought: () => ledger.purchases,
    get leak() {
      return watch.leak;
    },
    get isDisturbed() {
      return hasLost || !storage.isWell();
    },
    async disturb(trouble) {
      hasLost ||= trouble === 'wipe' || trouble === 'lie';
      storage.setTrouble(victim, trouble);
    },
    stopMore: () => storage.setTrouble(second, 'stop'),
    async mend() {
      for (let node = 0; node < nodeCount; node++) storage.setTrouble(node, undefined);
      if (hasLost) storage.heal(victim);
      hasLost = false;
    },
    close: () => Promise.resolve(),
  };
}
