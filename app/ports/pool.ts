/**
 * CPU work on the worker pool. Tasks are pure: bytes in, bytes out, no disk, no net. Every ArrayBuffer handed in is moved (gone for the
 * caller) and comes back, with or instead of the result, so that bytes are never cloned; a large encode works on memory that all workers share, and
 * so may chunking and sealing: a SharedArrayBuffer is not moved, and whoever hands it in leaves it alone until the answer is there. A lost worker is a fault 'worker-lost' after one
 * retry on a fresh one where the input survived. The engine keeps the waiting line; the pool refuses what would exceed its byte budget.
 */
import type { BufferShelf } from '../domain/buffer-shelf.ts';
import type { ChunkLimits } from '../domain/chunk.ts';
import type { Axis, BlobMetadata } from '../domain/encoding.ts';

export type Urgency = 'interactive' | 'bulk';

export interface TaskOptions {
  readonly urgency: Urgency;
  readonly signal: AbortSignal;
}

/** A run of file bytes in a buffer. `isLast`: the file ends here, so the tail is a chunk too. */
export interface ChunkRun {
  readonly start: number;
  readonly bytes: number;
  readonly isLast: boolean;
}

export interface FoundChunk {
  /** 32 bytes as hex. */
  readonly id: string;
  readonly start: number;
  readonly bytes: number;
}

export interface ChunkTask {
  readonly buffer: ArrayBufferLike;
  readonly runs: readonly ChunkRun[];
  readonly limits: ChunkLimits;
  /** Key for the gear table, 32 bytes. */
  readonly gearKey: Uint8Array;
  /** Key for chunk ids, 32 bytes. */
  readonly idKey: Uint8Array;
}

export interface ChunkResult {
  readonly buffer: ArrayBufferLike;
  /** For each run its complete chunks in order; bytes after the last one belong to the next run of the same file. */
  readonly runs: readonly (readonly FoundChunk[])[];
}

export interface SealTask {
  readonly buffer: ArrayBufferLike;
  readonly chunks: readonly FoundChunk[];
  /** Key from which each chunk's key is derived, 32 bytes. */
  readonly sealKey: Uint8Array;
  /** 12 fresh random bytes for each chunk. */
  readonly nonces: Uint8Array;
  readonly compressLevel: number;
  /** Moved in; `sealed` is this buffer if it is large enough for the worst case. */
  readonly room?: ArrayBufferLike;
}

export interface SealedChunk {
  readonly id: string;
  /** Where the sealed form lies in `sealed`. */
  readonly start: number;
  readonly bytes: number;
  readonly plainBytes: number;
}

export interface SealResult {
  readonly buffer: ArrayBufferLike;
  readonly sealed: ArrayBufferLike;
  readonly chunks: readonly SealedChunk[];
}

/** Opening checks the AEAD tag and that the plaintext hashes to the id; a chunk that fails either is a fault 'pack-damaged' naming the id. */
export interface OpenTask {
  /** Moved in and back; memory that is shared stays where it is, and nobody may write to it meanwhile. */
  readonly buffer: ArrayBufferLike;
  readonly chunks: readonly SealedChunk[];
  readonly sealKey: Uint8Array;
  readonly idKey: Uint8Array;
}

export interface OpenResult {
  readonly buffer: ArrayBufferLike;
  readonly plain: ArrayBuffer;
  /** Spans of `plain`, in the order asked. */
  readonly chunks: readonly FoundChunk[];
}

export interface EncodeResult {
  /** The blob in zero-padded rows; systematic primary slivers are views of it. */
  readonly blob: ArrayBufferLike;
  /** The other slivers in BCS form, laid out as `sliverLayout(code, blobBytes, true)` says. */
  readonly slivers: ArrayBufferLike;
  readonly metadata: BlobMetadata;
  /** Gives the memory of both back to the system; views of them mean nothing from here on. */
  release(): void;
}

export interface SliverCheck {
  readonly axis: Axis;
  readonly index: number;
  /** Raw symbols. */
  readonly data: Uint8Array;
}

export interface VerifyRowsTask {
  readonly shards: number;
  /** The blob's rows one after another. */
  readonly blob: SharedArrayBuffer;
  readonly rowBytes: number;
  readonly rows: readonly number[];
  /** 32 bytes for each of `rows`. */
  readonly expected: Uint8Array;
}

export interface RecoverSliverTask {
  readonly shards: number;
  readonly axis: Axis;
  readonly symbolBytes: number;
  /** Of the crossing slivers, one for each symbol. */
  readonly indices: readonly number[];
  /** The symbols one after another. Moved in. */
  readonly symbols: Uint8Array;
  /** 32 bytes. */
  readonly expected: Uint8Array;
}

export interface RebuildRowsTask {
  readonly shards: number;
  readonly metadata: BlobMetadata;
  /** Room for the blob's zero-padded rows. */
  readonly blob: SharedArrayBuffer;
  readonly present: readonly number[];
  readonly slivers: readonly SliverCheck[];
}

export interface Pool {
  /** 'native avx2', 'wasm' or the like. */
  readonly codec: string;
  /** Largest blob worth encoding at once with this codec, bytes: bounded by memory, not by the network. */
  readonly packBytesMax: number;
  /** Buffers for files on their way through `chunk` and `seal`: shared memory where all that use it can. */
  readonly buffers: BufferShelf;
  chunk(task: ChunkTask, options: TaskOptions): Promise<ChunkResult>;
  seal(task: SealTask, options: TaskOptions): Promise<SealResult>;
  open(task: OpenTask, options: TaskOptions): Promise<OpenResult>;
  /**
   * Encodes the blob that `fill` writes into memory of the pool's own. A large one is encoded by all workers that are free then, where the
   * codec can: one while other work runs or waits.
   */
  encode(
    shards: number,
    blobBytes: number,
    fill: (blob: Uint8Array) => Promise<void>,
    options: TaskOptions,
  ): Promise<EncodeResult>;
  /**
   * Rebuilds, in place, the rows of a blob that are not `present`, from those that are and from other verified slivers (moved in). Each row that was
   * rebuilt is checked against the metadata; one that differs is a fault 'blob-inconsistent'.
   */
  rebuildRows(task: RebuildRowsTask, options: TaskOptions): Promise<void>;
  /** A sliver from symbols of slivers that cross it; undefined when it does not have the expected hash, because some symbol is false. */
  recoverSliver(task: RecoverSliverTask, options: TaskOptions): Promise<Uint8Array | undefined>;
  /** Whether each of `rows`, where it lies, is the systematic primary sliver with the expected hash. */
  verifyRows(task: VerifyRowsTask, options: TaskOptions): Promise<readonly boolean[]>;
  /** True when the sliver's expanded form hashes to `expected` (32 bytes). `data` is moved in and back. */
  verifySliver(
    shards: number,
    sliver: SliverCheck,
    expected: Uint8Array,
    options: TaskOptions,
  ): Promise<{ readonly isGenuine: boolean; readonly data: Uint8Array }>;
  /** Which of the signatures over one message verify under their keys (48 or 96 bytes each). */
  verifySignatures(
    message: Uint8Array,
    signed: readonly { readonly publicKey: Uint8Array; readonly signature: Uint8Array }[],
    options: TaskOptions,
  ): Promise<readonly boolean[]>;
  aggregateSignatures(signatures: readonly Uint8Array[], options: TaskOptions): Promise<Uint8Array>;
  close(): Promise<void>;
}
