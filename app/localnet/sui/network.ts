/** What the stand-in's ledger promises to the rest of the embedded network: its committee, its Walrus events, and the hands on its clock. */
import type { Clock, Dice } from '../../domain/clock.ts';
import type { LedgerCore } from './ledger/core.ts';
import type { JoiningNode } from './ledger/operator.ts';

export interface GenesisNode {
  readonly name: string;
  /** `host:port`, or with a path behind it; clients put the scheme before it. */
  readonly networkAddress: string;
  /** BLS12-381 key in G1, uncompressed, 96 bytes. */
  readonly publicKey: Uint8Array;
  /** secp256r1 key of the node's TLS certificate, compressed, 33 bytes. */
  readonly networkPublicKey: Uint8Array;
  /** How many shards it holds. */
  readonly shards: number;
}

export interface GenesisOptions {
  readonly nodes: readonly GenesisNode[];
  readonly epochDurationMs: number;
  /** How many epochs ahead storage is sold; 53 as on the public networks. */
  readonly epochsAheadMax?: number;
  /** FROST per MiB of encoded size and epoch. */
  readonly storagePrice: bigint;
  /** FROST per MiB of encoded size, once. */
  readonly writePrice: bigint;
  /** Encoded bytes that may be sold for one epoch; 1 PiB when nothing is said. */
  readonly capacityBytes?: bigint;
  /** Every id of the network follows from it, and the operator's key. */
  readonly seed: Uint8Array;
}

export interface LedgerOptions {
  /** A SQLite file, or `:memory:`. */
  readonly file: string;
  /** Used only when the file is new. */
  readonly genesis: GenesisOptions;
  readonly clock: Clock;
  readonly dice: Dice;
}

export interface CommitteeMember {
  readonly nodeId: string;
  readonly name: string;
  readonly networkAddress: string;
  /** Uncompressed, 96 bytes. */
  readonly publicKey: Uint8Array;
  readonly shards: readonly number[];
}

export interface NodeOnChain {
  readonly nodeId: string;
  readonly name: string;
  /** FROST. */
  readonly stake: bigint;
  /** FROST per MiB of encoded size. */
  readonly votes: { readonly storage: bigint; readonly write: bigint };
  /** FROST earned and not paid out. */
  readonly rewards: bigint;
}

export interface LedgerCommittee {
  readonly epoch: number;
  readonly shards: number;
  /** In the order of node ids, which is also the order of certificate bits. */
  readonly members: readonly CommitteeMember[];
}

/** Fields of the events of module `walrus::events`. Blob ids are the u256 of the chain. */
export interface WalrusEventFields {
  readonly BlobRegistered: {
    readonly epoch: number;
    readonly blob_id: bigint;
    readonly size: bigint;
    readonly encoding_type: number;
    readonly end_epoch: number;
    readonly deletable: boolean;
    readonly object_id: string;
  };
  readonly BlobCertified: {
    readonly epoch: number;
    readonly blob_id: bigint;
    readonly end_epoch: number;
    readonly deletable: boolean;
    readonly object_id: string;
    readonly is_extension: boolean;
  };
  readonly BlobDeleted: {
    readonly epoch: number;
    readonly blob_id: bigint;
    readonly end_epoch: number;
    readonly object_id: string;
    readonly was_certified: boolean;
  };
  readonly InvalidBlobID: { readonly epoch: number; readonly blob_id: bigint };
  readonly EpochChangeStart: { readonly epoch: number };
  readonly EpochChangeDone: { readonly epoch: number };
  readonly EpochParametersSelected: { readonly next_epoch: number };
  readonly ShardsReceived: { readonly epoch: number; readonly shards: readonly number[] };
  readonly PricesUpdated: { readonly epoch: number; readonly storage_price: bigint; readonly write_price: bigint };
  readonly StoragePoolCreated: {
    readonly epoch: number;
    readonly storage_pool_id: string;
    readonly reserved_encoded_capacity_bytes: bigint;
    readonly start_epoch: number;
    readonly end_epoch: number;
  };
  readonly StoragePoolExtended: {
    readonly epoch: number;
    readonly storage_pool_id: string;
    readonly new_end_epoch: number;
  };
  readonly PooledBlobRegistered: {
    readonly epoch: number;
    readonly blob_id: bigint;
    readonly unencoded_size: bigint;
    readonly encoding_type: number;
    readonly deletable: boolean;
    readonly object_id: string;
    readonly storage_pool_id: string;
  };
  readonly PooledBlobCertified: {
    readonly epoch: number;
    readonly blob_id: bigint;
    readonly deletable: boolean;
    readonly object_id: string;
    readonly storage_pool_id: string;
  };
  readonly PooledBlobDeleted: {
    readonly epoch: number;
    readonly blob_id: bigint;
    readonly object_id: string;
    readonly was_certified: boolean;
    readonly storage_pool_id: string;
  };
}

export type WalrusEventType = keyof WalrusEventFields;

/** One event, told apart by `type`. */
export type WalrusEvent = {
  readonly [Type in WalrusEventType]: {
    readonly sequence: number;
    readonly txDigest: string;
    readonly eventSequence: number;
    readonly type: Type;
    readonly fields: WalrusEventFields[Type];
  };
}[WalrusEventType];

export interface LedgerIds {
  readonly systemObjectId: string;
  readonly stakingObjectId: string;
  readonly exchangeIds: readonly string[];
  readonly walPackageId: string;
  /** Types and events carry this package. */
  readonly walrusTypePackageId: string;
  /** Calls go to this one, as after an upgrade. */
  readonly walrusCallPackageId: string;
  readonly exchangePackageId: string;
  readonly chainId: string;
}

export interface Ledger {
  readonly ids: LedgerIds;
  committee(): LedgerCommittee;
  /** The committee of the epoch before; nothing in the first one. */
  previousCommittee(): LedgerCommittee | undefined;
  epoch(): number;
  /** When the running epoch may end, in milliseconds since 1970. While shards move: an epoch from now, at least. */
  nextEpochAtMs(): number;
  /** Whether the epoch has begun and nodes with two thirds of the shards have not yet said that they hold theirs. */
  isChanging(): boolean;
  /** All nodes that are registered and stay, in a committee or not. */
  nodes(): readonly NodeOnChain[];
  /** How many nodes were ever registered. */
  nodesEver(): number;
  /** A node's word that it holds its shards of this epoch. Nothing when it said so before, or has none. */
  epochSyncDone(nodeId: string, epoch: number): void;
  /** Registers a node, and gives its id. It gets shards when an epoch begins for which it has stake. */
  joinNode(node: JoiningNode): string;
  /** The node gets no shards in the committees that are chosen from now on. Refused when the others could not take all shards. */
  leaveNode(nodeId: string): void;
  /** FROST; counts for the committees that are chosen from now on. */
  setStake(nodeId: string, stake: bigint): void;
  /** FROST per MiB of encoded size; counts when the next prices are chosen. */
  vote(nodeId: string, storage: bigint, write: bigint): void;
  /** Walrus events after a sequence number, in order; sequence numbers rise, but not always by one. */
  eventsAfter(sequence: number, limit: number): readonly WalrusEvent[];
  /** Calls back after each transaction that is durable and had Walrus events; the result ends it. */
  onEvent(listener: (events: readonly WalrusEvent[]) => void): () => void;
  /** When the pool's space ends; nothing for an unknown or destroyed pool. */
  poolEndEpoch(poolId: string): number | undefined;
  /** Ports may change over a restart. By node id. */
  setNodeAddresses(addresses: ReadonlyMap<string, string>): void;
  /** Ends the running epoch at once. Refused while shards are still moving. */
  advanceEpoch(): void;
  /**
   * Ends the running epoch if its time is over, and says whether it did; the composition calls it by its own timer. Time in which nobody
   * called makes that one epoch longer, as it does on a network whose nodes slept.
   */
  tick(): boolean;
  /** FROST per MiB of encoded size. */
  setPrices(storage: bigint, write: bigint): void;
  /** SUI from the faucet, in MIST. */
  fund(address: string, mist: bigint): { readonly digest: string; readonly coinId: string };
  close(): void;
  /** For the doors of this folder. */
  readonly core: LedgerCore;
}
