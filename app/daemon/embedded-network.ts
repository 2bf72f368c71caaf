/**
 * The embedded network that a home runs for itself: a process of its own, so that its memory and its crashes are its own. It stops with the command
 * that started it, and by itself when that command is killed (its standard input closes).
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ChainEndpoint } from '../adapters/chain/profiles.ts';
import { Fault } from '../domain/fault.ts';
import { parseSuiId } from '../domain/ids.ts';

/** The ready line of `floe localnet`, as far as a client needs it. */
export interface NetworkDoor {
  readonly endpoint: ChainEndpoint;
  readonly control: string;
  readonly controlToken: string;
  readonly nodes: readonly { readonly index: number; readonly id: string; readonly shards: readonly number[] }[];
}

export interface EmbeddedNetwork {
  readonly door: NetworkDoor;
  close(): Promise<void>;
}

function parseDoor(text: string): NetworkDoor {
  const ready: unknown = JSON.parse(text);
  const field = (key: string): unknown =>
    typeof ready === 'object' && ready !== null ? Reflect.get(ready, key) : undefined;
  const nodes = field('nodes');
  const exchangeIds = field('exchangeIds');
  if (field('event') !== 'ready' || !Array.isArray(nodes) || !Array.isArray(exchangeIds)) {
    throw new Fault('bad-input', 'after-user', 'That is not the record of an embedded network.');
  }
  return {
    endpoint: {
      network: 'local',
      grpcUrl: String(field('sui')),
      faucetUrl: String(field('faucet')),
      systemObjectId: parseSuiId(String(field('systemObjectId'))),
      stakingObjectId: parseSuiId(String(field('stakingObjectId'))),
      exchangeIds: exchangeIds.map((id) => parseSuiId(String(id))),
    },
    control: String(field('control')),
    controlToken: String(field('controlToken')),
    nodes: nodes as NetworkDoor['nodes'],
  };
}

/** The door of a network that somebody else runs, from the record in its folder. */
export function readDoor(dir: string): NetworkDoor {
  let text: string;
  try {
    text = readFileSync(join(dir, 'network.json'), 'utf8');
  } catch (cause) {
    throw new Fault(
      'network-unreachable',
      'after-user',
      `No embedded network has run in ${dir}. Start one with 'floe localnet --dir ${dir}'.`,
      cause,
    );
  }
  return parseDoor(text);
}

export interface EmbeddedOptions {
  readonly dir: string;
  readonly nodes?: number;
  readonly shards?: number;
  readonly epochSeconds?: number;
}

const startMsMax = 60_000;
const stopMsMax = 10_000;

export async function startEmbeddedNetwork(options: EmbeddedOptions): Promise<EmbeddedNetwork> {
  const bin = fileURLToPath(new URL('./bin.ts', import.meta.url));
  const flags = Object.entries({
    '--nodes': options.nodes,
    '--shards': options.shards,
    '--epoch-seconds': options.epochSeconds,
  });
  const args = [
    // Its heap is mostly short-lived messages: without a bound each generation of them would be kept up to 96 MiB.
    '--max-semi-space-size=2',
    bin,
    'localnet',
    '--json',
    '--dir',
    options.dir,
    '--with-parent',
    ...flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)])),
  ];
  // Electron's own program is a Node when it is told so.
  const env = process.versions['electron'] === undefined ? process.env : { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
  const timer = AbortSignal.timeout(startMsMax);
  const line = await new Promise<string | undefined>((resolve) => {
    const lines = createInterface({ input: child.stdout });
    lines.once('line', resolve);
    void exited.then(() => resolve(undefined));
    timer.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  if (line === undefined || !line.includes('"ready"')) {
    child.kill('SIGKILL');
    const why = (line ?? complaint).trim().split('\n').at(-1) ?? '';
    throw new Fault(
      'network-unreachable',
      'later',
      `The embedded network did not start: ${why === '' ? 'it said nothing' : why}`,
    );
  }
  child.stdout.resume();
  return {
    door: parseDoor(line),
    async close() {
      child.stdin.end();
      child.kill('SIGTERM');
      const timeout = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
      await exited;
      clearTimeout(timeout);
    },
  };
}

/** One call of the network's control API. */
export async function controlNetwork(door: NetworkDoor, path: string, body?: object): Promise<void> {
  const answer = await fetch(`${door.control}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${door.controlToken}`, 'content-type': 'application/json' },
    body: body === undefined ? '{}' : JSON.stringify(body),
  });
  if (!answer.ok)
    throw new Fault(
      'network-unreachable',
      'later',
      `The embedded network refused '${path}': ${answer.status} ${await answer.text()}`,
    );
}
