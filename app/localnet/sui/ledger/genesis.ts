/**
 * The first state of a network: system, staking and one pool per node with all shards handed out, an exchange full of WAL, and the
 * operator's SUI that the faucet gives away. Every id follows from the seed.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { toBase58, toHex } from '@mysten/sui/utils';
import { storageMist } from './gas.ts';
import { storedBytes, withDigest } from './object.ts';
import type { Owner, StoredObject } from './object.ts';
import { encodeWith, fieldId, fieldType, wrapperOf } from '../move/runtime.ts';
import { typeText } from '../move/types.ts';
import type { MoveType } from '../move/types.ts';
import { walrusVersion } from '../move/modules/accounting.ts';
import { newCap, poolValue } from '../move/modules/staking-pool.ts';
import { World, addressText } from '../move/world.ts';
import type { Packages } from '../move/world.ts';
import type { GenesisNode, GenesisOptions, LedgerIds } from '../network.ts';

/** One hundredth of what a u64 holds of MIST: more than a test or a person can spend, and sums still fit 63 bits. */
const operatorMist = 4_000_000_000_000_000_000n;
const exchangeFrost = 4_000_000_000_000_000_000n;
const capacityBytesDefault = 1_125_899_906_842_624n;
const epochsAheadDefault = 53;
/** FROST at the birth of a network: stakes in proportion to shards, so that the first change of epochs moves none. */
export const stakePerShard = 1_000_000_000_000n;
/** Walrus begins with epoch 0 and no committee; the network is handed over in its first real epoch. */
const firstEpoch = 1;

export interface Identity {
  readonly packages: Packages;
  readonly ids: LedgerIds;
  readonly operator: Ed25519Keypair;
  readonly genesisDigest: string;
}

function derive(seed: Uint8Array, name: string): Uint8Array {
  const hash = blake2b.create({ dkLen: 32 });
  hash.update(seed);
  hash.update(new TextEncoder().encode(`floe localnet ${name}`));
  return hash.digest();
}

export function identityOf(seed: Uint8Array): Identity {
  const id = (name: string): string => addressText(derive(seed, name));
  const packages: Packages = {
    walrusType: id('walrus package, first'),
    walrusCall: id('walrus package, newest'),
    wal: id('wal package'),
    exchange: id('exchange package'),
    operator: id('operator package'),
  };
  const ids: LedgerIds = {
    systemObjectId: id('system'),
    stakingObjectId: id('staking'),
    exchangeIds: [id('exchange')],
    walPackageId: packages.wal,
    walrusTypePackageId: packages.walrusType,
    walrusCallPackageId: packages.walrusCall,
    exchangePackageId: packages.exchange,
    chainId: toBase58(derive(seed, 'chain')),
  };
  const operator = Ed25519Keypair.fromSecretKey(derive(seed, 'operator key'));
  return { packages, ids, operator, genesisDigest: toBase58(derive(seed, 'genesis transaction')) };
}

export function nodeIdOf(seed: Uint8Array, index: number): string {
  return addressText(derive(seed, `node ${index}`));
}

interface PlacedNode extends GenesisNode {
  readonly id: string;
  readonly held: readonly number[];
}

export function genesisObjects(options: GenesisOptions, identity: Identity, nowMs: number): readonly StoredObject[] {
  return new Genesis(options, identity, nowMs).objects;
}

class Genesis {
  readonly objects: StoredObject[] = [];
  readonly #options: GenesisOptions;
  readonly #world: World;
  readonly #identity: Identity;
  #made = 0;
  readonly #activeSet: string;

  constructor(options: GenesisOptions, identity: Identity, nowMs: number) {
    this.#options = options;
    this.#identity = identity;
    this.#world = new World(identity.packages);
    const nodes = placeNodes(options);
    this.#activeSet = addressText(derive(options.seed, 'active set'));
    this.#shared(
      identity.ids.systemObjectId,
      'System',
      this.#systemInner(nodes),
      'system_state_inner::SystemStateInnerV1',
    );
    this.#shared(
      identity.ids.stakingObjectId,
      'Staking',
      this.#stakingInner(nodes, nowMs),
      'staking_inner::StakingInnerV1',
    );
    this.#money();
    this.#nodes(nodes);
  }

  #id(): string {
    return addressText(derive(this.#options.seed, `object ${this.#made++}`));
  }

  #add(id: string, type: MoveType, value: unknown, owner: Owner): void {
    const world = this.#world;
    const contents = encodeWith(world.codec(type), value);
    const text = typeText(type);
    this.objects.push(
      withDigest({
        id,
        version: 1n,
        type: text,
        owner,
        contents,
        previousTransaction: this.#identity.genesisDigest,
        storageRebate: storageMist(storedBytes({ contents, type: text })),
        publicTransfer: world.has(type, 'key') && world.has(type, 'store'),
      }),
    );
  }

  #field(parent: string, key: MoveType, name: unknown, type: MoveType, value: unknown): string {
    const id = fieldId(this.#world, parent, key, name);
    this.#add(id, fieldType(this.#world, key, type), { id, name, value }, { kind: 'object', id: parent });
    return id;
  }

  /** System and Staking: a shared shell with a version, its state in a dynamic field under that version. */
  #shared(id: string, name: string, inner: unknown, innerType: string): void {
    const world = this.#world;
    const shell = {
      id,
      version: walrusVersion,
      package_id: this.#identity.packages.walrusCall,
      new_package_id: null,
    };
    this.#add(id, world.type(name), shell, { kind: 'shared', initialVersion: 1n });
    this.#field(id, world.type('u64'), walrusVersion, world.type(`walrus::${innerType}`), inner);
  }

  #systemInner(nodes: readonly PlacedNode[]): unknown {
    const { epochsAheadMax: length = epochsAheadDefault, storagePrice, writePrice, capacityBytes } = this.#options;
    const members = nodes.map((node) => ({
      public_key: { bytes: node.publicKey },
      weight: node.held.length,
      node_id: node.id,
    }));
    return {
      committee: {
        members,
        n_shards: members.reduce((sum, member) => sum + member.weight, 0),
        epoch: firstEpoch,
        total_aggregated_key: { bytes: sumOfKeys(nodes) },
      },
      total_capacity_size: capacityBytes ?? capacityBytesDefault,
      used_capacity_size: 0n,
      storage_price_per_unit_size: storagePrice,
      write_price_per_unit_size: writePrice,
      future_accounting: {
        current_index: 0,
        length,
        ring_buffer: Array.from({ length }, (_, ahead) => ({
          epoch: firstEpoch + ahead,
          used_capacity: 0n,
          rewards_to_distribute: 0n,
        })),
      },
      event_blob_certification_state: { latest_certified_blob: null, aggregate_weight_per_blob: new Map() },
      deny_list_sizes: { id: this.#id() },
    };
  }

  #stakingInner(nodes: readonly PlacedNode[], nowMs: number): unknown {
    const pools = this.#id();
    for (const node of nodes) this.#pool(pools, node);
    const committee = { pos0: new Map(nodes.map((node) => [node.id, node.held])) };
    return {
      n_shards: nodes.reduce((sum, node) => sum + node.held.length, 0),
      epoch_duration: BigInt(this.#options.epochDurationMs),
      first_epoch_start: BigInt(nowMs),
      pools: { id: pools, size: BigInt(nodes.length) },
      epoch: firstEpoch,
      active_set: { id: this.#activeSet },
      next_committee: null,
      committee,
      previous_committee: { pos0: new Map() },
      next_epoch_params: null,
      epoch_state: { variant: 'EpochChangeDone', value: BigInt(nowMs) },
      next_epoch_public_keys: { id: this.#id() },
    };
  }

  #pool(pools: string, node: PlacedNode): void {
    const world = this.#world;
    const idType = world.type('ID');
    const field = this.#field(pools, wrapperOf(world, idType), { name: node.id }, idType, node.id);
    const pool = poolValue({
      ...node,
      freshId: () => this.#id(),
      epoch: firstEpoch,
      storagePrice: this.#options.storagePrice,
      writePrice: this.#options.writePrice,
      capacityBytes: (this.#options.capacityBytes ?? capacityBytesDefault) / BigInt(this.#options.nodes.length),
      stake: BigInt(node.held.length) * stakePerShard,
      owner: this.#identity.operator.toSuiAddress(),
    });
    this.#add(node.id, world.type('walrus::staking_pool::StakingPool'), pool, { kind: 'object', id: field });
  }

  /** The list of nodes, and the capability of each, which the operator holds. */
  #nodes(nodes: readonly PlacedNode[]): void {
    const world = this.#world;
    const list = world.type('walrus::active_set::ActiveSet');
    const key = world.type('walrus::extended_field::Key');
    this.#field(this.#activeSet, key, { dummy_field: false }, list, { nodes: nodes.map(({ id }) => id) });
    const owner = { kind: 'address', id: this.#identity.operator.toSuiAddress() } as const;
    for (const node of nodes) {
      const id = this.#id();
      this.#add(id, world.type('walrus::storage_node::StorageNodeCap'), newCap(id, node.id), owner);
    }
  }

  #money(): void {
    const world = this.#world;
    const [exchange = ''] = this.#identity.ids.exchangeIds;
    const pot = { id: exchange, wal: exchangeFrost, sui: 0n, rate: { wal: 1n, sui: 1n }, admin: this.#id() };
    this.#add(exchange, world.type('Exchange'), pot, { kind: 'shared', initialVersion: 1n });
    const owner = { kind: 'address', id: this.#identity.operator.toSuiAddress() } as const;
    const id = this.#id();
    this.#add(id, world.type('Coin<SUI>'), { id, balance: operatorMist }, owner);
  }
}

/** Shards in the order the nodes are given, nodes in the order of their ids. */
function placeNodes({ nodes, seed }: GenesisOptions): readonly PlacedNode[] {
  let next = 0;
  const placed = nodes.map((node, index): PlacedNode => {
    if (node.publicKey.length !== 96 || node.networkPublicKey.length !== 33) {
      throw new Error(`node ${node.name} has a key of the wrong length`);
    }
    if (!Number.isInteger(node.shards) || node.shards < 1) throw new Error(`node ${node.name} holds no shard`);
    const held = Array.from({ length: node.shards }, (_, shard) => next + shard);
    next += node.shards;
    return { ...node, id: nodeIdOf(seed, index), held };
  });
  if (next > 65_535) throw new Error('a network has at most 65,535 shards');
  return placed.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function sumOfKeys(nodes: readonly GenesisNode[]): Uint8Array {
  const { Point } = bls12_381.G1;
  const sum = nodes.reduce((total, node) => total.add(Point.fromHex(toHex(node.publicKey))), Point.ZERO);
  return sum.toBytes(true);
}
