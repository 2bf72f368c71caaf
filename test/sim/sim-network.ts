/**
 * The embedded network of a simulated world, behind doors that see all that leaves a device. Nothing readable may pass them. Requests and answers can be
 * lost on the way, and a node can be made to misbehave.
 */
import { parseSuiId } from '../../app/domain/ids.ts';
import type { Clock, Dice } from '../../app/domain/clock.ts';
import type { ChainEndpoint } from '../../app/adapters/chain/profiles.ts';
import { openLocalnet, type MemoryLocalnet } from '../../app/localnet/localnet.ts';
import { loadNative } from '../../native-workers/codec/codec.ts';
import type { NodeTrouble } from './history.ts';

export interface SimNetwork {
  readonly local: MemoryLocalnet;
  readonly endpoint: ChainEndpoint;
  /** `fetch` of one device. `meet` is asked before each request, and says what becomes of it. */
  door(to: 'sui' | 'nodes', meet: (name: string) => Fate): typeof fetch;
  /** Something readable that left a device. */
  readonly leak: string | undefined;
  /** Makes the victim misbehave. It is one node all the time: what it loses stays lost, and two such would be more than may fail. */
  disturb(trouble: NodeTrouble): Promise<void>;
  /** A second node stops. */
  stopMore(): void;
  /** All nodes are well again; what was lost is rebuilt. */
  mend(): Promise<void>;
  /** The victim is gone, with a third of what may fail. */
  loseThird(): void;
  readonly isDisturbed: boolean;
}

/** 'silent': the line of who asked is cut. */
export type Fate = 'passes' | 'request-lost' | 'answer-lost' | 'silent';

const nodes = 4;
const shards = 10;
const slowMs = 5_000;
const silence = (): Promise<never> => new Promise(() => {});

/** Node 0 has three of ten shards, which is all that may fail. */
const victimIndex = 0;

export async function openSimNetwork(
  clock: Clock,
  dice: Dice,
  marks: readonly string[],
): Promise<SimNetwork> {
  const native = loadNative();
  const local = await openLocalnet({ nodes, shards, clock, dice, ...(native === undefined ? {} : { rs2: native }) });
  const { ids } = local.ledger;
  const needles = marks.map((mark) => Buffer.from(mark));
  const victim = local.nodes[victimIndex];
  const second = local.nodes[1];
  if (victim === undefined || second === undefined) throw new Error('the network has its nodes');
  let leak: string | undefined;
  let hasLost = false;
  const network: SimNetwork = {
    local,
    endpoint: {
      network: 'local',
      grpcUrl: 'http://sui.local',
      systemObjectId: parseSuiId(ids.systemObjectId),
      stakingObjectId: parseSuiId(ids.stakingObjectId),
      exchangeIds: ids.exchangeIds.map((id) => parseSuiId(id)),
    },
    get leak() {
      return leak;
    },
    get isDisturbed() {
      return hasLost || local.nodes.some((node) => !node.isRunning() || node.fault() !== undefined);
    },
    door: (to, meet) => async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const method = input instanceof Request ? input.method : (init?.method ?? 'GET');
      const path = url.pathname.split('/');
      const name = to === 'sui' ? `sui.${path.at(-1) ?? ''}` : `${url.hostname}.${method}.${path.slice(4).join('/')}`;
      const body = init?.body;
      const sent = body instanceof Uint8Array || typeof body === 'string' ? Buffer.from(body) : undefined;
      const words = Buffer.concat([Buffer.from(url.href), sent ?? Buffer.alloc(0)]);
      for (const needle of needles) if (words.includes(needle)) leak ??= `${name} carries '${needle.toString()}'`;
      const fate = meet(name);
      if (fate === 'silent') return silence();
      if (fate === 'request-lost') throw new TypeError('fetch failed', { cause: new Error('connect ETIMEDOUT') });
      const response = await (to === 'sui' ? local.suiFetch : local.nodeFetch)(input, init);
      if (fate === 'passes') return response;
      // It was done, and nobody hears of it.
      await response.arrayBuffer();
      throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
    },
    async disturb(trouble) {
      switch (trouble) {
        case 'stop':
          return victim.stop();
        case 'silent':
          return victim.setFault({ kind: 'silent' });
        case 'slow':
          return victim.setFault({ kind: 'slow', ms: slowMs });
        case 'refuse':
          return victim.setFault({ kind: 'refuse', rate: 0.7 });
        case 'corrupt':
          return victim.setFault({ kind: 'corrupt', rate: 0.7 });
        case 'lie':
          hasLost = true;
          return victim.setFault({ kind: 'lie-confirm', rate: 0.3 });
        case 'wipe':
          hasLost = true;
          return victim.wipe();
      }
    },
    stopMore: () => second.stop(),
    async mend() {
      for (const node of local.nodes) {
        node.setFault(undefined);
        if (!node.isRunning()) node.start();
      }
      if (hasLost) await victim.heal();
      hasLost = false;
    },
    loseThird: () => victim.stop(),
  };
  return network;
}
