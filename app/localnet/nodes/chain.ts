/** What a storage node sees of the chain: the committee of now, and the ordered stream of Walrus events that it acts on. */

export interface CommitteeMember {
  /** Object id of the node's staking pool, 0x-hex. */
  readonly nodeId: string;
  readonly shards: readonly number[];
  /** BLS key, uncompressed G1, 96 bytes. */
  readonly publicKey: Uint8Array;
}

export interface Committee {
  readonly epoch: number;
  /** Number of shards in the network. */
  readonly shards: number;
  readonly members: readonly CommitteeMember[];
}

/** Where an event happened; `sequence` orders all events and starts at 1. */
export interface EventPlace {
  readonly sequence: number;
  /** Base58. */
  readonly txDigest: string;
  /** Decimal index within the transaction. */
  readonly eventSeq: string;
}

/** A blob object of its own has an end epoch; one in a pool ends with the pool. */
export type Term = { readonly endEpoch: number } | { readonly poolId: string };

export type WalrusEvent =
  | {
      readonly kind: 'registered';
      readonly blobId: string;
      readonly objectId: string;
      readonly deletable: boolean;
      readonly term: Term;
    }
  | {
      readonly kind: 'certified';
      readonly epoch: number;
      readonly blobId: string;
      readonly objectId: string;
      readonly term: Term;
      readonly isExtension: boolean;
    }
  | { readonly kind: 'deleted'; readonly blobId: string; readonly objectId: string }
  | { readonly kind: 'invalid'; readonly blobId: string }
  | { readonly kind: 'pool'; readonly poolId: string; readonly endEpoch: number }
  | { readonly kind: 'epoch'; readonly epoch: number }
  /** Nodes with two thirds of the shards hold theirs: who gave shards away may forget them. */
  | { readonly kind: 'epoch-done' }
  /** Of no concern to a node; passed on so that the cursor moves. */
  | { readonly kind: 'other' };

export type ChainEvent = EventPlace & { readonly event: WalrusEvent };

export interface Chain {
  committee(): Committee;
  /** The committee of the epoch before; undefined in the first one. */
  previousCommittee(): Committee | undefined;
  /** Between the beginning of an epoch and the word of two thirds that they hold their shards. */
  isChanging(): boolean;
  /** Up to `limit` events with a sequence above the given one, in order. */
  eventsAfter(sequence: number, limit: number): readonly ChainEvent[];
}
