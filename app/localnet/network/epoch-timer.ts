/** Ends epochs when their time is over, by the clock that is handed in, and lets nodes that lack something try again. */
import type { Clock } from '../../domain/clock.ts';
import type { Ledger } from '../sui/sui.ts';

/** Sleeps are cut into pieces of this length: a laptop that slept notices soon, and timers of weeks overflow. */
const lookMsMax = 60_000;
/** Never spin: the ledger may see the time a little later than we do. */
const lookMsMin = 20;

interface EpochTimer {
  stop(): Promise<void>;
}

export function startEpochTimer(
  ledger: Ledger,
  clock: Clock,
  onChanging: () => void,
  onTrouble: (error: unknown) => void,
): EpochTimer {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      ledger.tick();
      if (ledger.isChanging()) onChanging();
      const waitMs = ledger.nextEpochAtMs() - clock.now();
      await clock.sleep(Math.min(lookMsMax, Math.max(lookMsMin, waitMs)), stopping.signal);
    }
  };
  const running = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) onTrouble(error);
  });
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
