/**
 * How large a pool should be. Capacity is paid from now to the pool's end, so it is bought when a blob needs it, in the transaction that registers the
 * blob, and in whole units, since a unit begun is a unit paid. What will not be used again before long is not paid on: it is split off when the pool is
 * extended. Pure.
 */
import { unitBytes } from '../domain/redstuff.ts';

export interface PoolFill {
  readonly capacityBytes: number;
  readonly usedBytes: number;
}

/** Before there is a pool. */
export const noPool: PoolFill = { capacityBytes: 0, usedBytes: 0 };

/** Bytes to buy for a blob of so many encoded bytes: none while there is room. */
export function growthFor({ capacityBytes, usedBytes }: PoolFill, encodedBytes: number): number {
  const lacking = encodedBytes - (capacityBytes - usedBytes);
  return lacking > 0 ? Math.ceil(lacking / unitBytes) * unitBytes : 0;
}

/** Unused bytes, in whole units, beyond what is likely to be wanted: those are not paid on. */
export function surplusOf({ capacityBytes, usedBytes }: PoolFill, wantedBytes: number): number {
  const surplus = capacityBytes - usedBytes - wantedBytes;
  // A pool keeps a unit: one without capacity cannot be extended.
  const most = Math.max(0, Math.min(surplus, capacityBytes - unitBytes));
  return Math.floor(most / unitBytes) * unitBytes;
}
