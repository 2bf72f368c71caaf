/** What storage costs over a stretch of time, from the chain's own prices. FROST, whole. */
import type { NetworkState } from '../domain/committee.ts';
import { storageUnits } from '../domain/redstuff.ts';

const dayMs = 24 * 3_600_000;
export const monthMs = 30 * dayMs;
export const yearMs = 365 * dayMs;

/** Storage alone: write fees are paid once. */
export function leaseFrost(encodedBytes: number, network: NetworkState, ms: number): bigint {
  return frostOver(BigInt(storageUnits(encodedBytes)) * network.storagePrice, network, ms);
}

/** What costs so much an epoch, over a stretch of time. */
export function frostOver(frostPerEpoch: bigint, { epochDurationMs }: NetworkState, ms: number): bigint {
  return (frostPerEpoch * BigInt(ms)) / BigInt(Math.max(1, epochDurationMs));
}
