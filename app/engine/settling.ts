/** How long small changes of a space may wait for one another, and since when some do. Only passes that run by themselves wait; who asks is served. */
import { Fault } from '../domain/fault.ts';
import { mayWait } from '../upkeep/settling.ts';
import type { EngineCore } from './engine-core.ts';
import { findSpace } from './look.ts';

const settleKey = (space: number): string => `settle:${space}`;
const sinceKey = (space: number): string => `settling:${space}`;
/** Longer would keep other devices waiting for more than a day. */
const settleMsMax = 24 * 3_600_000;

export async function setSettling(core: EngineCore, name: string, ms: number): Promise<void> {
  if (!(ms >= 0 && ms <= settleMsMax)) throw new Fault('bad-input', 'after-user', 'Changes wait for a day at most.');
  await core.catalog.setRecord(settleKey((await findSpace(core.catalog, name)).num), String(ms));
}

export const settlingMs = async ({ catalog }: Pick<EngineCore, 'catalog'>, space: number): Promise<number> =>
  Number((await catalog.record(settleKey(space))) ?? 0);

/** Asked with the bytes of what changed before a round is made of it. */
export async function waits(core: EngineCore, space: number, bytes: number, packBytes: number): Promise<boolean> {
  const settleMs = await settlingMs(core, space);
  if (settleMs === 0) return false;
  const nowMs = core.clock.now();
  const known = Number((await core.catalog.record(sinceKey(space))) ?? 0);
  const sinceMs = known === 0 ? nowMs : known;
  const isWaiting = mayWait({ settleMs, sinceMs, nowMs, bytes, packBytes });
  if (isWaiting && known === 0) await core.catalog.setRecord(sinceKey(space), String(nowMs));
  if (!isWaiting) await core.catalog.setRecord(sinceKey(space), '0');
  return isWaiting;
}
