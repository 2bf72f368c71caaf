/** Who stores: the members of a Walrus epoch, as the chain lists them. Index = position in the list, the same on chain (walrus-protocol 4.3). */
import type { SuiId } from './ids.ts';

export interface CommitteeMember {
  /** Position in the committee; the bit of the signer bitmap. */
  readonly index: number;
  readonly nodeId: SuiId;
  readonly name: string;
  /** host:port, perhaps with a path prefix, as on chain. */
  readonly networkAddress: string;
  /** BLS12-381 min-pk key, 96 bytes uncompressed G1. */
  readonly publicKey: Uint8Array;
  readonly shards: readonly number[];
}

export interface Committee {
  readonly epoch: number;
  readonly shards: number;
  /** Sorted by node id. */
  readonly members: readonly CommitteeMember[];
}

/** What the chain says about the network now. Prices are FROST for each MiB unit; one epoch for storage, once for write. */
export interface NetworkState {
  readonly committee: Committee;
  /** Readers use it while shards are moving, for blobs certified before this epoch. */
  readonly previousCommittee: Committee | undefined;
  readonly isChanging: boolean;
  readonly epoch: number;
  readonly epochDurationMs: number;
  /** When the chain allows the next epoch to begin, ms since 1970. */
  readonly nextEpochAtMs: number;
  readonly epochsAheadMax: number;
  readonly storagePrice: bigint;
  readonly writePrice: bigint;
}

/** A quorum's statement that a blob is stored, as `certify` takes it. */
export interface Certificate {
  /** The signed message: header, blob id and kind. */
  readonly message: Uint8Array;
  /** 96 bytes, aggregated. */
  readonly signature: Uint8Array;
  /** Bit i of byte i/8 for member i, LSB first. */
  readonly signerBitmap: Uint8Array;
  readonly epoch: number;
  /** Shard weight of the signers. */
  readonly weight: number;
}

/** When an epoch begins, which is the end of whatever is paid until it. Ms since 1970, as far as the length of epochs stays what it is. */
export function epochStartMs(
  epoch: number,
  { epoch: now, nextEpochAtMs, epochDurationMs }: Pick<NetworkState, 'epoch' | 'nextEpochAtMs' | 'epochDurationMs'>,
): number {
  return nextEpochAtMs + (epoch - now - 1) * epochDurationMs;
}
