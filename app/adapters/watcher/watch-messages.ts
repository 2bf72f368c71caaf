/** What the watching process and its parent say to each other, and the limits past which hints get wider. */
import type { SpacePath } from '../../domain/path-name.ts';

export interface WatchLimits {
  /** Events in one folder past which everything below it is to be looked at: listing it anew costs less than following them. */
  readonly eventsPerFolderMax: number;
  /** Events in all past which one hint for their common folder takes their place; bounds memory in a burst. */
  readonly eventsMax: number;
  /** Entries in a tree past which chokidar would need over 100 MiB; larger trees get the leaner watch. */
  readonly chokidarEntriesMax: number;
  /** Events between two answers past which the system's queue may have run over; undefined means half of what the system says it holds. */
  readonly eventsAtOnceMax: number | undefined;
}

export const watchLimits: WatchLimits = {
  eventsPerFolderMax: 128,
  eventsMax: 512,
  chokidarEntriesMax: 2_000,
  eventsAtOnceMax: undefined,
};

/** The watching process ends with this code when its tree is not there (any more); it is started again until it is. */
export const rootGoneExitCode = 3;

export interface WatchOrder {
  readonly root: string;
  readonly limits: WatchLimits;
}

export interface FolderEvents {
  readonly folder: SpacePath;
  readonly events: number;
  readonly deep: boolean;
}

export type WatchNews =
  | { readonly kind: 'ready' }
  | { readonly kind: 'changes'; readonly changes: readonly FolderEvents[] }
  | { readonly kind: 'trouble'; readonly words: string };
