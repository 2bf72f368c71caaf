/**
 * The lease autopilot's turn: at the start, then whenever it asked to be called again. Trouble with it keeps no space back. The day's check of what
 * is stored goes on beside the passes.
 */
import type { Clock } from '../../domain/clock.ts';
import { faultOf } from '../../domain/fault.ts';
import { standingOf, type CheckReport, type Engine, type RenewReport } from '../../engine/engine.ts';

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
      for (const words of report === undefined ? [] : dayWords(report)) options.onTrouble(words);
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

/** What the day's check found: what is at risk, what was mended already, and what a person can do. */
function dayWords(report: CheckReport): readonly string[] {
  const { slivers, problems } = standingOf(report);
  const broken = report.findings.filter(({ health }) => health === 'lost' || health === 'inconsistent').length;
  const words: string[] = [];
  if (report.repaired > 0)
    words.push(
      `Storage nodes had lost much of some packs: ${report.repaired} slivers are in place again. Nothing was paid.`,
    );
  if (broken > 0)
    words.push(
      `${broken} packs can no longer be rebuilt from the storage nodes; what lies only in them is at risk. Make them anew from your folders: floe check --repair`,
    );
  else if (slivers > 0)
    words.push(
      `Of what is stored, ${slivers} slivers are missing or wrong; nothing is lost. Mend it: floe check --repair`,
    );
  if (problems.length > broken) words.push(`${problems.length - broken} packs could not be looked at or mended today.`);
  return words;
}
