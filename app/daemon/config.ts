/** What a home remembers about itself, beside catalog and vault: which network it belongs to. Not secret. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../domain/fault.ts';

export type NetworkName = 'local' | 'testnet' | 'mainnet';

export interface HomeConfig {
  readonly version: 1;
  readonly network: NetworkName;
  /** Folder of an embedded network that somebody else runs; undefined: this home runs its own. */
  readonly localnet: string | undefined;
  /** An init has begun and its phrase was not shown yet: running it again completes it. */
  readonly setup?: 'begun';
}

const fileName = 'floe.json';

export function parseNetwork(text: string): NetworkName {
  if (text === 'local' || text === 'testnet' || text === 'mainnet') return text;
  throw new Fault('bad-input', 'after-user', `'${text}' is no network. There are local, testnet and mainnet.`);
}

/** Undefined for a home that was never set up. */
export function readConfig(home: string): HomeConfig | undefined {
  let text: string;
  try {
    text = readFileSync(join(home, fileName), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const record: unknown = JSON.parse(text);
  const field = (key: string): unknown =>
    typeof record === 'object' && record !== null ? Reflect.get(record, key) : undefined;
  const version = field('version');
  if (version !== 1)
    throw new Fault(
      'home-newer',
      'after-user',
      `This home was set up by a newer Floe (version ${String(version)}). Update Floe.`,
    );
  const localnet = field('localnet');
  return {
    version: 1,
    network: parseNetwork(String(field('network'))),
    localnet: typeof localnet === 'string' ? localnet : undefined,
    ...(field('setup') === 'begun' ? { setup: 'begun' } : {}),
  };
}

/** Written beside and renamed, so that a home has a whole record or none. */
export function writeConfig(home: string, config: HomeConfig): void {
  const path = join(home, fileName);
  writeFileSync(`${path}.new`, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The init has come to its end: the phrase was shown, and another init would be a mistake. */
export function endSetup(home: string): void {
  const config = readConfig(home);
  if (config?.setup === undefined) return;
  const { version, network, localnet } = config;
  writeConfig(home, { version, network, localnet });
}
