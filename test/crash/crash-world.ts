/**
 * What the crash tests need: a network as a child process, homes of fresh accounts on it, the command line as a child that dies at a named point or
 * time, and the whole truth about a home afterwards, from its ledger, from the chain, and from the phrase alone.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { makePhrase, parsePhrase } from '../../app/adapters/account/account.ts';
import { openCatalog } from '../../app/adapters/catalog/catalog.ts';
import { openChain } from '../../app/adapters/chain/chain.ts';
import { systemClock } from '../../app/adapters/time/time.ts';
import { setUpHome } from '../../app/daemon/commands/account.ts';
import { compareFolders } from '../../app/daemon/commands/compare-folders.ts';
import { readDoor } from '../../app/daemon/embedded-network.ts';
import { openHost, type Host } from '../../app/daemon/host.ts';
import { parseSuiId, type SuiId } from '../../app/domain/ids.ts';
import type { Chain } from '../../app/ports/chain.ts';

const bin = resolve(import.meta.dirname, '../../app/daemon/bin.ts');
const never = new AbortController().signal;
const passphrase = async (): Promise<undefined> => undefined;
const log = { write: () => undefined };
const listedMax = 100_000;

process.env['FLOE_KEYCHAIN'] = 'off';

export interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** SIGKILL so long after the start. */
  readonly killAfterMs?: number | undefined;
  /** Called for each line of the command. */
  readonly onLine?: (line: string) => void;
}

/** Runs `floe` as a process of its own. */
export async function floe(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const started = performance.now();
  const child = spawn(process.execPath, [bin, '--json', ...args], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    stdout += `${line}\n`;
    options.onLine?.(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const { killAfterMs } = options;
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, fail) => {
    child.once('error', fail).once('close', (...end) => done(end));
  });
  clearTimeout(timer);
  return { signal, code, stdout, stderr, ms: performance.now() - started };
}

/** Runs `floe` to its good end, or throws what it said. */
export async function floeDone(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const ended = await floe(args, options);
  if (ended.code === 0) return ended;
  const words = `${ended.stdout.trim().split('\n').at(-1)} ${ended.stderr}`;
  throw new Error(`floe ${args.join(' ')} ended with ${ended.code ?? ended.signal}: ${words}`);
}

export interface World {
  readonly dir: string;
  readonly net: string;
  chain(): Chain;
  /** SIGKILL for the network, and the same network started again. */
  killNetwork(): Promise<void>;
  startNetwork(): Promise<void>;
  close(): Promise<void>;
}

export async function openWorld(epochSeconds?: number): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'floe-crash-'));
  const net = join(dir, 'net');
  // Most of a short command is the compiling of its modules; the commands of one run share it.
  process.env['NODE_COMPILE_CACHE'] = join(dir, 'compiled');
  let child: ChildProcess | undefined;
  const startNetwork = async (): Promise<void> => {
    const args = [bin, 'localnet', '--dir', net, '--nodes', '4', '--shards', '4', '--with-parent'];
    if (epochSeconds !== undefined) args.push('--epoch-seconds', String(epochSeconds));
    const started = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    child = started;
    const ready = await new Promise<string>((done) => {
      createInterface({ input: started.stdout })
        .once('line', done)
        .once('close', () => done('the network ended'));
    });
    if (!ready.includes('"ready"')) throw new Error(`no network: ${ready}`);
    started.stdout.resume();
  };
  const killNetwork = async (): Promise<void> => {
    const dying = child;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = new Promise((done) => dying.once('exit', done));
    dying.kill('SIGKILL');
    await gone;
  };
  await startNetwork();
  return {
    dir,
    net,
    chain: () => openChain({ endpoint: readDoor(net).endpoint, clock: systemClock() }),
    startNetwork,
    killNetwork,
    async close() {
      await killNetwork();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Home {
  readonly dir: string;
  readonly folder: string;
  readonly phrase: string;
  /** What the address held before it paid for anything, as the chain says. */
  readonly fundedFrost: bigint;
}

/** Work on a home by an engine of this process, which nobody kills. */
export async function withHome<T>(home: string, work: (host: Host) => Promise<T>): Promise<T> {
  const host = await openHost({ home, passphrase, log });
  try {
    return await work(host);
  } finally {
    await host.close();
  }
}

/** A fresh account with money and one space: a copy of `template`. */
export async function openHome(world: World, name: string, template: string): Promise<Home> {
  const dir = join(world.dir, name);
  const phrase = makePhrase();
  await setUpHome({ home: dir, passphrase }, { version: 1, network: 'local', localnet: world.net }, phrase);
  return takeHome(world, name, template, phrase);
}

/** The home that an init made, with the same space. Money and device are there already, or come now. */
export async function takeHome(world: World, name: string, template: string, phrase: string): Promise<Home> {
  const dir = join(world.dir, name);
  const folder = join(world.dir, `${name}-folder`);
  execFileSync('cp', ['-a', template, folder]);
  const space = { folder, name: 'space', mode: 'sync', leaseEpochs: undefined, space: undefined } as const;
  return withHome(dir, async ({ engine }) => {
    await engine.chooseDevice('crashing', never);
    await engine.fund(never);
    await engine.addSpace(space, never);
    const { chain } = await engine.status(never);
    if (!chain) throw new Error('the network of these tests can be asked');
    return { dir, folder, phrase, fundedFrost: chain.balances.frost };
  });
}

/** What an init that came to its end has told. */
export function accountOf(init: Ended): { readonly phrase: string; readonly address: SuiId } {
  const told: unknown = JSON.parse(init.stdout.trim().split('\n').at(-1) ?? '');
  const field = (key: string): string =>
    String(typeof told === 'object' && told !== null ? Reflect.get(told, key) : undefined);
  return { phrase: parsePhrase(field('phrase')), address: parseSuiId(field('address')) };
}

export const sync = (home: Home, options: RunOptions = {}): Promise<Ended> =>
  floe(['--home', home.dir, 'sync'], options);

/** Syncs to the good end. */
export const syncDone = (home: Home, options: RunOptions = {}): Promise<Ended> =>
  floeDone(['--home', home.dir, 'sync'], options);

/** All that must be the same however often a home was killed on its way. */
export interface Truth {
  /** By round: each path with what it is. */
  readonly listings: readonly (readonly string[])[];
  readonly isPending: boolean;
  readonly openIntents: number;
  /** Intents by kind and end. */
  readonly intents: Readonly<Record<string, number>>;
  readonly ledgerFrost: bigint;
  /** What left the address since it was funded, as the chain says. */
  readonly chainFrost: bigint;
  readonly packStates: readonly string[];
  readonly certifiedBlobs: number;
  readonly uncertifiedBlobs: number;
  readonly usedBytes: number;
  readonly spool: readonly string[];
}

export interface Purse {
  readonly bags: number;
  readonly frost: bigint;
  readonly intents: readonly string[];
}

/** What stands of an account on chain and in its ledger when only its init has run. */
export async function purseOf(world: World, dir: string, address: SuiId): Promise<Purse> {
  const catalog = await openCatalog({ file: join(dir, 'catalog.sqlite') });
  try {
    const chain = world.chain();
    const intents = await catalog.intents(listedMax);
    return {
      bags: (await chain.bags(address)).length,
      frost: (await chain.balances(address)).frost,
      intents: intents.map(({ kind, state }) => `${kind} ${state}`).toSorted(),
    };
  } finally {
    await catalog.close();
  }
}

export async function truthOf(world: World, home: Home): Promise<Truth> {
  const listed = await withHome(home.dir, async ({ engine }) => {
    const rounds = (await engine.log('space')).toSorted((a, b) => a.sequence - b.sequence);
    const { spaces } = await engine.status(never);
    return { listings: await listings(engine, rounds), isPending: spaces.some((space) => space.isPending) };
  });
  return { ...listed, ...(await moneyOf(world, home)), spool: readdirSync(join(home.dir, 'spool')) };
}

async function listings(engine: Host['engine'], rounds: readonly { readonly snapshot: string }[]): Promise<string[][]> {
  const all: string[][] = [];
  for (const { snapshot } of rounds) {
    const lines: string[] = [];
    const folders = [''];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const entry of (await engine.list('space', folder, snapshot)).entries) {
        const { path, kind, bytes, mode, mtimeNs } = entry;
        lines.push(`${path} ${kind} ${kind === 'folder' ? 0 : bytes} ${mode} ${kind === 'folder' ? 0 : mtimeNs}`);
        if (kind === 'folder') folders.push(path);
      }
    }
    all.push(lines.toSorted());
  }
  return all;
}

async function moneyOf(world: World, home: Home): Promise<Omit<Truth, 'listings' | 'isPending' | 'spool'>> {
  const catalog = await openCatalog({ file: join(home.dir, 'catalog.sqlite') });
  try {
    const chain = world.chain();
    const device: unknown = JSON.parse((await catalog.record('device')) ?? '{}');
    const address = parseSuiId(String(typeof device === 'object' && device ? Reflect.get(device, 'address') : ''));
    const intents: Record<string, number> = {};
    for (const { kind, state } of await catalog.intents(listedMax))
      intents[`${kind} ${state}`] = (intents[`${kind} ${state}`] ?? 0) + 1;
    const [space] = await catalog.spaces();
    if (!space) throw new Error('a home of these tests has a space');
    const packs = await catalog.packs(space.num);
    const pools = new Set([space.pool, ...packs.map((pack) => pack.pool)].filter((pool) => pool !== undefined));
    const blobs = [];
    let usedBytes = 0;
    for (const pool of pools) {
      for await (const page of chain.pooledBlobs(pool)) blobs.push(...page);
      usedBytes += (await chain.pool(pool))?.usedBytes ?? 0;
    }
    const certified = blobs.filter((blob) => blob.certifiedEpoch !== undefined).length;
    return {
      openIntents: (await catalog.openIntents()).length,
      intents,
      ledgerFrost: (await catalog.spent()).frost,
      chainFrost: home.fundedFrost - (await chain.balances(address)).frost,
      packStates: packs.map((pack) => pack.state),
      certifiedBlobs: certified,
      uncertifiedBlobs: blobs.length - certified,
      usedBytes,
    };
  } finally {
    await catalog.close();
  }
}

/** Differences between the home's folder and what an empty machine gets from the phrase alone; the oldest round too when its folder is given. */
export async function comesBack(world: World, home: Home, oldest: string | undefined): Promise<readonly string[]> {
  const dir = `${home.dir}-empty`;
  await setUpHome({ home: dir, passphrase }, { version: 1, network: 'local', localnet: world.net }, home.phrase);
  try {
    return await withHome(dir, async ({ engine }) => {
      await engine.recover(never);
      const differences: string[] = [];
      const first = (await engine.log('space')).toSorted((a, b) => a.sequence - b.sequence)[0]?.snapshot;
      const wanted = [
        { folder: home.folder, at: undefined },
        ...(oldest === undefined ? [] : [{ folder: oldest, at: first }]),
      ];
      for (const [i, { folder, at }] of wanted.entries()) {
        const to = join(dir, `back-${i}`);
        mkdirSync(to);
        const done = await engine.restore({ space: 'space', to, paths: [], at, overwrite: 'never' }, never);
        differences.push(...done.problems.map(({ path, fault }) => `${path}: ${fault.message}`));
        differences.push(...(await compareFolders(folder, to, [])));
      }
      return differences;
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
