/** The past of a space: snapshots, versions, previews, restores. Plain data: crosses as JSON. */
import type { PathProblem, EntryKind } from './space.ts';

export interface SnapshotLine {
  readonly snapshot: string;
  readonly sequence: number;
  readonly timeMs: number;
  readonly device: string;
  readonly files: number;
  readonly bytes: number;
  readonly state: 'sealed' | 'certified';
  /** Another device was at this, and this one never; then `madeBy` is that device's name. */
  readonly isSide: boolean;
  readonly madeBy?: string | undefined;
}

/** One content of one path, newest first. */
export interface VersionLine {
  readonly path: string;
  readonly kind: EntryKind;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** What `at` takes to get this version back; undefined when the history before it was lost. */
  readonly snapshot: string | undefined;
  readonly timeMs: number;
  /** When it stopped being the newest; undefined while it is. */
  readonly untilMs: number | undefined;
  readonly isCurrent: boolean;
}

export type Overwrite = 'never' | 'if-older' | 'always';

export interface RestoreInput {
  readonly space: string;
  /** Empty: everything. */
  readonly paths: readonly string[];
  /** A snapshot's id or an ISO time; undefined: now. */
  readonly at?: string | undefined;
  /** An absolute folder; made if it is missing. Undefined: back into the space's own folder. */
  readonly to?: string | undefined;
  readonly overwrite: Overwrite;
  /** Only counts; nothing is written. */
  readonly isDry?: boolean | undefined;
}

export interface RestoreDone {
  readonly to: string;
  readonly snapshot: string;
  readonly files: number;
  readonly bytes: number;
  readonly unchanged: number;
  readonly fetchedBytes: number;
  readonly problems: readonly PathProblem[];
  readonly problemsTotal: number;
}

/**
 * A file to look at. Its bytes never cross the link: `url` gives them once, for a minute, as text/plain or as the image type that its first
 * bytes show, whatever its name says. 'none': neither text nor a known image, or too large.
 */
export interface Preview {
  readonly kind: 'text' | 'image' | 'none';
  readonly url: string | undefined;
  readonly bytes: number;
  readonly snapshot: string;
  readonly timeMs: number;
}

export interface ConflictSide {
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly device: string | undefined;
  readonly isMine: boolean;
}

/** Two files of which a person keeps one, or both. */
export interface ConflictLine {
  readonly space: string;
  readonly kind: 'content' | 'name';
  readonly timeMs: number;
  /** The one that kept its name, and the one beside it. */
  readonly kept: ConflictSide;
  readonly beside: ConflictSide;
}

/** A name that is no longer there. `snapshot` is the last moment that still holds it, as far as is known. */
export interface DeletedLine {
  readonly path: string;
  readonly kind: EntryKind;
  readonly bytes: number;
  readonly snapshot: string | undefined;
  readonly sinceMs: number;
  readonly untilMs: number | undefined;
}
