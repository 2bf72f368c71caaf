/** What was spent by months, what files take on their way to the network, and what changes would cost. Plain data: crosses as JSON; amounts are decimal FROST and MIST. */

export interface SpendMonth {
  /** A calendar month in UTC, by the chain's clock. */
  readonly startMs: number;
  readonly storageFrost: string;
  readonly writeFrost: string;
  /** On its way, as quoted. */
  readonly openFrost: string;
  readonly spentFrost: string;
  /** Less what came back, which is `rebateMist`. */
  readonly gasMist: string;
  readonly rebateMist: string;
}

export interface Spending {
  readonly capFrost: string | undefined;
  /** Oldest first, this month last. */
  readonly months: readonly SpendMonth[];
  readonly spentFrost: string;
  /** Of that, what lies in none of the months. */
  readonly elsewhereFrost: string;
}

/** Bytes, from what lies on the disk to what the nodes keep. */
export interface Stored {
  readonly files: number;
  readonly filesBytes: number;
  readonly olderVersions: number;
  readonly olderBytes: number;
  readonly onceBytes: number;
  readonly sealedBytes: number;
  readonly packBytes: number;
  readonly packs: number;
  readonly encodedBytes: number;
  /** The least that the nodes would keep with one pack for each file; undefined when the chain cannot be asked. */
  readonly apartBytes: number | undefined;
}

export interface AheadCost {
  readonly frost: string;
  /** Of the spaces that can be paid further: until when, the nearest and the furthest. */
  readonly spaces: number;
  readonly endsAtMs: number | undefined;
  readonly endsLastMs: number | undefined;
}

export interface MoreCost {
  readonly packs: number;
  readonly encodedBytes: number;
  /** Of that, what is not held by room that was paid for before. */
  readonly boughtBytes: number;
  readonly frost: string;
  /** What the first payment covers, in ms. */
  readonly paidMs: number;
  /** For 30 days after that. */
  readonly monthFrost: string;
}

/** What thinning the history of all spaces that allow it would give up, and what that saves at most. */
export interface ThinCost {
  readonly snapshots: number;
  readonly snapshotsGone: number;
  readonly bytes: number;
  readonly monthFrost: string;
}

/** What one WAL is worth, as the user said; Floe looks no price up. */
export interface WalPrice {
  /** Millionths of the currency, as a decimal text. */
  readonly micros: string;
  /** ISO 4217, such as EUR. */
  readonly currency: string;
  readonly setMs: number;
}

/** One check of the past. */
export interface CheckPast {
  readonly atMs: number;
  readonly isDaily: boolean;
  readonly packs: number;
  readonly ofPacks: number;
  readonly slivers: number;
  readonly missing: number;
  readonly corrupt: number;
  readonly unreachable: number;
  readonly repaired: number;
  /** From 0 to 1; never rounded up to 1. */
  readonly confidence: number;
  /** Names of nodes at which anything was amiss, the worst first. */
  readonly nodes: readonly string[];
}

export interface VoucherIssued {
  readonly path: string;
  readonly leases: number;
  readonly frostMax: string;
}
