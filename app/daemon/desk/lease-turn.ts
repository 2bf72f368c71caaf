/**
 * The lease autopilot's turn: at the start, then whenever it asked to be called again. Trouble with it keeps no space back. The day's check of what
 * is stored goes on beside the passes.
 */
import type { Clock } from '../../domain/clock.ts';
import { faultOf } from '../../domain/fault.ts';
import type { Engine, RenewReport } from '../../engine/engine.ts';

export interface LeaseTurnOptions {
  readonly engine: Pick<Engine, 'upkeep' | 'dailyCheck'>;
  readonly clock: Clock;
  /** What it renewed, could not pay, and warns of. */
  readonly onRenewed: (report: RenewReport) => void;
  /** Something did not work that nothing waits for: leases were not looked at, hints may be missing. */
  readonly onTrouble: (words: string) => void;
}

/** Does nothing while it is not yet time. */
export function openLeaseTurn(options: LeaseTurnOptions): (signal: AbortSignal) => Promise<void> {
  const { engine, clock } = options;
  /** By the steady clock; undefined before the first turn. */
  let nextMs: number | undefined;
  let checking: Promise<void> | undefined;
  let bug: Error | undefined;
  const check = async (signal: AbortSignal): Promise<void> => {
    try {
      const report = await engine.dailyCheck(signal);
      const bad = report === undefined ? 0 : report.missing + report.corrupt;
      if (bad > 0)
        options.onTrouble(`Of what is stored, ${bad} slivers are missing or wrong. Mend it: floe check --repair`);
    } catch (error) {
      const fault = faultOf(error);
      if (fault) {
        if (!signal.aborted) options.onTrouble(`What is stored was not looked at: ${fault.message}`);
      } else bug = error instanceof Error ? error : new Error(String(error));
    } finally {
      checking = undefined;
    }
  };
  return async (signal) => {
    if (bug !== undefined) throw bug;
    if (nextMs !== undefined && clock.steady() < nextMs) return;
    try {
      const { report, againInMs } = await engine.upkeep(nextMs === undefined, signal);
      nextMs = clock.steady() + againInMs;
      if (report) options.onRenewed(report);
      checking ??= check(signal);
    } catch (error) {
      const fault = faultOf(error);
      if (!fault) throw error;
      if (!signal.aborted) options.onTrouble(`Leases were not looked at: ${fault.message}`);
    }
  };
}
