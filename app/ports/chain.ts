/**
 * Sui and the Walrus contracts as the engine needs them. Reading is always fresh. Spending is in three moves, so that nothing is ever paid
 * twice: `prepare` builds one exact transaction, the engine writes its bytes and digest to the ledger, and `send` submits those bytes.
 * After a crash or a time-out the engine asks `outcome(digest)` and may only send the very same bytes again.
 */
import type { BlobId } from '../domain/blob-id.ts';
import type { Certificate, NetworkState } from '../domain/committee.ts';
import type { SuiId } from '../domain/ids.ts';

/** Signs for one device address (Ed25519). Holds the secret; shows none of it. */
export interface Signer {
  readonly address: SuiId;
  /** Serialised Sui signature (flag, signature, public key) over the transaction's intent message. */
  sign(transaction: Uint8Array): Promise<Uint8Array>;
  /** Serialised Sui signature over a personal message; it can never be taken for that of a transaction. */
  signMessage(message: Uint8Array): Promise<Uint8Array>;
}

/** The chain's own record that a blob was certified. */
export interface CertifiedEvent {
  /** Base58 digest of the transaction that emitted it. */
  readonly transaction: string;
  readonly type: string;
  /** BCS of the event. */
  readonly contents: Uint8Array;
}

export interface BlobToRegister {
  readonly blobId: BlobId;
  /** 32 bytes. */
  readonly rootHash: Uint8Array;
  readonly unencodedBytes: number;
  readonly encodedBytes: number;
}

/** An entry of the device's bag: 32-byte key, sealed value. */
export interface BagEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface HeadMove {
  readonly bag: SuiId;
  readonly entry: BagEntry;
  /** True when the bag holds this key already (remove + add); false for the first head of a space. */
  readonly replaces: boolean;
  /** The bag as it was when it was looked at: the transaction fails when anybody changed it since. Undefined: whatever it is by then. */
  readonly seen: BagState | undefined;
}

export interface BagState {
  readonly version: bigint;
  readonly digest: string;
}

/** One spending step. Each becomes exactly one transaction. */
export type ChainStep =
  /** Makes the device's bag with its first entries and keeps it at the device's address. */
  | { readonly kind: 'make-bag'; readonly entries: readonly BagEntry[] }
  /** Puts or replaces an entry outside of a round. */
  | { readonly kind: 'put-entry'; readonly move: HeadMove }
  /**
   * Registers a deletable blob in a pool. Without `pool` a new pool of exactly `growBytes` is made first, paid for `epochsAhead` epochs; with
   * one, its capacity grows by `growBytes` (0: not at all) to the pool's own end epoch.
   */
  | {
      readonly kind: 'register';
      readonly pool: SuiId | undefined;
      readonly growBytes: number;
      readonly epochsAhead: number;
      readonly blob: BlobToRegister;
    }
  /** Certifies pooled blobs and, in the same transaction, moves a head. */
  | {
      readonly kind: 'certify';
      readonly pool: SuiId;
      readonly blobs: readonly { readonly blobId: BlobId; readonly certificate: Certificate }[];
      readonly head: HeadMove | undefined;
    }
  /**
   * Extends pools once, at some later time and by whoever sends it: the price is the one of then, at most `frostMax` in all, or nothing happens. It stays
   * possible for months, but only as long as the sender's address does nothing else.
   */
  | {
      readonly kind: 'extend-later';
      readonly pools: readonly { readonly pool: SuiId; readonly epochs: number }[];
      readonly frostMax: bigint;
    }
  /**
   * Extends a pool. First `shrinkBytes` of unused capacity are split off (0: none), so that they are not paid on; what was paid of them until the pool's
   * old end goes `into` another pool of the sender that ends then, or stays with the sender.
   */
  | {
      readonly kind: 'extend-pool';
      readonly pool: SuiId;
      readonly epochs: number;
      readonly shrinkBytes: number;
      readonly into: SuiId | undefined;
    }
  /** Deletes pooled blobs, whose capacity is the pool's again, and in the same transaction moves an entry. */
  | {
      readonly kind: 'delete-blobs';
      readonly pool: SuiId;
      readonly blobIds: readonly BlobId[];
      readonly entry: HeadMove | undefined;
    }
  /** Exchanges SUI for WAL (testnet and local); `frost` of WAL are wanted. */
  | { readonly kind: 'exchange'; readonly frost: bigint };

/** What a step costs: storage and write fees in FROST as priced, gas budget in MIST as an upper bound. */
export interface StepCost {
  readonly frost: bigint;
  readonly mist: bigint;
  /** The part of `frost` that is for writing. */
  readonly writeFrost: bigint;
}

/** An unsigned transaction, fixed to the byte. */
export interface Prepared {
  readonly transaction: Uint8Array;
  /** Base58 digest: the transaction's name on chain, known before it is sent. */
  readonly digest: string;
  readonly cost: StepCost;
}

/** What a transaction did, read from its effects. */
export interface Outcome {
  readonly digest: string;
  readonly isSuccess: boolean;
  /** The Move abort's constant name or the chain's own word, when it failed. */
  readonly failure: string | undefined;
  /** Net gas in MIST (computation + storage - rebate); may be negative. */
  readonly gasMist: bigint;
  /** What makes it up. */
  readonly computationMist: bigint;
  readonly depositMist: bigint;
  readonly rebateMist: bigint;
  /** SUI that left the address in all, gas included. */
  readonly mist: bigint;
  /** WAL that left the address, in FROST; negative when some arrived. */
  readonly frost: bigint;
  readonly createdPool: SuiId | undefined;
  readonly createdBag: SuiId | undefined;
  /** Object id of the pooled blob that a 'register' step made (the certificate names it). */
  readonly registeredBlob: SuiId | undefined;
}

export interface PooledBlob {
  readonly blobId: BlobId;
  readonly objectId: SuiId;
  readonly unencodedBytes: number;
  readonly registeredEpoch: number;
  readonly certifiedEpoch: number | undefined;
  readonly deletable: boolean;
}

export interface Pool {
  readonly id: SuiId;
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly startEpoch: number;
  /** Exclusive: the pool's data is gone when this epoch begins. */
  readonly endEpoch: number;
  readonly blobCount: number;
}

export interface Bag {
  readonly id: SuiId;
  /** Version at which the chain created or first showed it; orders two bags of one address. */
  readonly version: bigint;
  /** What a transaction names that must find the bag with these entries. */
  readonly state: BagState;
  readonly entries: readonly BagEntry[];
}

export interface Balances {
  readonly frost: bigint;
  readonly mist: bigint;
}

export interface Chain {
  /** Committee, prices and epoch, fresh from the chain. */
  network(signal?: AbortSignal): Promise<NetworkState>;
  balances(address: SuiId, signal?: AbortSignal): Promise<Balances>;
  /** Bags that an address owns, oldest first, with all their entries of the form bytes -> bytes; others are left out. */
  bags(address: SuiId, signal?: AbortSignal): Promise<readonly Bag[]>;
  /** How bags stand now, in one small question; those that are gone are left out. */
  bagStates(ids: readonly SuiId[], signal?: AbortSignal): Promise<ReadonlyMap<SuiId, BagState>>;
  /** True when the address ever sent a transaction or owns anything. */
  isUsed(address: SuiId, signal?: AbortSignal): Promise<boolean>;
  pool(id: SuiId, signal?: AbortSignal): Promise<Pool | undefined>;
  /** Every blob registered in a pool, paged inside. */
  pooledBlobs(id: SuiId, signal?: AbortSignal): AsyncIterable<readonly PooledBlob[]>;
  pooledBlob(pool: SuiId, blobId: BlobId, signal?: AbortSignal): Promise<PooledBlob | undefined>;

  /** The event that certified a pooled blob, by the blob's object; undefined when the node no longer shows so old a transaction. */
  certifiedEvent(object: SuiId, signal?: AbortSignal): Promise<CertifiedEvent | undefined>;
  /** The chain's own time, ms since 1970: budgets and leases go by it, never by this computer's clock. */
  timeMs(signal?: AbortSignal): Promise<number>;

  prepare(step: ChainStep, sender: SuiId, signal?: AbortSignal): Promise<Prepared>;
  /** Submits and waits until the chain shows the effects. Sending the same bytes twice is safe: the first result comes back. */
  send(transaction: Uint8Array, signature: Uint8Array, signal?: AbortSignal): Promise<Outcome>;
  /** What became of a transaction; undefined when the chain does not know it. */
  outcome(digest: string, signal?: AbortSignal): Promise<Outcome | undefined>;
  /** Asks the network's faucet for SUI; a fault 'network-mismatch' where there is none. */
  faucet(address: SuiId, signal?: AbortSignal): Promise<void>;
}
