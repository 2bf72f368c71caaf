/** Spending steps as the catalog keeps them: written before a transaction is sent, settled from what the chain says. */

/** One line of the ledger: so much came to an account (or left it, below zero). The lines of a transaction sum to zero for each coin. */
export interface Posting {
  readonly account: 'wallet' | 'storage' | 'write' | 'exchange' | 'gas' | 'deposit' | 'rebate' | 'tip';
  readonly coin: 'WAL' | 'SUI';
  /** FROST or MIST. */
  readonly amount: bigint;
}

export type IntentState = 'prepared' | 'succeeded' | 'failed';

/** A spending step on its way: written before the transaction is sent, settled from the chain's own effects. */
export interface IntentRow {
  readonly num: number;
  readonly digest: string;
  readonly kind: string;
  readonly space: number | undefined;
  readonly pack: number | undefined;
  readonly transaction: Uint8Array;
  readonly signature: Uint8Array;
  /** As quoted. */
  readonly frost: bigint;
  readonly mist: bigint;
  /** The part of `frost` that is for writing. */
  readonly writeFrost: bigint;
  readonly state: IntentState;
  /** As the chain says; undefined while open. */
  readonly paidFrost: bigint | undefined;
  readonly paidMist: bigint | undefined;
  readonly failure: string | undefined;
}

export interface NewIntent {
  readonly digest: string;
  readonly kind: string;
  readonly space: number | undefined;
  readonly pack: number | undefined;
  readonly transaction: Uint8Array;
  readonly signature: Uint8Array;
  readonly frost: bigint;
  readonly mist: bigint;
  /** The part of `frost` that is for writing. */
  readonly writeFrost: bigint;
  /** The chain's time, ms since 1970: the month that the step counts for. Left out, it counts for none. */
  readonly chainMs?: number;
}

/** A spending step as the ledger has it, without its bytes. */
export interface Payment {
  readonly digest: string;
  readonly kind: string;
  readonly space: number | undefined;
  readonly chainMs: number;
  readonly state: IntentState;
  /** As quoted. */
  readonly frost: bigint;
  readonly mist: bigint;
  readonly writeFrost: bigint;
  /** As the chain says; undefined while open. */
  readonly paidFrost: bigint | undefined;
  readonly paidMist: bigint | undefined;
  readonly failure: string | undefined;
  readonly postings: readonly Posting[];
}
