/** Spaces, folders and files as a window shows them. Plain data: crosses as JSON; ids are hex, paths are the catalog's own texts. */
import type { DrillLine } from './proof.ts';
import type { Pause } from './steering.ts';
import type { WireFault } from './fault-form.ts';

/** The status grammar, worst first, as design and tray read it. */
export const spaceWords = [
  'held',
  'conflict',
  'attention',
  'paused',
  'uploading',
  'packing',
  'saved',
  'certified',
] as const;
export type SpaceWord = (typeof spaceWords)[number];

export type SpaceMode = 'sync' | 'archive';
export type EntryKind = 'file' | 'folder' | 'symlink';

/** One of the topic 'spaces'. */
export interface SpaceState {
  readonly space: string;
  readonly name: string;
  readonly mode: SpaceMode;
  /** Undefined: known to the account, but without a folder on this computer. */
  readonly folder: string | undefined;
  readonly word: SpaceWord;
  readonly files: number;
  readonly bytes: number;
  /** Files of the newest certified snapshot. */
  readonly certifiedFiles: number;
  /** Sealed packs on the network, before and after the redundancy that nodes keep. */
  readonly packs: number;
  readonly storedBytes: number;
  readonly encodedBytes: number;
  readonly snapshot: string | undefined;
  readonly sequence: number;
  readonly certifiedMs: number | undefined;
  readonly paidUntilMs: number | undefined;
  readonly leaseEndEpoch: number | undefined;
  /** What keeping it costs in 30 days at today's price, in FROST; undefined while the chain was not asked. */
  readonly monthFrost: string | undefined;
  /** Deletions that wait for somebody's word. */
  readonly held: number;
  /** Files that became incompressible at once, here and on other devices; they wait for a word too. */
  readonly rewritesHere: number;
  readonly rewritesElsewhere: number;
  /** Why nothing is done for it now; `isAll` when that holds for everything. */
  readonly pause: (Pause & { readonly isAll: boolean }) | undefined;
  readonly conflicts: number;
  /** Files that the last pass could not keep; at most `spaceProblemsMax`, `problemsTotal` counts all. */
  readonly problems: readonly PathProblem[];
  readonly problemsTotal: number;
  /** Pipes, sockets and devices, which are never kept. */
  readonly special: number;
  readonly lastPassMs: number | undefined;
  /** The last test restore. */
  readonly drill: Omit<DrillLine, 'problems'> | undefined;
  /** Why the last pass ended early. */
  readonly fault: WireFault | undefined;
}

export interface PathProblem {
  readonly path: string;
  readonly fault: WireFault;
}

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
}

/** Folders of this computer, for choosing one where there is no dialog of the system. */
export interface FolderLook {
  readonly path: string;
  /** Undefined at the top. */
  readonly parent: string | undefined;
  readonly folders: readonly FolderEntry[];
  /** There are more folders than are told. */
  readonly isCut: boolean;
  /** Good places to begin: the home folder and what usually lies in it. */
  readonly places: readonly FolderEntry[];
}

/** What a folder holds and would cost at most, before anything is sent. Amounts are decimal FROST and MIST. */
export interface FolderQuote {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  readonly packs: number;
  readonly encodedBytes: number;
  readonly epochs: number;
  readonly paidUntilMs: number;
  readonly frost: string;
  readonly mist: string;
  /** Storage alone, for 30 and for 365 days. */
  readonly monthFrost: string;
  readonly yearFrost: string;
  readonly isPlayMoney: boolean;
}

export interface TreeLine {
  readonly name: string;
  readonly path: string;
  readonly kind: EntryKind;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** The snapshot that brought this content, and its time. */
  readonly snapshot: string | undefined;
  readonly sinceMs: number;
}

/** A stretch of a folder's entries in name order, folders first. */
export interface TreePage {
  readonly snapshot: string;
  readonly timeMs: number;
  readonly total: number;
  readonly offset: number;
  readonly lines: readonly TreeLine[];
}

/** The rules by which a folder leaves files out, as they stand in it. */
export interface IgnoreRules {
  readonly text: string;
  readonly left: LeftOutCount;
}

export interface LeftOutCount {
  /** Files and folders; what lies in such a folder is not counted. */
  readonly count: number;
  /** Some of them, in order. */
  readonly paths: readonly string[];
}
