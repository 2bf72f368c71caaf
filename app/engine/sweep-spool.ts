/** The spool holds what is still to be sent and nothing else, whatever an earlier run left there when it was killed. */
import type { EngineCore } from './engine-core.ts';

/** Removes spooled packs that are certified and published, or that never got a row. */
export async function sweepSpool(core: Pick<EngineCore, 'catalog' | 'spool'>): Promise<void> {
  const spaces = await core.catalog.spaces();
  const rows = (await Promise.all(spaces.map((space) => core.catalog.packs(space.num)))).flat();
  const needed = new Set(
    rows.filter((pack) => pack.state !== 'live' && pack.state !== 'dead').map((pack) => pack.name),
  );
  for (const name of await core.spool.names()) if (!needed.has(name)) await core.spool.remove(name);
}
