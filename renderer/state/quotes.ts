/** Sums over quotes, and leases in months. Amounts are decimal texts, for they may be larger than a number is exact. Pure. */
import type { FolderQuote } from '../../app/wire/space.ts';

export const sumOf = (quotes: readonly FolderQuote[], field: 'frost' | 'mist' | 'monthFrost' | 'yearFrost'): string =>
  quotes.reduce((sum, quote) => sum + BigInt(quote[field]), 0n).toString();

export const monthMs = 30 * 86_400_000;

/** Epochs that cover so many months, by what a quote says of its own lease. */
export function epochsFor(months: number, quote: FolderQuote, nowMs: number): number {
  const epochMs = Math.max(1, (quote.paidUntilMs - nowMs) / Math.max(1, quote.epochs));
  return Math.max(1, Math.ceil((months * monthMs) / epochMs));
}

/** Whether an address holds what is wanted. */
export const covers = (
  balance: { readonly frost: string; readonly mist: string } | undefined,
  frost: string,
  mist: string,
): boolean => balance !== undefined && BigInt(balance.frost) >= BigInt(frost) && BigInt(balance.mist) >= BigInt(mist);
