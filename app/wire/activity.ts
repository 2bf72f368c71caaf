/** What Floe is doing, what it has done and what waits for a person. Plain data: crosses as JSON. */
import type { WireFault } from './fault-form.ts';
import type { SpaceWord } from './space.ts';
import type { Pause } from './steering.ts';

export type WorkKind =
  | 'looking'
  | 'reading'
  | 'packing'
  | 'encoding'
  | 'uploading'
  | 'certifying'
  | 'restoring'
  | 'applying'
  | 'recovering'
  | 'checking';

/** The work of this moment. Counts that do not apply are 0. */
export interface Work {
  readonly kind: WorkKind;
  readonly space: string;
  readonly spaceName: string;
  readonly files: number;
  readonly ofFiles: number;
  readonly bytes: number;
  readonly ofBytes: number;
  readonly nodes: number;
  readonly ofNodes: number;
  readonly sinceMs: number;
  readonly bytesPerSecond: number | undefined;
}

/** Topic 'summary': what tray and overview say. */
export interface Summary {
  readonly files: number;
  readonly certifiedFiles: number;
  readonly bytes: number;
  readonly spaces: number;
  readonly worst: SpaceWord;
  readonly needs: number;
  /** The earliest end of any lease, and the latest. */
  readonly paidUntilMs: number | undefined;
  readonly paidLongestMs: number | undefined;
  /** The last drill that brought files back; undefined: none yet. */
  readonly lastDrillMs: number | undefined;
  readonly work: Work | undefined;
  readonly pause: Pause | undefined;
  /** Why the last pass ended early, and when it is tried again. */
  readonly fault: WireFault | undefined;
  readonly retryAtMs: number | undefined;
  readonly isChainReached: boolean;
}

/** 'failed': the last pass could not keep it; `fault` says why. */
export type ActivityStage = 'saved' | 'uploading' | 'certified' | 'failed';

/** One file on its way, or there. */
export interface ActivityLine {
  readonly space: string;
  readonly spaceName: string;
  readonly path: string;
  readonly stage: ActivityStage;
  readonly bytes: number;
  readonly timeMs: number;
  readonly fault: WireFault | undefined;
}

/** Topic 'activity': the work and the newest lines; `activity.list` gives the others. `revision` grows when lines changed. */
export interface Activity {
  readonly revision: number;
  readonly total: number;
  readonly waiting: number;
  readonly work: Work | undefined;
  readonly newest: readonly ActivityLine[];
}

export interface ActivityPage {
  readonly revision: number;
  readonly total: number;
  readonly offset: number;
  readonly lines: readonly ActivityLine[];
}

/** One line of the topic 'needs': something that waits for a person. `id` stays the same while the reason stays. */
export type Need = { readonly id: string; readonly space: string | undefined; readonly spaceName: string } &
  /** Deletions, and rewrites that look like somebody's encryption: made here, or on other devices. */
  (
    | {
        readonly kind: 'held';
        readonly deletions: number;
        readonly rewritesHere: number;
        readonly rewritesElsewhere: number;
      }
    | { readonly kind: 'conflict'; readonly files: number }
    | { readonly kind: 'money'; readonly address: string; readonly frost: string; readonly mist: string }
    | { readonly kind: 'lease'; readonly paidUntilMs: number }
    | { readonly kind: 'unkept'; readonly files: number }
    | {
        readonly kind: 'folder-missing';
        readonly folder: string;
        /** Something else is there, without the space's mark. */
        readonly isAnother: boolean;
        /** Where a folder with its mark lies nearby; the very folder first. */
        readonly proposed: readonly { readonly folder: string; readonly isSame: boolean }[];
      }
    | { readonly kind: 'phrase' }
    | { readonly kind: 'fault'; readonly fault: WireFault }
  );
