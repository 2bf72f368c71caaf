/**
 * One storage node over HTTP (walrus-protocol section 3). Each call is one request with a deadline; every failure is a fault 'node-failed'
 * whose `retry` is the adapter's word: 'now' (timeout, reset, 5xx, 429 after its delay), 'later' (not registered yet) or 'never'. Bodies
 * are capped while they arrive. Nothing that a node says is trusted here: callers verify.
 */
import type { BlobId } from '../domain/blob-id.ts';
import type { CommitteeMember } from '../domain/committee.ts';
import type { SuiId } from '../domain/ids.ts';

export type SliverAxis = 'primary' | 'secondary';

/** A node's signed statement: raw message and 96-byte signature. */
export interface SignedMessage {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

export interface NodeClient {
  readonly member: CommitteeMember;
  /** BCS BlobMetadata. Resolves also when the node had it already. */
  putMetadata(blob: BlobId, metadata: Uint8Array, signal: AbortSignal): Promise<void>;
  hasMetadata(blob: BlobId, signal: AbortSignal): Promise<boolean>;
  /** BCS SliverData in one or more pieces that are sent one after another without copying. */
  putSliver(
    blob: BlobId,
    pair: number,
    axis: SliverAxis,
    body: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<void>;
  hasSliver(blob: BlobId, pair: number, axis: SliverAxis, signal: AbortSignal): Promise<boolean>;
  confirmation(blob: BlobId, object: SuiId | undefined, signal: AbortSignal): Promise<SignedMessage>;
  /** BCS BlobMetadataWithId; undefined for 404. At most `bytesMax` are taken. */
  metadata(blob: BlobId, bytesMax: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** BCS SliverData; undefined for 404. */
  sliver(
    blob: BlobId,
    pair: number,
    axis: SliverAxis,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined>;
  /**
   * The same into pieces that are there already and together have the sliver's length; false for 404. Nothing is written to them after this settles.
   */
  sliverInto(
    blob: BlobId,
    pair: number,
    axis: SliverAxis,
    pieces: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<boolean>;
  /** The symbols of one sliver that the node can take from its own slivers of the other axis (BCS, endpoint 11); undefined for 404. */
  decodingSymbols(
    blob: BlobId,
    target: number,
    axis: SliverAxis,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined>;
  /** The same symbols, each with the proof that it belongs to the sliver it was taken from (BCS, endpoint 10); undefined for 404. */
  recoverySymbols(
    blob: BlobId,
    target: number,
    axis: SliverAxis,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined>;
  /** BCS InconsistencyProof (endpoint 12). A node that finds it right signs that the blob is invalid; one that does not is a fault. */
  putInconsistencyProof(blob: BlobId, axis: SliverAxis, proof: Uint8Array, signal: AbortSignal): Promise<SignedMessage>;
  /** Round trip of a health request in ms. */
  ping(signal: AbortSignal): Promise<number>;
}

export interface Nodes {
  /** The client for a member; the same one as long as its address stays the same. */
  node(member: CommitteeMember): NodeClient;
  close(): Promise<void>;
}
