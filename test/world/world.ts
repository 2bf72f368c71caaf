/**
 * A whole Floe in one process: an embedded network behind its memory door, a clock that jumps, chance from a seed, and any number of devices, each with
 * a disk, a spool and a catalog of its own. An engine can be killed at any moment and started again; what it asked the network for is counted.
 */
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { openAccount } from '../../app/adapters/account/account.ts';
import { openAggregators } from '../../app/adapters/aggregators/aggregators.ts';
import { openCatalogInline } from '../../app/adapters/catalog/catalog.ts';
import { openChain } from '../../app/adapters/chain/chain.ts';
import type { ChainEndpoint } from '../../app/adapters/chain/profiles.ts';
import { nodeCrypto } from '../../app/adapters/crypto/crypto.ts';
import { openPace } from '../../app/domain/pace.ts';
import type { ReadWallTime } from '../../app/domain/week.ts';
import type { Power } from '../../app/ports/power.ts';
import { openNodes } from '../../app/adapters/nodes/nodes.ts';
import type { Clock, Dice } from '../../app/domain/clock.ts';
import { parseSuiId } from '../../app/domain/ids.ts';
import { createEngine, type Engine, type EngineEvent, type SyncReport } from '../../app/engine/engine.ts';
import {
  openLocalnet,
  type Ledger,
  type MemoryLocalnet,
  type RunningAggregator,
  type RunningNode,
} from '../../app/localnet/localnet.ts';
import type { Catalog } from '../../app/ports/catalog.ts';
import type { Disk } from '../../app/ports/disk.ts';
import type { Pool } from '../../app/ports/pool.ts';
import type { Spool } from '../../app/ports/spool.ts';
import { loadNative } from '../../native-workers/codec/codec.ts';
import { aggregatorName, countedDoor, nodeName, suiName } from './counted-door.ts';
import { openIdleClock } from './idle-clock.ts';
import { openInlinePool } from './inline-pool.ts';
import type { MemoryNature } from './memory-tree.ts';
import { onLifeline, openLifeline, tellingDone, type Lifeline } from './lifeline.ts';
import { openMemoryDisk, type MemoryDisk } from './memory-disk.ts';
import { openMemorySpool, type MemorySpool } from './memory-spool.ts';
import { seededDice } from './seeded-dice.ts';

export interface WorldOptions {
  readonly seed: number;
  /** Four nodes with ten shards: the first holds three, exactly a third of what may fail. */
  readonly nodes?: number;
  readonly shards?: number;
  /** Bytes of a full pack, roughly; chunks are at most a quarter of it. */
  readonly packBytesMax?: number;
  /** A clock that sockets, threads and a real disk need; virtual otherwise. */
  readonly clock?: Clock;
}

/** Requests since the last `take`. */
export interface RequestLog {
  readonly all: string[];
  /** Bytes of the answers to requests whose name contains the text. */
  bytes(text: string): number;
  answered(request: string, bytes: number): void;
  /** How many contain the text; empty counts all. */
  count(text?: string): number;
  take(): readonly string[];
}

export interface DeviceOptions {
  readonly phrase?: string;
  /** MIST given to the device's address; none for a device that only reads. */
  readonly mist?: bigint;
  /** Where its catalog lies; in memory when not given. */
  readonly catalogFile?: string;
  readonly disk?: Disk;
  /** In what its disk in memory differs from a usual one. */
  readonly nature?: MemoryNature;
  readonly spool?: Spool;
  /** Around the pool, for a device that means harm. */
  readonly pool?: (pool: Pool) => Pool;
  readonly power?: Power;
  readonly wallTime?: ReadWallTime;
}

export interface World {
  readonly seed: number;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly ledger: Ledger;
  readonly nodes: readonly RunningNode[];
  readonly endpoint: ChainEndpoint;
  /** Registers a storage node and opens it; it has no stake yet. */
  addNode(): Promise<RunningNode>;
  /** Resolves when no shard is on its way between nodes, or those that are cannot get on. */
  movesSettled(): Promise<void>;
  /** The doors of chain and nodes, for others than Floe. */
  readonly suiFetch: typeof fetch;
  readonly nodeFetch: typeof fetch;
  /** Nobody asks it who was not told its address. */
  readonly aggregator: RunningAggregator;
  readonly aggregatorUrl: string;
  /** The account that devices have when nothing else is said. */
  readonly phrase: string;
  /** Told of every request to the chain ('sui …') and to nodes ('PUT node-0 …'), before it is made; what it throws is the answer. */
  onRequest: ((request: string, url: URL) => void | Promise<void>) | undefined;
  /** Carries a request to the chain or a node in place of the usual way: late, twice, or so that its answer is lost. */
  carry: ((request: string, ask: () => Promise<Response>) => Promise<Response>) | undefined;
  /** A computer with an account, a device of its own and money. */
  device(name: string, options?: DeviceOptions): Promise<Device>;
  /** A computer on which nothing was set up: an empty home and a phrase. */
  emptyHome(name: string, options?: DeviceOptions): Promise<Device>;
  close(): Promise<void>;
}

export interface Device {
  readonly name: string;
  /** Of its account. */
  readonly phrase: string;
  readonly disk: MemoryDisk;
  readonly spool: MemorySpool;
  readonly requests: RequestLog;
  readonly events: EngineEvent[];
  /** Told of every durable point that its engine passes. */
  onPoint: ((point: string) => void) | undefined;
  /** Told of every call of its catalog, spool and disk that was carried out, before the engine hears of it. */
  onDone: ((call: string) => void) | undefined;
  engine: Engine;
  catalog: Catalog;
  /** A folder becomes a space of the same name. */
  protect(folder: string, options?: { mode?: 'sync' | 'archive'; name?: string; join?: string }): Promise<void>;
  /** One pass of the only space, or of the named one. */
  sync(space?: string): Promise<SyncReport>;
  /** Restores to a new folder of this device's disk and returns it. */
  restored(space: string, options?: { at?: string; paths?: readonly string[] }): Promise<string>;
  /** Kills the engine now; disk, spool and catalog stay. */
  crash(): void;
  /** Works until it is done or the engine was killed; a killed one is started again. */
  untilCrash(work: () => Promise<unknown>): Promise<'done' | 'crashed'>;
  /**
   * Works until the engine is killed at the named durable point, and starts it again. `name*#3`: the third point whose name begins so. Tells whether it
   * came to it.
   */
  killAt(point: string, work: () => Promise<unknown>): Promise<boolean>;
  /** Works until the engine is killed at the named durable point, and starts it again. */
  crashAt(point: string, work: () => Promise<unknown>): Promise<void>;
  start(): void;
  /** Throws the catalog away, as a broken disk would. */
  loseCatalog(): void;
  /** WAL paid and gas, from the catalog's own books. */
  intents(): Promise<number>;
}

/** 24 words that a seed repeats. */
export const phraseFrom = (dice: Dice): string => entropyToMnemonic(dice.bytes(32), wordlist);

const never = new AbortController().signal;
/** Plenty for every scenario, and little enough that nothing overflows. */
const usualMist = 30_000_000_000n;
const funding = { frostWanted: 10_000_000_000n, mistWanted: 5_000_000_000n };
/** Web streams hand their bytes on over several turns. */
const quietTurns = 4;
const quietLog = { write: () => {} };

function openRequestLog(): RequestLog {
  const all: string[] = [];
  let answers: { readonly request: string; readonly bytes: number }[] = [];
  return {
    all,
    bytes: (text) => answers.reduce((sum, { request, bytes }) => sum + (request.includes(text) ? bytes : 0), 0),
    answered: (request, bytes) => void answers.push({ request, bytes }),
    count: (text = '') => all.filter((request) => request.includes(text)).length,
    take() {
      answers = [];
      return all.splice(0);
    },
  };
}

function endpointOf({ ids }: Ledger): ChainEndpoint {
  return {
    network: 'local',
    grpcUrl: 'http://sui.local',
    systemObjectId: parseSuiId(ids.systemObjectId),
    stakingObjectId: parseSuiId(ids.stakingObjectId),
    exchangeIds: ids.exchangeIds.map((id) => parseSuiId(id)),
  };
}

export async function openWorld(options: WorldOptions): Promise<World> {
  const { seed, nodes = 4, shards = 10, packBytesMax = 256 * 1024 } = options;
  const dice = seededDice(seed);
  const clock = options.clock ?? openIdleClock(quietTurns);
  const native = loadNative();
  const local = await openLocalnet({ nodes, shards, clock, dice, ...(native === undefined ? {} : { rs2: native }) });
  const world: World = {
    seed,
    clock,
    dice,
    ledger: local.ledger,
    nodes: local.nodes,
    endpoint: endpointOf(local.ledger),
    addNode: () => local.addNode(),
    movesSettled: () => local.movesSettled(),
    suiFetch: local.suiFetch,
    nodeFetch: local.nodeFetch,
    aggregator: local.aggregator,
    aggregatorUrl: local.aggregatorUrl,
    phrase: phraseFrom(dice),
    onRequest: undefined,
    carry: undefined,
    async device(name, deviceOptions) {
      const made = await world.emptyHome(name, deviceOptions);
      await made.engine.chooseDevice(name, never);
      const chosen = await made.engine.device();
      const mist = deviceOptions?.mist ?? usualMist;
      if (chosen && mist > 0n) {
        local.ledger.fund(chosen.address, mist);
        await made.engine.fund(never);
      }
      made.requests.take();
      return made;
    },
    emptyHome: async (name, deviceOptions) => openDevice(name, world, local, packBytesMax, deviceOptions ?? {}),
    close: () => local.close(),
  };
  return world;
}

interface Machine {
  readonly local: MemoryLocalnet;
  readonly phrase: string;
  readonly disk: Disk;
  readonly spool: Spool;
  readonly pool: Pool;
  readonly told: Pick<DeviceOptions, 'power' | 'wallTime'>;
}

/** One life of an engine, from its start to its end. */
function startLife(device: Device, world: World, machine: Machine, onPoint: (point: string) => void): Lifeline {
  const { local } = machine;
  const line = openLifeline();
  const parts = { line, requests: device.requests, world };
  const { clock } = world;
  const sleep: Clock['sleep'] = (ms, signal) =>
    line.isCut
      ? new Promise(() => {})
      : clock.sleep(ms, signal).then(() => (line.isCut ? new Promise(() => {}) : undefined));
  const tiedClock: Clock = { now: () => clock.now(), steady: () => clock.steady(), sleep };
  const pace = openPace(tiedClock);
  device.engine = createEngine({
    account: openAccount(machine.phrase),
    chain: openChain({
      endpoint: world.endpoint,
      clock: tiedClock,
      fetch: countedDoor(local.suiFetch, suiName, parts),
    }),
    nodes: openNodes({
      scheme: 'http',
      clock: pace.clock,
      pace,
      fetch: countedDoor(local.nodeFetch, nodeName, parts),
    }),
    aggregators: openAggregators({
      clock: pace.clock,
      pace,
      fetch: countedDoor(local.aggregatorFetch, aggregatorName, parts),
    }),
    pace,
    ...machine.told,
    pool: onLifeline(line, machine.pool),
    disk: onLifeline(
      line,
      tellingDone(machine.disk, (call) => device.onDone?.(call)),
    ),
    spool: onLifeline(
      line,
      tellingDone(machine.spool, (call) => device.onDone?.(call)),
    ),
    catalog: onLifeline(
      line,
      tellingDone(device.catalog, (call) => device.onDone?.(call)),
    ),
    crypto: nodeCrypto,
    clock: tiedClock,
    dice: world.dice,
    log: quietLog,
    funding,
    networkName: 'local',
    onPoint,
  });
  device.engine.subscribe((event) => device.events.push(event));
  return line;
}

function openDevice(
  name: string,
  world: World,
  local: MemoryLocalnet,
  packBytesMax: number,
  options: DeviceOptions,
): Device {
  const disk = openMemoryDisk(world.clock, seededDice(world.seed + 1), options.nature);
  const spool = openMemorySpool();
  const pool = openInlinePool(packBytesMax);
  const machine: Machine = {
    local,
    phrase: options.phrase ?? world.phrase,
    disk: options.disk ?? disk,
    spool: options.spool ?? spool,
    pool: options.pool?.(pool) ?? pool,
    told: {
      ...(options.power ? { power: options.power } : {}),
      ...(options.wallTime ? { wallTime: options.wallTime } : {}),
    },
  };
  let line: Lifeline | undefined;
  let fatalPoint: string | undefined;
  let passed = 0;
  let restores = 0;
  const onPoint = (point: string): void => {
    device.onPoint?.(point);
    if (fatalPoint === undefined) return;
    const [name = '', times = '1'] = fatalPoint.split('#');
    const isIt = name.endsWith('*') ? point.startsWith(name.slice(0, -1)) : point === name;
    if (isIt && ++passed === Number(times)) line?.cut();
  };
  const unset = (): never => {
    throw new Error('the device is started before it is used');
  };
  const device: Device = {
    name,
    phrase: machine.phrase,
    disk,
    spool,
    requests: openRequestLog(),
    events: [],
    onPoint: undefined,
    onDone: undefined,
    engine: undefined as unknown as Engine,
    catalog: openCatalogInline({ file: options.catalogFile ?? ':memory:' }),
    async protect(folder, { mode = 'sync', name: as, join } = {}) {
      const input = { folder, name: as, mode, leaseEpochs: undefined, space: join };
      await device.engine.addSpace(input, never);
    },
    async sync(space) {
      const [report] = await device.engine.sync(space, never);
      return report ?? unset();
    },
    async restored(space, { at, paths = [] } = {}) {
      const to = `/restored-${++restores}`;
      disk.user.makeFolder(to);
      const done = await device.engine.restore({ space, to, paths, at, overwrite: 'never' }, never);
      if (done.problems.length > 0) throw done.problems[0]?.fault ?? unset();
      return to;
    },
    crash: () => line?.cut(),
    async untilCrash(work) {
      const crashed = line?.whenCut.then(() => 'crashed' as const);
      const outcome = await Promise.race([work().then(() => 'done' as const), ...(crashed ? [crashed] : [])]);
      if (outcome === 'crashed') device.start();
      return outcome;
    },
    async killAt(point, work) {
      fatalPoint = point;
      passed = 0;
      const outcome = await device.untilCrash(work);
      fatalPoint = undefined;
      return outcome === 'crashed';
    },
    async crashAt(point, work) {
      if (!(await device.killAt(point, work))) throw new Error(`the engine never came to ${point}`);
    },
    start() {
      line?.cut();
      line = startLife(device, world, machine, onPoint);
    },
    loseCatalog() {
      line?.cut();
      device.catalog = openCatalogInline({ file: ':memory:' });
      device.start();
    },
    intents: async () => (await device.catalog.intents(10_000)).length,
  };
  device.start();
  return device;
}
