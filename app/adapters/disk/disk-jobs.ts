/** What the disk's threads are asked and answer. Only plain data crosses; listings travel as bytes because objects are slow to make and to copy. */
import type { DiskAct, FileSpan, FileStat, Over, ReadSpan, SmallFile } from '../../ports/disk.ts';
import type { SpacePath } from '../../domain/path-name.ts';
import type { PlainFault } from './disk-fault.ts';

export interface PackedFolder {
  readonly path: SpacePath;
  /** Where its rows lie in the answer's. */
  readonly start: number;
  readonly end: number;
  readonly count: number;
  /** Names of the folders in it, in the order of their rows. */
  readonly folders: readonly string[];
  /** Of all rows, with the order in which the disk gave them; undefined when something could not be looked at. */
  readonly fingerprint: string | undefined;
  /** Targets of symlinks by row within the folder. */
  readonly targets: ReadonlyMap<number, string>;
  readonly problems: readonly { readonly path: SpacePath; readonly fault: PlainFault }[];
  /** Names of unfinished placements, by any process. */
  readonly leftovers: readonly string[];
}

export interface PackedListings {
  readonly folders: readonly PackedFolder[];
  /** Written by RowWriter (packed-rows.ts). */
  readonly rows: ArrayBuffer;
  /** Asked folders that were not listed because the answer was large enough. */
  readonly rest: readonly SpacePath[];
}

export interface PackedRead {
  readonly buffer: ArrayBufferLike;
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
  /** Moved or shared; used where it is large enough. */
  readonly room: ArrayBufferLike | undefined;
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
