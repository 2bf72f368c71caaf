/**
 * Packs on their way whose lease ended while this device was off: nodes take nothing for them and no head may name them. They are still in the spool, so they
 * are registered anew.
 */
import type { SuiId } from '../domain/ids.ts';
import type { EngineCore } from './engine-core.ts';

/** To be called before what an earlier run left is sent on. */
export async function forgetEnded(
  { catalog, chain }: Pick<EngineCore, 'catalog' | 'chain'>,
  space: number,
  signal: AbortSignal,
): Promise<void> {
  const waiting = await catalog.packs(space, ['registered', 'stored', 'certified']);
  if (waiting.length === 0) return;
  const { epoch } = await chain.network(signal);
  const ends = new Map<SuiId, number>();
  for (const { num, pool } of waiting) {
    if (pool === undefined) continue;
    if (!ends.has(pool)) ends.set(pool, (await chain.pool(pool, signal))?.endEpoch ?? 0);
    if ((ends.get(pool) ?? 0) <= epoch) await catalog.loseRegistration(num);
  }
}
