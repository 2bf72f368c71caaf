/**
 * What an embedded network is born with and keeps: its size, the seed of all keys, its ports and the token of its control interface.
 * Stored for this user only, because the seed is every node's secret.
 */
import { p256 } from '@noble/curves/nist.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { join } from 'node:path';
import type { Dice } from '../../domain/clock.ts';
import { concatBytes, fromHex, toHex } from '../../domain/bytes.ts';
import { Fault } from '../../domain/fault.ts';
import { keySeedBytes, nodeKeysFromSeed, type NodeKeys } from '../nodes/nodes.ts';
import type { GenesisOptions } from '../sui/sui.ts';
import { readJson, writePrivateJson } from './private-file.ts';
import { nodesMax, parseNetworkSize, spreadShards, type NetworkSize } from './shard-plan.ts';

const version = 1;
const seedBytes = 32;

export interface Genesis {
  readonly size: NetworkSize;
  readonly seed: Uint8Array<ArrayBuffer>;
  readonly controlToken: string;
}

/** Ports of the last run; asked for again at the next. */
interface Ports {
  readonly sui: number;
  readonly control: number;
  readonly aggregator: number;
  /** By index of the node. */
  readonly nodes: ReadonlyMap<number, number>;
}

/** The genesis of a folder, made at the first start. Sizes asked for later must be the ones it was born with. */
export function openGenesis(folder: string, asked: Partial<NetworkSize>, dice: Dice): Genesis {
  const file = join(folder, 'genesis.json');
  const stored = readJson(file);
  if (stored !== undefined) return checkSame(parseGenesis(stored, file), asked);
  const genesis = { size: parseNetworkSize(asked), seed: dice.bytes(seedBytes), controlToken: toHex(dice.bytes(32)) };
  const { size, seed, controlToken } = genesis;
  writePrivateJson(file, { version, ...size, seed: toHex(seed), controlToken });
  return genesis;
}

function parseGenesis(value: unknown, file: string): Genesis {
  const record = (typeof value === 'object' ? value : {}) as Readonly<Record<string, unknown>>;
  const { nodes, shards, epochSeconds, seed, controlToken } = record;
  if (record['version'] !== version) {
    throw new Fault('home-newer', 'after-user', 'This embedded network was made by another version of Floe.');
  }
  const isWhole =
    typeof nodes === 'number' &&
    typeof shards === 'number' &&
    typeof epochSeconds === 'number' &&
    typeof seed === 'string' &&
    typeof controlToken === 'string' &&
    controlToken.length >= 32;
  if (!isWhole)
    throw new Fault('catalog-damaged', 'after-user', `The file ${file} of the embedded network is damaged.`);
  return { size: parseNetworkSize({ nodes, shards, epochSeconds }), seed: fromHex(seed), controlToken };
}

function checkSame(genesis: Genesis, asked: Partial<NetworkSize>): Genesis {
  const { nodes, shards, epochSeconds } = genesis.size;
  const isSame =
    (asked.nodes ?? nodes) === nodes &&
    (asked.shards ?? shards) === shards &&
    (asked.epochSeconds ?? epochSeconds) === epochSeconds;
  if (isSame) return genesis;
  const was = `${nodes} nodes, ${shards} shards and epochs of ${epochSeconds} seconds`;
  throw new Fault('bad-input', 'after-user', `The network in this folder has ${was}; that cannot be changed.`);
}

/** Independent secrets out of the one seed. */
function derive(seed: Uint8Array, purpose: string, length: number): Uint8Array<ArrayBuffer> {
  const input = concatBytes(seed, new TextEncoder().encode(purpose));
  return new Uint8Array(blake2b(input, { dkLen: length }));
}

export function nodeName(index: number): string {
  return `node-${index}`;
}

export function indexOfName(name: string): number {
  const index = /^node-(\d{1,4})$/.exec(name)?.[1];
  if (index === undefined) throw new Error(`the ledger has a node of the name ${name}`);
  return Number(index);
}

export function nodeKeysOf({ seed }: Genesis, index: number): NodeKeys {
  return nodeKeysFromSeed(derive(seed, `floe localnet node ${index}`, keySeedBytes));
}

/** A secp256r1 public key, 33 bytes: on chain for TLS, which the loopback does without. */
export function networkPublicKeyOf({ seed }: Genesis, index: number): Uint8Array<ArrayBuffer> {
  const secret = p256.utils.randomSecretKey(derive(seed, `floe localnet network key ${index}`, keySeedBytes));
  return new Uint8Array(p256.getPublicKey(secret, true));
}

/** FROST per MiB of encoded size and epoch, and once; in the order of what public networks ask. */
const storagePrice = 11_000n;
const writePrice = 20_000n;

/** What the ledger is born from. */
export function genesisOptions(genesis: Genesis, addresses: readonly string[]): GenesisOptions {
  const { size, seed } = genesis;
  return {
    nodes: spreadShards(size.nodes, size.shards).map((shards, index) => ({
      name: nodeName(index),
      networkAddress: addresses[index] ?? '',
      publicKey: nodeKeysOf(genesis, index).publicKey,
      networkPublicKey: networkPublicKeyOf(genesis, index),
      shards,
    })),
    epochDurationMs: size.epochSeconds * 1000,
    storagePrice,
    writePrice,
    seed: derive(seed, 'floe localnet ledger', seedBytes),
  };
}

/** The remembered ports, or those counted from a first one; zeros ask for any. */
export function openPorts(folder: string, firstPort: number) {
  if (firstPort !== 0) {
    const nodes = (index: number): number => firstPort + 2 + index;
    // Behind all nodes that may ever join.
    return { sui: firstPort, control: firstPort + 1, nodes, aggregator: nodes(nodesMax) };
  }
  const stored = readJson(join(folder, 'ports.json'));
  const record = (typeof stored === 'object' && stored !== null ? stored : {}) as Readonly<Record<string, unknown>>;
  const port = (value: unknown): number =>
    typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 ? value : 0;
  const list: readonly unknown[] = Array.isArray(record['nodes']) ? record['nodes'] : [];
  return {
    sui: port(record['sui']),
    control: port(record['control']),
    aggregator: port(record['aggregator']),
    nodes: (index: number): number => port(list[index]),
  };
}

export function rememberPorts(folder: string, { nodes, ...ports }: Ports): void {
  const length = Math.max(0, ...[...nodes.keys()].map((index) => index + 1));
  writePrivateJson(join(folder, 'ports.json'), {
    ...ports,
    nodes: Array.from({ length }, (_, index) => nodes.get(index) ?? 0),
  });
}
