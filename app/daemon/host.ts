/** The headless host: fills in every port of the engine for one home, and closes them again in the right order. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openAccount } from '../adapters/account/account.ts';
import { openAggregators } from '../adapters/aggregators/aggregators.ts';
import { openCatalog } from '../adapters/catalog/catalog.ts';
import { openChain } from '../adapters/chain/chain.ts';
import { networkProfile, type ChainEndpoint } from '../adapters/chain/profiles.ts';
import { nodeCrypto } from '../adapters/crypto/crypto.ts';
import { openDisk } from '../adapters/disk/disk.ts';
import { lockHome } from '../adapters/home/home.ts';
import { openNodes } from '../adapters/nodes/nodes.ts';
import { openPool } from '../adapters/pool/pool.ts';
import { openSpool } from '../adapters/spool/spool.ts';
import { openLinuxPower } from '../adapters/power/power.ts';
import { systemClock, systemDice, systemWallTime } from '../adapters/time/time.ts';
import { openVault } from '../adapters/vault/vault.ts';
import { Fault } from '../domain/fault.ts';
import { openPace } from '../domain/pace.ts';
import type { Power } from '../ports/power.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { Log } from '../ports/log.ts';
import type { Vault } from '../ports/vault.ts';
import { readConfig, type HomeConfig } from './config.ts';
import { readOnlyFolder } from './read-only-folder.ts';
import { openBareCatalog, openHomeCatalog } from './home-catalog.ts';
import { finishMending } from './self-card.ts';
import { readDoor, startEmbeddedNetwork, type NetworkDoor } from './embedded-network.ts';

export interface HostOptions {
  readonly home: string;
  readonly passphrase: () => Promise<string | undefined>;
  readonly log: Log;
  readonly onPoint?: (point: string) => void;
  /** Told by a desktop; else read from the system where it tells. */
  readonly power?: Power;
  /** A network that is running already, in place of starting this home's own. */
  readonly door?: NetworkDoor | undefined;
  /** An account that is not kept in this home: to look at it before it is. */
  readonly visitor?: { readonly config: HomeConfig; readonly phrase: string };
  /** A damaged catalog is moved aside and a new one begun: for a recovery, which fills it again. */
  readonly setsDamageAside?: boolean;
  /** The caller holds the home's lock, and for longer than this host. */
  readonly isHeld?: boolean;
  /** Absolute, link-free path of a folder in which nothing may be changed. */
  readonly readOnlyFolder?: string | undefined;
}

export interface Host {
  readonly config: HomeConfig;
  readonly engine: Engine;
  readonly vault: Vault;
  /** The embedded network's door; undefined on public networks. */
  readonly door: NetworkDoor | undefined;
  close(): Promise<void>;
}

/** Threads of the disk adapter: a cold first scan gains from more than cores, a warm one from one a core. */
const diskThreads = 2;

/** What an address should hold on the local network: plenty, since it is play money. */
const localFunding = { frostWanted: 100_000_000_000n, mistWanted: 5_000_000_000n };
const publicFunding = { frostWanted: 1_000_000_000n, mistWanted: 1_000_000_000n };

type Closer = () => Promise<void> | void;

/** Opens a home that `init` or `recover` has set up. `phrase` is given by those two, which have it at hand. */
export async function openHost(options: HostOptions): Promise<Host> {
  const closers: Closer[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    if (options.isHeld !== true) {
      const lock = lockHome(options.home);
      closers.push(() => lock.release());
    }
    const config = options.visitor?.config ?? readConfig(options.home);
    if (!config) throw noAccount(options.home);
    const vault = openVault({ homeDir: options.home, network: config.network, passphrase: options.passphrase });
    const phrase = options.visitor?.phrase ?? (await vault.phrase());
    if (phrase === undefined) throw noAccount(options.home);
    const { endpoint, door } = await openNetwork(options, config, closers);
    const clock = systemClock();
    const dice = systemDice();
    // First: the codec settles how the process gives memory back, before other threads take theirs.
    const pool = openPool();
    closers.push(() => pool.close());
    const { home, log, setsDamageAside } = options;
    const kept = { home, log, open: openCatalog };
    const catalog = await (options.visitor
      ? openBareCatalog(kept)
      : openHomeCatalog({ ...kept, clock, setsDamageAside }));
    closers.push(() => catalog.close());
    const spoolDir = join(options.home, 'spool');
    mkdirSync(spoolDir, { recursive: true, mode: 0o700 });
    const ownDisk = openDisk({ threads: diskThreads });
    closers.push(() => ownDisk.close());
    const { readOnlyFolder: readOnly } = options;
    const disk = readOnly === undefined ? ownDisk : readOnlyFolder(ownDisk, readOnly);
    const pace = openPace(clock);
    const nodes = openNodes({ scheme: config.network === 'local' ? 'http' : 'https', clock: pace.clock, pace });
    closers.push(() => nodes.close());
    const aggregators = openAggregators({ clock: pace.clock, pace });
    closers.push(() => aggregators.close());
    const engine = createEngine({
      account: openAccount(phrase),
      chain: openChain({ endpoint, clock }),
      nodes,
      aggregators,
      pool,
      disk,
      spool: await openSpool(spoolDir),
      catalog,
      crypto: nodeCrypto,
      clock,
      dice,
      log: options.log,
      funding: config.network === 'local' ? localFunding : publicFunding,
      networkName: config.network,
      pace,
      wallTime: systemWallTime,
      power: options.power ?? openLinuxPower(),
      ...(options.onPoint ? { onPoint: options.onPoint } : {}),
    });
    if (options.visitor === undefined) await finishMending(options.home, catalog, engine, new AbortController().signal);
    return { config, engine, vault, door, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const noAccount = (home: string): Fault =>
  new Fault(
    'no-account',
    'after-user',
    `There is no Floe account in ${home} yet. Run 'floe init' or 'floe recover' first.`,
  );

async function openNetwork(
  { home, door: given }: HostOptions,
  config: HomeConfig,
  closers: Closer[],
): Promise<{ endpoint: ChainEndpoint; door: NetworkDoor | undefined }> {
  if (config.network !== 'local') return { endpoint: networkProfile(config.network), door: undefined };
  if (given) return { endpoint: given.endpoint, door: given };
  if (config.localnet !== undefined) {
    const door = readDoor(config.localnet);
    return { endpoint: door.endpoint, door };
  }
  const running = await startEmbeddedNetwork({ dir: join(home, 'localnet') });
  closers.push(() => running.close());
  return { endpoint: running.door.endpoint, door: running.door };
}
