/** Marks in the catalog what this device can reach: contents of its entries and kept versions, those that are lists of chunks read to their end. */
import { openChunkReader } from '../restore/content/content.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';

export async function markReachable(core: EngineCore, space: OpenSpace, signal: AbortSignal): Promise<void> {
  const reader = openChunkReader(space.keys, core, 'bulk');
  await core.catalog.clearMarks();
  for (let after: number | undefined = 0; after !== undefined;) {
    const { next, lists }: Awaited<ReturnType<typeof core.catalog.markContents>> = await core.catalog.markContents(
      space.row.num,
      after,
    );
    for (const list of lists) await core.catalog.mark(await reader.flatten(list, signal));
    after = next;
  }
}
