/** How far a lease can be paid ahead, as a few sensible steps. Pure. */
import type { LeaseLine, Leases } from '../../app/wire/storage.ts';

export interface RenewalStep {
  readonly epochs: number;
  readonly endsAtMs: number;
}

const shares = [0.25, 0.5, 1] as const;

/** A quarter, half and all of what the network still sells beyond the end. Empty when it sells no further, or the lease has ended. */
export function renewalSteps(
  { endEpoch, endsAtMs }: Pick<LeaseLine, 'endEpoch' | 'endsAtMs'>,
  { epoch, epochsAheadMax, epochDurationMs }: Pick<Leases, 'epoch' | 'epochsAheadMax' | 'epochDurationMs'>,
): readonly RenewalStep[] {
  const most = endEpoch <= epoch ? 0 : epoch + epochsAheadMax - endEpoch;
  const counts = new Set(shares.map((share) => Math.ceil(most * share)).filter((count) => count > 0));
  return [...counts].map((epochs) => ({ epochs, endsAtMs: endsAtMs + epochs * epochDurationMs }));
}

/** Choices for "always paid so far ahead", the one that is set among them. */
export function aheadSteps(set: number, epochsAheadMax: number): readonly number[] {
  const counts = [...shares.map((share) => Math.max(1, Math.floor(epochsAheadMax * share))), set];
  return [...new Set(counts)].toSorted((a, b) => a - b);
}

/** WAL that somebody typed, as FROST; undefined when it is no amount. */
export function frostFrom(typed: string): string | undefined {
  const match = /^(\d{1,9})(?:[.,](\d{1,9}))?$/.exec(typed.trim());
  if (!match) return undefined;
  const [, whole = '0', part = ''] = match;
  return BigInt(`${whole}${part.padEnd(9, '0')}`).toString();
}
