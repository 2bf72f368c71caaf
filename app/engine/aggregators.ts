/** How the aggregators do that may be asked: what they gave since the process began, whether one lied, and whether they answer now. */
import type { AggregatorStanding } from '../restore/fetch/fetch.ts';
import { Fault, orFault } from '../domain/fault.ts';
import type { EngineCore } from './engine-core.ts';

export interface AggregatorLine extends AggregatorStanding {
  /** Undefined: it does not answer. */
  readonly pingMs: number | undefined;
}

export async function aggregatorLines(core: EngineCore, signal: AbortSignal): Promise<readonly AggregatorLine[]> {
  const { aggregators, faster, steering } = core;
  if (aggregators === undefined || faster === undefined) return [];
  const urls = await steering.aggregators();
  return Promise.all(
    urls.map(async (url) => {
      const answer = await orFault(() => aggregators.ping(url, signal), signal);
      const standing = faster.standingOf(url);
      if (answer instanceof Fault)
        return { ...standing, trouble: standing.trouble ?? answer.message, pingMs: undefined };
      return { ...standing, pingMs: answer };
    }),
  );
}
