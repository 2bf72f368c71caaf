/** Looks at the other devices' heads until there is something new. A question that fails is told and asked again. */
import type { Clock } from '../../domain/clock.ts';
import { faultOf, type Fault } from '../../domain/fault.ts';
import type { Engine } from '../../engine/engine.ts';

/** How often heads are looked at: what another device certifies is here within three seconds. */
const newsMs = 2_000;

/** Resolves when another device has certified something new, or when it is aborted. */
export async function newsOf(
  engine: Pick<Engine, 'hasNews'>,
  clock: Clock,
  signal: AbortSignal,
  onFault: (fault: Fault) => void,
): Promise<void> {
  for (;;) {
    try {
      await clock.sleep(newsMs, signal);
      if (await engine.hasNews(signal)) return;
    } catch (error) {
      const fault = faultOf(error);
      if (signal.aborted) return;
      if (!fault) throw error;
      onFault(fault);
    }
  }
}
