/** Hints that something changed below a root. They may come late, twice, too wide or not at all; a scan decides what is so. */
import type { SpacePath } from '../domain/path-name.ts';

export interface WatchHint {
  /** The folder to look at; with `deep`, everything below it. */
  readonly folder: SpacePath;
  readonly deep: boolean;
}

export interface Watching {
  close(): Promise<void>;
}

export interface Watcher {
  /** `onHint` gets batches after changes have settled; `onTrouble` says in plain words why hints may be missing from now on. */
  watch(
    root: string,
    onHint: (hints: readonly WatchHint[]) => void,
    onTrouble: (problem: string) => void,
  ): Promise<Watching>;
}
