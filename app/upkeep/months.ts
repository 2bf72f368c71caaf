/**
 * Spending by calendar months of the chain's own time, in UTC. Months without a payment are told too, so that a chart has no gaps; whatever lies outside of
 * them is one sum, so that nothing is ever left out, however the chain's clock went. Pure.
 */
import type { MonthSum } from '../ports/catalog-sums.ts';
import { monthStartMs } from './budget.ts';

export interface SpendMonth extends MonthSum {
  /** FROST that counts against the cap: room, writing, and what is on its way. */
  readonly spentFrost: bigint;
}

/** The start of the month that lies so many months before the one of a time. */
export function monthsBefore(chainMs: number, months: number): number {
  const date = new Date(chainMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1);
}

const empty = { storageFrost: 0n, writeFrost: 0n, openFrost: 0n, gasMist: 0n, rebateMist: 0n };

/** The last `count` months, oldest first, and after them any that lie in what is still to come by the chain's clock of now. */
export function spendMonths(sums: readonly MonthSum[], chainMs: number, count: number): readonly SpendMonth[] {
  const bySum = new Map(sums.map((sum) => [sum.startMs, sum]));
  const usual = Array.from({ length: count }, (_, back) => monthsBefore(chainMs, count - 1 - back));
  const later = [...bySum.keys()].filter((startMs) => startMs > monthStartMs(chainMs)).toSorted((a, b) => a - b);
  return [...usual, ...later].map((startMs) => {
    const sum = bySum.get(startMs) ?? { startMs, ...empty };
    return { ...sum, spentFrost: sum.storageFrost + sum.writeFrost + sum.openFrost };
  });
}
