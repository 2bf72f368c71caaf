/** What a person lets Floe do, how fast, when and by whose help; which folders are here, what waits for a word, what of the past is kept. Plain data: crosses as JSON. */
import type { WeekPlan, Speed } from '../domain/week.ts';

/** `bulk`: large files wait, all else goes on. */
export type PowerRule = 'never' | 'bulk' | 'all';

export interface Pause {
  readonly reason: 'user' | 'schedule' | 'battery' | 'metered';
  /** Undefined: until told, or until the reason ends. */
  readonly untilMs?: number | undefined;
}

/** Topic 'steering'. */
export interface Steering {
  /** Bytes a second, all storage nodes and aggregators together; undefined: as fast as it goes. */
  readonly limits: { readonly up?: number | undefined; readonly down?: number | undefined };
  readonly plan: WeekPlan;
  /** By the plan, now. */
  readonly speed: Speed;
  readonly nextChangeMs?: number | undefined;
  readonly policy: { readonly battery: PowerRule; readonly metered: PowerRule };
  /** Undefined: nobody can tell. */
  readonly power: { readonly isOnBattery?: boolean | undefined; readonly isMetered?: boolean | undefined };
  /** Of everything. */
  readonly pause?: Pause | undefined;
  /** Large files wait, by the policy. */
  readonly isBulkHeld: boolean;
  /** Addresses of those that may be asked. */
  readonly aggregators: readonly string[];
}

export interface SteeringChange {
  readonly limits?:
    { readonly up?: number | 'off' | undefined; readonly down?: number | 'off' | undefined } | undefined;
  readonly plan?: WeekPlan | undefined;
  readonly policy?: { readonly battery?: PowerRule | undefined; readonly metered?: PowerRule | undefined } | undefined;
  /** These and no others. */
  readonly aggregators?: readonly string[] | undefined;
}

/** How an aggregator does that may be asked. */
export interface AggregatorLine {
  readonly url: string;
  /** That were right, since this Floe runs. */
  readonly bytes: number;
  /** How often it sent wrong bytes since then. */
  readonly lies: number;
  /** Why it is left alone, or was last. */
  readonly trouble?: string | undefined;
  /** Undefined: it does not answer now. */
  readonly pingMs?: number | undefined;
}

/** Where things stand after a pause began or ended. */
export interface Pauses {
  readonly pause?: Pause | undefined;
  /** Those that are paused, alone or with everything. */
  readonly spaces: readonly {
    readonly space: string;
    readonly name: string;
    readonly pause: Pause;
    readonly isAll: boolean;
  }[];
}

/** A folder of a space, with all that is in it. */
export interface FolderChoice {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  /** On this device, or on the way to something that is. */
  readonly isChosen: boolean;
  /** Chosen, and nothing in it is left out. */
  readonly isWhole: boolean;
  /** Files of it that are on this disk now. */
  readonly filesHere: number;
}

export interface FolderChoices {
  /** What lies beside the folders named here, and what is new, is on this device too. */
  readonly isRootChosen: boolean;
  readonly isEverything: boolean;
  readonly folders: readonly FolderChoice[];
}

/** What counts as more than usual in a space and waits for a word. */
export interface Brake {
  /** Of one pass. */
  readonly deletions: number;
  /** Of all files and folders, 0 to 1. */
  readonly share: number;
  /** Files that become incompressible at once. */
  readonly rewrites: number;
}

/** Days of age: every state, then one a day, then one a week, then one a month. */
export interface RetentionRules {
  readonly allDays: number;
  readonly dailyDays: number;
  readonly weeklyDays: number;
}

export interface Retention {
  /** Undefined: every state is kept. */
  readonly rules?: RetentionRules | undefined;
  /** Decimal FROST an epoch that the space may cost on this device before its history is thinned further. */
  readonly budgetFrost?: string | undefined;
}

/** What rules would give up, and what that saves at most. */
export interface RetentionPreview {
  readonly snapshots: number;
  readonly snapshotsGone: number;
  readonly bytes: number;
  readonly encodedBytes: number;
  readonly frostPerEpoch: string;
  readonly frostForLease: string;
}
