/** The nouns of a space as records hold them: its tree, its snapshots, its packs (docs/words.md). */
import type { BlobId } from './blob-id.ts';
import type { ChunkLimits } from './chunk.ts';
import type { Dot, Vector } from './dot.ts';
import type { ChunkId, DeviceId, NodeId, SnapshotId, SpaceId, SuiId } from './ids.ts';
import type { PathName, SpacePath } from './path-name.ts';

export type SpaceMode = 'sync' | 'archive';

/** What kinds of entries a space keeps. Sockets, pipes and devices are left out, and counted. */
export type EntryKind = 'file' | 'folder' | 'symlink';

/**
 * Where content is found: its chunks in order. Depth 0: the chunks are the content. Depth d: the chunks, put together, are a list of the chunks
 * of depth d - 1, so that a 100 GB file does not weigh down its folder (docs/formats/tree.md).
 */
export interface Content {
  readonly depth: number;
  readonly chunks: readonly ChunkId[];
}

/** One entry of a folder as a snapshot holds it. */
export interface TreeEntry {
  readonly name: PathName;
  readonly node: NodeId;
  readonly kind: EntryKind;
  /** Permission bits. */
  readonly mode: number;
  readonly mtimeNs: bigint;
  /** Content bytes: of a file, of a symlink's target; of a folder's listing. */
  readonly bytes: number;
  readonly content: Content;
  /** The snapshot in which it got its parent and name. */
  readonly place: Dot;
  /** The snapshot in which it got its kind, mode, time and content. */
  readonly version: Dot;
}

/** A snapshot's record as it is stored (docs/formats/snapshot.md). */
export interface Snapshot {
  readonly space: SpaceId;
  readonly device: DeviceId;
  readonly deviceName: string;
  /** One more than the highest of its parents and of all it has seen; at least 1 (docs/sync.md). */
  readonly sequence: number;
  readonly parents: readonly SnapshotId[];
  /** Wall clock of the device, ms since 1970: for people, never for decisions. */
  readonly timeMs: number;
  readonly root: Omit<TreeEntry, 'place' | 'version'>;
  /** Up to which sequence the snapshots of each device are contained, its own among them. */
  readonly vector: Vector;
  /** Dots of single nodes that are contained although not all of their device is. */
  readonly taken: readonly { readonly node: NodeId; readonly dot: Dot }[];
  readonly files: number;
  readonly bytes: number;
}

/** What a chunk in a pack holds; tells the rebuild what to read first. */
export type ChunkKind = 'file' | 'tree' | 'snapshot';

/** Where a sealed chunk lies in its pack. */
export interface ChunkPlace {
  readonly id: ChunkId;
  readonly kind: ChunkKind;
  readonly start: number;
  /** Bytes of the sealed form. */
  readonly bytes: number;
  readonly plainBytes: number;
}

/** A device's newest snapshot of a space, as its bag entry says it (docs/formats/head.md). */
export interface Head {
  readonly space: SpaceId;
  readonly spaceKey: Uint8Array;
  readonly name: string;
  readonly mode: SpaceMode;
  readonly limits: ChunkLimits;
  readonly device: DeviceId;
  readonly sequence: number;
  readonly snapshot: SnapshotId;
  /** The pack that ends with this snapshot, and the snapshot's place in it. */
  readonly pack: BlobId;
  readonly place: ChunkPlace;
  readonly pool: SuiId;
}

/** One content of one path for a stretch of a space's history. */
export interface Version extends TreeEntry {
  readonly path: SpacePath;
  /** Sequence of the first snapshot that holds it. */
  readonly since: number;
  /** Sequence of the first snapshot that no longer holds it; undefined while it is the newest. */
  readonly until: number | undefined;
}
