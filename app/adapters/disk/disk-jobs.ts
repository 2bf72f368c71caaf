/** What the disk's threads are asked and answer. Only plain data crosses; listings travel as columns because objects are slow to copy. */
import type { DiskAct, FileSpan, FileStat, Over, ReadSpan, SmallFile } from '../../ports/disk.ts';
import type { SpacePath } from '../../domain/path-name.ts';
import type { PlainFault } from './disk-fault.ts';

export interface PackedFolder {
  readonly path: SpacePath;
  /** How many of the columns' next rows are this folder's. */
  readonly count: number;
  /** Targets of symlinks by row within the folder. */
  readonly targets: ReadonlyMap<number, string>;
  readonly problems: readonly { readonly path: SpacePath; readonly fault: PlainFault }[];
  /** Names of unfinished placements, by any process. */
  readonly leftovers: readonly string[];
}

/** Columns per row of `numbers` (kind, bytes, mode, links) and of `bigs` (mtime, ctime, device, inode). */
export const columns = 4;

export interface PackedListings {
  readonly folders: readonly PackedFolder[];
  /** All names in order, joined by `/`, which no name holds. */
  readonly names: string;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly bigs: BigInt64Array<ArrayBuffer>;
  /** Asked folders that were not listed because the answer was large enough. */
  readonly rest: readonly SpacePath[];
}

export interface PackedRead {
  readonly buffer: ArrayBuffer;
  readonly spans: readonly (ReadSpan | PlainFault)[];
}

export interface PackedSmallFile extends Omit<SmallFile, 'bytes'> {
  readonly start: number;
  readonly bytes: number;
}

export interface ListJob {
  readonly kind: 'list';
  readonly root: string;
  readonly paths: readonly SpacePath[];
}

export interface ReadJob {
  readonly kind: 'read';
  readonly root: string;
  readonly spans: readonly FileSpan[];
  /** Shared; anything but 0 asks the thread to stop early. */
  readonly cancel: Int32Array<SharedArrayBuffer>;
}

export interface PlaceJob {
  readonly kind: 'place';
  readonly root: string;
  readonly files: readonly PackedSmallFile[];
  readonly buffer: ArrayBuffer;
  readonly over: Over;
  readonly durable: boolean;
  /** Marks this process's own temporary names. */
  readonly tag: string;
}

export interface ActJob {
  readonly kind: 'act';
  readonly root: string;
  readonly acts: readonly DiskAct[];
}

export type DiskJob = ListJob | ReadJob | PlaceJob | ActJob;

export interface DiskAnswers {
  readonly list: PackedListings;
  readonly read: PackedRead;
  readonly place: readonly (FileStat | PlainFault)[];
  readonly act: readonly (FileStat | undefined | PlainFault)[];
}

export type DiskReply = { readonly id: number } & ({ readonly answer: unknown } | { readonly bug: Error });
