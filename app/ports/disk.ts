/**
 * The disk as the engine needs it: listings in batches (never one call a file), reads into one moved buffer, and placements that are never
 * half visible. Paths are `SpacePath` texts below an absolute root; an adapter never follows a link out of the root.
 */
import type { Fault } from '../domain/fault.ts';
import type { PathName, SpacePath } from '../domain/path-name.ts';
import type { Look } from './catalog.ts';

export type FileKind = 'file' | 'folder' | 'symlink' | 'other';

/** What one look at a file tells. Times are nanoseconds since 1970; inode and device identify it on this disk. */
export interface FileStat {
  readonly kind: FileKind;
  readonly bytes: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** Permission bits only (0o7777). */
  readonly mode: number;
  readonly device: bigint;
  readonly inode: bigint;
  readonly links: number;
}

export interface ListedEntry {
  readonly name: PathName;
  readonly stat: FileStat;
  /** Target of a symlink, raw text; never followed. */
  readonly target?: string;
}

export interface FolderListing {
  readonly path: SpacePath;
  readonly entries: readonly ListedEntry[];
  /** Why this folder (or some entry of it) could not be read; what is missing then is unknown, never deleted. */
  readonly problems: readonly { readonly path: SpacePath; readonly fault: Fault }[];
  /** False when `entries` may lack something. */
  readonly isComplete: boolean;
  /**
   * Text that stays the same while every entry of the folder looks the same, what is left out among them; undefined when something could not be looked at,
   * or where a disk makes none. Reading it costs less than reading `entries`.
   */
  readonly fingerprint: string | undefined;
  /** Names of the folders among `entries`. */
  readonly folders: readonly PathName[];
  /** How many entries the folder has, those that are left out among them. */
  readonly count: number;
}

/** Tells which folders not to enter and which entries to leave out; asked with the path and whether it is a folder. */
export type IsLeftOut = (path: SpacePath, isFolder: boolean) => boolean;

/** Part of a file to read. */
export interface FileSpan {
  readonly path: SpacePath;
  readonly offset: number;
  /** Read at most this many bytes. */
  readonly bytesMax: number;
}

export interface ReadSpan {
  /** Where the bytes lie in the batch's buffer. */
  readonly start: number;
  readonly bytes: number;
  /** Looks before the first and after the last byte was read; different looks mean that the file was changing. */
  readonly before: FileStat;
  readonly after: FileStat;
}

export interface ReadBatch {
  readonly buffer: ArrayBufferLike;
  /** One for each asked span, in order. */
  readonly spans: readonly (ReadSpan | Fault)[];
}

export interface Placement {
  readonly mode: number;
  readonly mtimeNs: bigint;
}

/** A file being written beside its place; invisible until `finish`. Each byte is written once at most; zeros need take no room on the disk. */
export interface PlacedFile {
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Gives the final length (holes stay holes), mode and times, then renames into place. */
  finish(bytes: number, placement: Placement, durable: boolean): Promise<FileStat>;
  abandon(): Promise<void>;
}

/**
 * What may stand at a place that is written to. A look: exactly that file, looked at immediately before it is replaced; anything else is a
 * fault 'file-changing', and nothing happens.
 */
export type Over = 'never' | 'replace' | Look;

/** One change of names, each with what must still be so. What is not so is a fault 'file-changing' (or 'already-exists'), and nothing happens. */
export type DiskAct =
  /** A file, link or folder goes to a place where nothing is. `look`: of a file or link. */
  | { readonly kind: 'move'; readonly from: SpacePath; readonly to: SpacePath; readonly look: Look | undefined }
  /** A file or link that looks like this goes. One that is gone already is no fault. */
  | { readonly kind: 'remove'; readonly path: SpacePath; readonly look: Look }
  /** An empty folder goes. One that is gone already is no fault. */
  | { readonly kind: 'remove-folder'; readonly path: SpacePath }
  /** A folder that may be there already; its own folder must be. */
  | { readonly kind: 'make-folder'; readonly path: SpacePath; readonly mode: number }
  /** Mode and time of a file that looks like this; of a folder the mode alone. */
  | {
      readonly kind: 'dress';
      readonly path: SpacePath;
      readonly look: Look | undefined;
      readonly placement: Placement;
    };

export interface SmallFile extends Placement {
  readonly path: SpacePath;
  readonly bytes: Uint8Array;
  /** For this file alone, instead of what is said for all. */
  readonly over?: Over;
}

/** Where a disk differs from a usual one of Linux. Plain data. */
export interface DiskNature {
  /** `readme` and `README` are one name. */
  readonly foldsCase: boolean;
  /** A letter composed and the same one decomposed (Unicode NFC, NFD) are one name, listed in the form that the disk likes. */
  readonly foldsForms: boolean;
  /** Names that Windows cannot have are refused or would be unusable elsewhere. */
  readonly hasWindowsNames: boolean;
  /** Permission bits are kept. Where they are not, what a listing shows of them says nothing. */
  readonly keepsModes: boolean;
  /** Two changes this close may show the same times. 0: no two ever do. */
  readonly timeStepMs: number;
}

export interface Disk {
  /** Asked once a pass; the root is there and carries its mark, if it can. */
  nature(root: string): Promise<DiskNature>;
  /** Removes what a kill left half written below the root, by this or another process. Returns how many files that were. */
  sweep(root: string, signal: AbortSignal): Promise<number>;
  /** Walks a tree below `from` folder by folder, parents before children, in batches; problems are reported inside the listings. */
  walk(
    root: string,
    from: SpacePath,
    isLeftOut: IsLeftOut,
    signal: AbortSignal,
  ): AsyncIterable<readonly FolderListing[]>;
  /** One folder. */
  list(root: string, path: SpacePath): Promise<FolderListing>;
  /** A look without following links; undefined when nothing is there. Other trouble is a fault, never "nothing there". */
  look(root: string, path: SpacePath): Promise<FileStat | undefined>;
  /**
   * Reads spans of files (opened without following links) into one buffer, which is moved to the caller. `room` is moved in (or shared) and is that
   * buffer if it is large enough for all of them.
   */
  read(root: string, spans: readonly FileSpan[], signal: AbortSignal, room?: ArrayBufferLike): Promise<ReadBatch>;

  makeFolder(root: string, path: SpacePath): Promise<void>;
  setFolder(root: string, path: SpacePath, placement: Placement): Promise<void>;
  /** Begins a file; with `over: 'never'` an existing file at the place makes `finish` a fault 'already-exists'. */
  place(root: string, path: SpacePath, over: Over): Promise<PlacedFile>;
  /** Places many small files in one go. */
  placeSmall(
    root: string,
    files: readonly SmallFile[],
    over: Over,
    durable: boolean,
  ): Promise<readonly (FileStat | Fault)[]>;
  placeSymlink(root: string, path: SpacePath, target: string, over: Over): Promise<FileStat>;
  /** Acts one after another, durable when this returns. What now stands at each place; undefined where nothing does. */
  act(root: string, acts: readonly DiskAct[]): Promise<readonly (FileStat | undefined | Fault)[]>;

  /** Bytes free for this user on the disk that holds `root`. */
  freeBytes(root: string): Promise<number>;
  /** Absolute, link-free form of a folder's path; a fault when it is no folder. */
  resolveFolder(path: string): Promise<string>;
}
