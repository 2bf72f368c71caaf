/**
 * One device of a simulated world: disk, spool and catalog that outlive its process, and a real engine that lives until it is killed. Every call of every
 * port goes through `meet`.
 */
import { openCatalogInline } from '../../app/adapters/catalog/catalog.ts';
import { nodeCrypto } from '../../app/adapters/crypto/crypto.ts';
import type { Clock } from '../../app/domain/clock.ts';
import { createEngine, type Engine } from '../../app/engine/engine.ts';
import type { EnginePorts } from '../../app/engine/engine-ports.ts';
import type { Account } from '../../app/ports/account.ts';
import type { Catalog } from '../../app/ports/catalog.ts';
import type { IntentRow } from '../../app/ports/intents.ts';
import { openInlinePool } from '../world/inline-pool.ts';
import { onLifeline, openLifeline, type Lifeline } from '../world/lifeline.ts';
import { openMemorySpool, type MemorySpool } from '../world/memory-spool.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openSimDisk, type SimDisk } from './sim-disk.ts';
import type { Fate, SimNetwork } from './sim-network.ts';
import { watched, type Meet } from './watched.ts';

export interface SimDevice extends SimDisk {
  readonly name: string;
  readonly index: number;
  readonly spool: MemorySpool;
  readonly clock: Clock;
  engine: Engine;
  catalog: Catalog;
  /** The name that it has among the account's devices; a new one after each reinstallation. */
  installation: number;
  /** What this device's clock is wrong by, ms. */
  wrongMs: number;
  /** Told of each call of a port, before it is made. */
  meet: Meet;
  /** Told of each request to the network, before it is made. */
  meetRequest: (name: string) => Fate;
  /** Spending of installations that are no more. */
  readonly pastIntents: IntentRow[];
  /** Starts a process; an earlier one is killed first. */
  start(): void;
  kill(): void;
  readonly whenKilled: Promise<void>;
  /** Catalog and spool are lost; the folder stays. */
  loseHome(): Promise<void>;
}

export interface DeviceInput {
  readonly name: string;
  readonly index: number;
  readonly seed: number;
  readonly account: Account;
  readonly clock: Clock;
  readonly network: SimNetwork;
  readonly onDisplaced: (text: string) => void;
  readonly onPoint: (point: string) => void;
  /** Told of every line that the engine writes to its log. */
  readonly onLog: (line: string) => void;
  /** The ports as a planted bug has them. */
  readonly spoil: (ports: EnginePorts) => EnginePorts;
}

const packBytesMax = 256 * 1024;
const funding = { frostWanted: 10_000_000_000n, mistWanted: 5_000_000_000n };

/** Each device and each of its lives has chance of its own, so that a step that is taken away changes little of the others. */
const diceOf = (seed: number, ...parts: readonly number[]): ReturnType<typeof seededDice> =>
  seededDice(parts.reduce((mixed, part) => Math.imul(mixed ^ part, 0x9e37_79b1) >>> 0, seed + 1));

export function openSimDevice(input: DeviceInput): SimDevice {
  const { network, seed, index } = input;
  let lives = 0;
  let wrongMs = 0;
  let line: Lifeline = openLifeline();
  const clock: Clock = {
    now: () => input.clock.now() + wrongMs,
    steady: () => input.clock.steady(),
    sleep: (ms, signal) => input.clock.sleep(ms, signal),
  };
  const files = openSimDisk(clock, diceOf(seed, index, 1), input.onDisplaced);
  const device: SimDevice = {
    ...files,
    name: input.name,
    index,
    spool: openMemorySpool(),
    clock,
    engine: undefined as unknown as Engine,
    catalog: openCatalogInline({ file: ':memory:' }),
    installation: 0,
    get wrongMs() {
      return wrongMs;
    },
    set wrongMs(ms) {
      wrongMs = ms;
    },
    meet: () => ({ cut: undefined }),
    meetRequest: () => 'passes',
    pastIntents: [],
    get whenKilled() {
      return line.whenCut;
    },
    kill: () => line.cut(),
    start() {
      line.cut();
      line = openLifeline();
      device.engine = createEngine(input.spoil(portsOf(line, ++lives)));
    },
    async loseHome() {
      line.cut();
      device.pastIntents.push(...(await device.catalog.intents(10_000)));
      await device.catalog.close();
      device.catalog = openCatalogInline({ file: ':memory:' });
      for (const name of await device.spool.names()) await device.spool.remove(name);
      device.installation++;
      device.start();
    },
  };
  function portsOf(own: Lifeline, life: number): EnginePorts {
    const tied = <T extends object>(port: T, name: string): T =>
      onLifeline(
        own,
        watched(
          port,
          name,
          (call, args) => (own.isCut ? { cut: undefined } : device.meet(call, args)),
          () => own.cut(),
        ),
      );
    const meetRequest = (name: string): Fate => (own.isCut ? 'passes' : device.meetRequest(name));
    const tiedClock: Clock = {
      ...clock,
      sleep: (ms, signal) =>
        own.isCut
          ? new Promise(() => {})
          : clock.sleep(ms, signal).then(() => (own.isCut ? new Promise(() => {}) : undefined)),
    };
    return {
      account: input.account,
      chain: tied(network.chain(tiedClock, meetRequest), 'chain'),
      nodes: onLifeline(own, network.nodes(tiedClock, meetRequest)),
      pool: tied(openInlinePool(packBytesMax), 'pool'),
      disk: tied(files.disk, 'disk'),
      spool: tied(device.spool, 'spool'),
      catalog: tied(device.catalog, 'catalog'),
      crypto: nodeCrypto,
      clock: tiedClock,
      dice: diceOf(seed, index, 2, life),
      log: {
        write: (level, event, fields) => input.onLog(`${level} ${event} ${JSON.stringify(fields ?? {}, plainBigint)}`),
      },
      funding,
      networkName: 'local',
      onPoint: (point) => {
        if (!own.isCut) input.onPoint(point);
      },
    };
  }
  return device;
}

const plainBigint = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
