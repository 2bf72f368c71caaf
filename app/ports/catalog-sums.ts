/**
 * Sums over the whole catalog, for people who ask what their files take and cost. Exact, and cut into parts where a million rows would keep the
 * catalog's thread busy for longer than a person waits.
 */
import type { NodeNum } from './catalog.ts';

/** A calendar month (UTC) of the chain's time, as the ledger has it. */
export interface MonthSum {
  /** Ms since 1970. */
  readonly startMs: number;
  /** FROST for room, for writing, and what is on its way as quoted. Buying WAL is in none of them. */
  readonly storageFrost: bigint;
  readonly writeFrost: bigint;
  readonly openFrost: bigint;
  /** MIST of fees, less what came back; `rebateMist` is that. */
  readonly gasMist: bigint;
  readonly rebateMist: bigint;
}

/** Where a part of the past ended. */
export interface PastPlace {
  readonly parent: NodeNum;
  readonly name: Uint8Array;
  readonly since: number;
}

/** Content of files that lies in packs, each piece once: as it was, and sealed. */
export interface ContentSum {
  readonly plainBytes: number;
  readonly sealedBytes: number;
}

export interface PackSum {
  readonly packs: number;
  readonly bytes: number;
  /** With what nodes keep around them; of those that are encoded. */
  readonly encodedBytes: number;
}

export const contentParts = 16;

export interface SumOperations {
  /** The ledger by months from a time of the chain on, oldest first. Steps whose time is not known are in none. */
  monthSums(sinceMs: number): readonly MonthSum[];
  /** One of `contentParts`, from 0. */
  contentSum(part: number): ContentSum;
  /**
   * Contents of files that no entry has any more: versions that were replaced or deleted. A file that only moved has none. At most `rows` of the past
   * at a time.
   */
  pastSum(
    after: PastPlace | undefined,
    rows: number,
  ): {
    readonly next: PastPlace | undefined;
    readonly versions: number;
    readonly bytes: number;
  };
  /** Packs that are not dead. */
  packSum(): PackSum;
}
