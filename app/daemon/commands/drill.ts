/** `floe drill`: restores a random sample while part of the network is left out, compares, and records how it went. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskFault } from '../../adapters/disk/disk.ts';
import { displayName } from '../../domain/path-name.ts';
import type { DrillReport } from '../../engine/engine.ts';
import { numberFlag, type Run } from '../command.ts';
import { bytesText, exitCodes, type Output } from '../output.ts';
import { lookInto } from '../session.ts';

const usualFiles = 20;
const usualRefuse = 0.33;
const problemsShownMax = 20;

function sayDrill(output: Output, name: string, report: DrillReport): void {
  const { files, bytes, refusedShards, shards, seconds, problems } = report;
  const sample = `${files} files (${bytesText(bytes)}) of '${displayName(name)}'`;
  const without = `without ${refusedShards} of ${shards} shards, in ${seconds.toFixed(1)} s`;
  output.say(
    problems.length === 0
      ? `Restored ${sample} ${without}: every one is right.`
      : `Tried to restore ${sample} ${without}: ${problems.length} went wrong.`,
  );
  for (const { path, fault } of problems.slice(0, problemsShownMax))
    output.say(`  ${displayName(path)}: ${fault.message}`);
}

export const drillCommand: Run = async (context, [only], flags) =>
  lookInto(context, async ({ engine }) => {
    const { output, signal } = context;
    const known = await engine.spaces();
    const all = known.filter(({ snapshot }) => snapshot !== undefined).map(({ space, name }) => ({ space, name }));
    const chosen = only === undefined ? all : [{ space: only, name: only }];
    if (chosen.length === 0) output.say('Nothing is certified yet, so there is nothing to restore.');
    const drills = [];
    for (const { space, name } of chosen) {
      const to = await mkdtemp(join(tmpdir(), 'floe-drill-')).catch((error: unknown) => {
        throw diskFault(error, tmpdir(), 'written');
      });
      try {
        const refuse = numberFlag(flags, 'refuse') ?? usualRefuse;
        const report = await engine.drill(
          { space, to, refuse, files: numberFlag(flags, 'files') ?? usualFiles },
          signal,
        );
        sayDrill(output, name, report);
        const problems = report.problems.map(({ path, fault: { code, message } }) => ({
          path: displayName(path),
          code,
          message,
        }));
        drills.push({ space: name, ...report, problems });
      } finally {
        await rm(to, { recursive: true, force: true });
      }
    }
    output.done({ drills });
    return drills.some(({ failed }) => failed > 0) ? exitCodes.partly : exitCodes.done;
  });
