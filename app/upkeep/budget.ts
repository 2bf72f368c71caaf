/** The month's cap on WAL: which month a time of the chain belongs to, what was spent in it, and whether a step fits under the cap. Pure. */
import type { Payment } from '../ports/intents.ts';

/** When the calendar month of a time of the chain began, UTC, ms since 1970. */
export function monthStartMs(chainMs: number): number {
  const date = new Date(chainMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

/**
 * FROST that these payments took or may still take: what is on its way counts as quoted. Buying WAL for SUI spends no WAL.
 */
export function spentFrost(payments: readonly Payment[]): bigint {
  return payments
    .filter(({ kind }) => kind !== 'exchange')
    .reduce((sum, { paidFrost, frost }) => sum + (paidFrost ?? frost), 0n);
}

/** What the cap leaves; undefined without a cap, never negative. */
export function leftFrost(capFrost: bigint | undefined, spent: bigint): bigint | undefined {
  if (capFrost === undefined) return undefined;
  return spent >= capFrost ? 0n : capFrost - spent;
}
