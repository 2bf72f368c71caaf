/**
 * The device's own database. It is a cache: all of it but the pending round, the intents and where folders lie can be rebuilt from packs and
 * chain. Every operation is one synchronous transaction on the catalog's own thread; no transaction spans a wait. `CatalogOperations` is
 * the synchronous form, `Catalog` the same behind the thread.
 *
 * Numbers, not hex, name rows inside the catalog: SpaceRow.num, PackRow.num, IntentRow.num, and `NodeNum` for files and folders.
 */
import type { BlobId } from '../domain/blob-id.ts';
import type { ChunkLimits } from '../domain/chunk.ts';
import type { Dot, Vector } from '../domain/dot.ts';
import type { ChunkId, DeviceId, NodeId, SnapshotId, SpaceId, SuiId } from '../domain/ids.ts';
import type { PathName, SpacePath } from '../domain/path-name.ts';
import type { SideOperations } from './catalog-sides.ts';
import type { SumOperations } from './catalog-sums.ts';
import type { UpkeepOperations } from './catalog-upkeep.ts';
import type { IntentRow, NewIntent, Payment, Posting } from './intents.ts';
import type { ChunkPlace, Content, EntryKind, Snapshot, SpaceMode, Version } from '../domain/space.ts';

export type NodeNum = number;

export interface SpaceRow {
  readonly num: number;
  readonly id: SpaceId;
  readonly name: string;
  readonly mode: SpaceMode;
  /** Absolute folder on this device; undefined when the space is known but not joined to a folder here. */
  readonly folder: string | undefined;
  /** The space key sealed with the account key (docs/formats/account.md). */
  readonly sealedKey: Uint8Array;
  readonly limits: ChunkLimits;
  readonly leaseEpochs: number;
  readonly pool: SuiId | undefined;
  /** The root folder. */
  readonly root: NodeNum;
  readonly rootNode: NodeId;
  /** Sequence and id of the newest certified snapshot; 0 and undefined before the first. */
  readonly sequence: number;
  readonly snapshot: SnapshotId | undefined;
  /** The highest sequence that was used or seen: the next round gets one more. */
  readonly clock: number;
  /** Snapshots that were merged since `snapshot`: the next round follows them too. */
  readonly merged: readonly SnapshotId[];
}

export interface NewSpace {
  readonly id: SpaceId;
  readonly name: string;
  readonly mode: SpaceMode;
  readonly folder: string | undefined;
  readonly sealedKey: Uint8Array;
  readonly limits: ChunkLimits;
  readonly leaseEpochs: number;
  readonly pool: SuiId | undefined;
  readonly rootNode: NodeId;
}

/** The look that made an entry's content: a file that still looks like this is unchanged. */
export interface Look {
  readonly device: bigint;
  readonly inode: bigint;
  readonly bytes: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** A file or folder as the space holds it now (certified, or in the pending round). */
export interface EntryRow {
  readonly parent: NodeNum;
  readonly name: PathName;
  readonly num: NodeNum;
  readonly node: NodeId;
  readonly kind: EntryKind;
  readonly mode: number;
  readonly mtimeNs: bigint;
  readonly bytes: number;
  readonly content: Content;
  /** The snapshots in which it got its place and its content (docs/sync.md). */
  readonly place: Dot;
  readonly version: Dot;
  readonly since: number;
  /** Undefined when this device has not seen it on its disk (recovered, or not fetched). */
  readonly look: Look | undefined;
}

/** An entry with the identity of its folder; the root's own for what lies in the root. */
export interface PlacedRow extends EntryRow {
  readonly parentNode: NodeId;
}

/** One change of a round, in an order that can be applied: parents are put before their children. A `num` is allotted through `allotNodes`. */
export type EntryChange =
  | {
      readonly kind: 'put';
      readonly parent: NodeNum;
      readonly name: PathName;
      readonly num: NodeNum;
      readonly entry: {
        readonly kind: EntryKind;
        readonly mode: number;
        readonly mtimeNs: bigint;
        readonly bytes: number;
        readonly content: Content;
        readonly place: Dot;
        readonly version: Dot;
      };
      readonly look: Look | undefined;
    }
  /** The entry leaves its place (deleted, or about to be put elsewhere with the same `num`: a move). */
  | { readonly kind: 'remove'; readonly parent: NodeNum; readonly name: PathName };
export type EntryPut = Extract<EntryChange, { kind: 'put' }>;

/**
 * One change that is already done on this disk, or needs nothing there. A `put` of an identity that stands elsewhere moves it; what stands at its place
 * is set aside under a name of its own until it is put elsewhere. A folder keeps its listing, which counts as out of date.
 */
export type SyncedChange =
  | EntryPut
  | { readonly kind: 'drop'; readonly num: NodeNum }
  /** What stands under `num` goes on as `node`, with all that lies in it. */
  | { readonly kind: 'identify'; readonly num: NodeNum; readonly node: NodeId };

export interface Choice {
  readonly node: NodeId;
  readonly isIn: boolean;
}

export interface ConflictRow {
  /** The file that kept its name, and the one that got a conflict name. */
  readonly node: NodeId;
  readonly beside: NodeId;
  readonly kind: 'content' | 'name';
  readonly timeMs: number;
}

export type PackState = 'spooled' | 'encoded' | 'registered' | 'stored' | 'certified' | 'live' | 'dead';

export interface PackRow {
  readonly num: number;
  readonly space: number;
  /** Name in the spool; the file is removed once the pack is live. */
  readonly name: string;
  readonly state: PackState;
  readonly bytes: number;
  /** SHA-256 of the spooled file; undefined for packs found on chain by a rebuild. */
  readonly digest: Uint8Array | undefined;
  /** Sequence of the round that made it; undefined for packs found on chain by a rebuild. */
  readonly round: number | undefined;
  readonly blobId: BlobId | undefined;
  readonly rootHash: Uint8Array | undefined;
  readonly encodedBytes: number | undefined;
  readonly pool: SuiId | undefined;
  /** The pooled blob's object id. */
  readonly object: SuiId | undefined;
  readonly certifiedEpoch: number | undefined;
}

/** A pack finished in the spool, with the places of its chunks. */
export interface NewPack {
  readonly space: number;
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of the file: what the disk gives back must be what was written, or it is not sent. */
  readonly digest: Uint8Array;
  readonly round: number;
  readonly chunks: readonly ChunkPlace[];
}

/** A folder's listing as content; not history of its own, since it follows from the entries. */
export interface FolderContent {
  readonly num: NodeNum;
  readonly content: Content;
  readonly bytes: number;
}

/** A node's confirmation for a pack, kept so that a resumed upload does not ask twice. */
export interface ConfirmationRow {
  readonly pack: number;
  readonly epoch: number;
  readonly member: number;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** A round sealed on disk: its snapshot is in its last pack; its entry changes are applied as sequence `sequence`. */
export interface RoundRow {
  readonly space: number;
  readonly sequence: number;
  readonly snapshot: SnapshotId;
  readonly parents: readonly SnapshotId[];
  readonly device: DeviceId;
  readonly timeMs: number;
  readonly files: number;
  readonly bytes: number;
  readonly root: Content;
  /** The sealed bag value that moves the head, without the pack's blob id; completed by the engine once it is known. */
  readonly place: ChunkPlace;
  readonly lastPack: number;
  readonly state: 'sealed' | 'certified';
}

export interface ChunkLocation extends ChunkPlace {
  readonly pack: number;
  readonly blobId: BlobId | undefined;
  readonly packBytes: number;
  readonly packState: PackState;
  readonly packName: string;
}

export interface SpaceTotals {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

export interface CatalogOperations extends UpkeepOperations, SideOperations, SumOperations {
  /** Small named records of the home: 'device', 'network', 'account' (JSON text, no secrets). */
  record(key: string): string | undefined;
  setRecord(key: string, value: string): void;

  spaces(): readonly SpaceRow[];
  addSpace(space: NewSpace): SpaceRow;
  setFolder(space: number, folder: string): void;
  /** The space is in no folder of this device any more: from now on none of its entries is on this disk, so nothing that is missing was deleted. */
  leaveFolder(space: number): void;
  setPool(space: number, pool: SuiId | undefined): void;
  setLeaseEpochs(space: number, epochs: number): void;
  totals(space: number): SpaceTotals;

  /** Fresh numbers with their ids for new files and folders of a space; durable only once an entry uses them. */
  allotNodes(space: number, nodes: readonly NodeId[]): readonly NodeNum[];
  /** Children of folders, by folder; an unknown folder has none. Ordered by name bytes. */
  children(folders: readonly NodeNum[]): readonly (readonly EntryRow[])[];
  /** The entry at a path now; undefined when there is none. The root has no entry. */
  entryAt(space: number, path: SpacePath): EntryRow | undefined;
  /** Entries by identity; undefined for those that have no place now. In order. */
  entriesOf(space: number, nodes: readonly NodeId[]): readonly (PlacedRow | undefined)[];
  /** Entries without a look in folders that have one, in pages: what this device knows and has not on its disk. */
  absent(
    space: number,
    after: { readonly parent: NodeNum; readonly name: PathName } | undefined,
    limit: number,
  ): readonly PlacedRow[];
  /** The path of a node now. */
  pathOf(num: NodeNum): SpacePath | undefined;
  /** Entries whose look has this device and inode: where a new name may have come from. In order; the first match counts. */
  byInode(
    space: number,
    inodes: readonly { readonly device: bigint; readonly inode: bigint }[],
  ): readonly (EntryRow | undefined)[];
  /**
   * For folders that showed a fingerprint: the numbers of the folders in them (by name, in order) when nothing in them differs from the entries, else
   * undefined. A fingerprint holds until an entry of its folder changes.
   */
  unchangedFolders(
    folders: readonly { readonly num: NodeNum; readonly fingerprint: string; readonly folders: readonly PathName[] }[],
  ): readonly (readonly NodeNum[] | undefined)[];
  /** Folders that were compared entry by entry and found as the entries say. */
  setFingerprints(folders: readonly { readonly num: NodeNum; readonly fingerprint: string }[]): void;
  /** New looks for entries whose content proved unchanged. */
  setLooks(looks: readonly { readonly parent: NodeNum; readonly name: PathName; readonly look: Look }[]): void;
  /** These are known and not on this disk, from now on: what is missing of them was not deleted. */
  forgetLooks(places: readonly { readonly parent: NodeNum; readonly name: PathName }[]): void;
  /** Which folders and files belong on this disk: the nearest one above that is named decides (docs/sync.md). */
  choices(space: number): readonly Choice[];
  setChoices(space: number, choices: readonly Choice[], keepsOthers: boolean): void;

  /** Which of these chunks need not be stored again: in a pack that is not dead. In order. */
  knownChunks(ids: readonly ChunkId[]): readonly boolean[];
  /** Where chunks lie; with `without`, where else than in those packs. */
  chunkLocations(ids: readonly ChunkId[], without?: readonly number[]): readonly (ChunkLocation | undefined)[];

  /** One transaction. A chunk known elsewhere keeps its older place. */
  addPack(pack: NewPack): PackRow;
  packs(space: number, states?: readonly PackState[]): readonly PackRow[];
  pack(num: number): PackRow | undefined;
  setEncoded(pack: number, blobId: BlobId, rootHash: Uint8Array, encodedBytes: number): void;
  setRegistered(pack: number, pool: SuiId, object: SuiId): void;
  addConfirmation(row: ConfirmationRow): void;
  confirmations(pack: number): readonly ConfirmationRow[];
  setStored(pack: number): void;
  setCertified(pack: number, epoch: number): void;
  /** What the chain had of a pack that is not live yet ended with its lease: it is encoded, and nowhere registered. */
  loseRegistration(pack: number): void;
  /** The pack and its chunks are gone; chunks only it held are unknown again. */
  setDead(pack: number): void;
  /** A pack found on chain by a rebuild, with the places its own index tells. */
  importPack(pack: {
    readonly space: number;
    readonly blobId: BlobId;
    readonly object: SuiId;
    readonly pool: SuiId;
    readonly bytes: number;
    readonly encodedBytes: number;
    readonly certifiedEpoch: number;
    readonly chunks: readonly ChunkPlace[];
  }): PackRow;

  /** Hands over files and links of a round early: in folders that it brings. `before`: how many came before. Nothing is kept before `sealRound`. */
  prepareEntries(space: number, sequence: number, before: number, puts: readonly EntryPut[]): void;
  /**
   * Seals a round, in one transaction: its last pack (which holds the snapshot), its snapshot row, and its changes applied to the entries as
   * `sequence` (changed entries move to the past), `early` handed over before among them. A `remove` may be of a folder with children only when a later
   * `put` of the same round gives the same `num` a new place (a move); at the end every entry's parent must have a place. Only one round of a space
   * may be uncertified. `folders` must hold every stale folder. The space's vector and clock grow by it; what was merged is followed by it.
   */
  sealRound(
    round: Omit<RoundRow, 'state' | 'lastPack'>,
    lastPack: NewPack,
    changes: readonly EntryChange[],
    folders: readonly FolderContent[],
    early?: number,
  ): RoundRow;
  pendingRound(space: number): RoundRow | undefined;
  /** The head has moved on chain: the round is certified, its packs live, the space's newest snapshot is this one. One transaction. */
  certifyRound(space: number, sequence: number): void;
  /** Undoes `sealRound`: entries come back from the past. For a round whose packs proved impossible to store. */
  abandonRound(space: number, sequence: number): void;

  /** Up to which sequence the entries contain each device's snapshots, and dots of single nodes beyond that which were replaced here. */
  vector(space: number): Vector;
  taken(space: number): readonly { readonly node: NodeId; readonly dot: Dot }[];
  /** Folders whose entries are those of no listing; with each of them all above it. Not empty: there is something to publish or adopt. */
  stale(space: number): readonly { readonly num: NodeNum; readonly parent: NodeNum | undefined }[];
  /** Takes over what a merge brought to this disk, in one transaction; not while a round is pending. */
  applySynced(space: number, sequence: number, changes: readonly SyncedChange[]): void;
  /** The entries contain all that `vector` says; the next round follows `snapshot`, when it is given. */
  joinVector(space: number, vector: Vector, snapshot: SnapshotId | undefined): void;
  /**
   * The entries are those of another device's snapshot: it becomes the space's newest, its listings those of the stale folders. False, and nothing
   * happens, when its listings lack a stale folder.
   */
  adoptRound(
    round: Omit<RoundRow, 'state' | 'lastPack'> & { readonly lastPack: number | undefined },
    folders: readonly FolderContent[],
    vector: Vector,
  ): boolean;
  addConflicts(space: number, conflicts: readonly ConflictRow[]): void;
  /** Those whose two files both still stand. */
  conflicts(space: number): readonly ConflictRow[];
  dropConflict(space: number, beside: NodeId): void;

  addIntent(intent: NewIntent): IntentRow;
  openIntents(): readonly IntentRow[];
  settleIntent(
    num: number,
    state: 'succeeded' | 'failed',
    paidFrost: bigint,
    paidMist: bigint,
    failure: string | undefined,
    postings: readonly Posting[],
  ): void;
  intents(limit: number): readonly IntentRow[];
  /** Steps written at or after a time of the chain, oldest first. */
  payments(sinceMs: number): readonly Payment[];
  spent(): { readonly frost: bigint; readonly mist: bigint };

  snapshots(space: number): readonly RoundRow[];
  /** A snapshot of the past brought in by a rebuild: the whole tree as it was, given as changes against the sequence before it. */
  importSnapshot(
    round: Omit<RoundRow, 'state' | 'lastPack'> & { readonly lastPack: number | undefined },
    changes: readonly EntryChange[],
    folders: readonly FolderContent[],
    seen: { readonly vector: Vector; readonly taken: Snapshot['taken'] },
  ): void;
  /** All versions that a path had, newest first; through renames when `node` is known. */
  versions(space: number, path: SpacePath): readonly Version[];
  /** Direct children of a folder path as of a sequence; undefined when there was no such folder. */
  listAt(space: number, path: SpacePath, sequence: number): readonly Version[] | undefined;
  /** The entry at a path as of a sequence. The root has none. */
  entryAtSequence(space: number, path: SpacePath, sequence: number): Version | undefined;
  /** Everything below a path as of a sequence, parents before children, at most `limit` after `after` (a path from the last call). */
  treeAt(
    space: number,
    path: SpacePath,
    sequence: number,
    after: SpacePath | undefined,
    limit: number,
  ): readonly Version[];

  /**
   * Places whose name contains the text, each with its newest version there, newest first: what is there now, and what was there (all of that, or
   * only what is nowhere any more). `side`: only that side snapshot is known to hold it.
   */
  findNames(
    space: number,
    text: string,
    isDeletedOnly: boolean,
    limit: number,
  ): readonly { readonly version: Version; readonly isDeleted: boolean; readonly side: SnapshotId | undefined }[];

  /** Full check; words for people when something is damaged, else undefined. */
  integrity(): string | undefined;
}

/** The same operations behind the catalog's thread. Faults keep their code across the thread. */
export type Catalog = {
  readonly [K in keyof CatalogOperations]: (
    ...args: Parameters<CatalogOperations[K]>
  ) => Promise<ReturnType<CatalogOperations[K]>>;
} & { close(): Promise<void> };
