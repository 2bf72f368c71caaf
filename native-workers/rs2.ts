/**
 * What every RS2 implementation answers, synchronously and on the caller's memory: the native codec, the portable one and the official
 * wasm encoder behind the same face. Definitions: walrus-protocol sections 1 and 2. Hostile input throws a `Fault` 'codec-refused'.
 */
import type { Axis, BlobMetadata } from '../app/domain/encoding.ts';
import type { RedStuff } from '../app/domain/redstuff.ts';

export type { Axis, BlobMetadata };

/** One sliver as it is stored: raw symbols (columns x symbol bytes for primary, rows x symbol bytes for secondary). */
export interface Sliver {
  readonly axis: Axis;
  readonly index: number;
  readonly data: Uint8Array;
}

/** One symbol of the extended matrix on the way to rebuild a sliver: `index` is the crossing sliver's index on the other axis. */
export interface CrossingSymbol {
  readonly index: number;
  readonly data: Uint8Array;
}

/** Polled between pieces of work; true ends the call with a `Fault` 'cancelled' within 50 ms. */
export type IsCancelled = () => boolean;

export interface Rs2 {
  /** For people and benchmarks: 'native avx2', 'portable', 'wasm' and the like. */
  readonly engine: string;
  /** Blob id, root and hashes only. */
  metadata(shards: number, blob: Uint8Array, isCancelled?: IsCancelled): BlobMetadata;
  /**
   * All slivers in BCS form (SliverData: ULEB128 length, data, symbol size u16, index u16) into `out`, laid out by `sliverLayout`.
   * Primary slivers below `rows` are not written when the layout says that they are views of the blob.
   */
  encode(
    shards: number,
    blob: Uint8Array,
    out: Uint8Array,
    layout: SliverLayout,
    isCancelled?: IsCancelled,
  ): BlobMetadata;
  /**
   * The blob from any `rows` primary or any `columns` secondary slivers (one axis complete; the other's are ignored), written to `out`
   * (exactly `unencodedBytes` long). Slivers must have been verified; nothing is hashed here. Primary slivers below `rows` may be views of `out`, each
   * where it belongs: then the missing ones are added.
   */
  decode(
    shards: number,
    unencodedBytes: number,
    slivers: readonly Sliver[],
    out: Uint8Array,
    isCancelled?: IsCancelled,
  ): void;
  /** Merkle root over the n symbols of a sliver's expanded form; compare with the metadata's hash of that sliver. */
  sliverHash(code: RedStuff, axis: Axis, data: Uint8Array): Uint8Array<ArrayBuffer>;
  /** A sliver's expanded form: n symbols, the stored ones first. */
  expand(code: RedStuff, axis: Axis, data: Uint8Array): Uint8Array<ArrayBuffer>;
  /** A sliver rebuilt from crossing symbols: `columns` of them for a primary, `rows` for a secondary sliver. */
  recover(code: RedStuff, axis: Axis, symbolBytes: number, symbols: readonly CrossingSymbol[]): Uint8Array<ArrayBuffer>;
  /** Sibling digests bottom-up (32 bytes each; zeros for the empty node) that prove symbol `index` of the expanded sliver. */
  symbolProof(code: RedStuff, axis: Axis, data: Uint8Array, index: number): readonly Uint8Array<ArrayBuffer>[];
}

/** Where each sliver's BCS form lies. Made by `sliverLayout` in `sliver-layout.ts`. */
export interface SliverLayout {
  readonly code: RedStuff;
  readonly symbolBytes: number;
  /** Bytes of one BCS sliver body, by axis. */
  readonly primaryBytes: number;
  readonly secondaryBytes: number;
  /** Whether primary slivers below `rows` are left to the blob itself (its zero-padded rows), and not part of `out`. */
  readonly systematicInBlob: boolean;
  /** Size of `out`. */
  readonly bytes: number;
}
