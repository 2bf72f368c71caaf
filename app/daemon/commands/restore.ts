/** `floe restore`. */
import { mkdir } from 'node:fs/promises';
import { diskFault } from '../../adapters/disk/disk.ts';
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import { textFlag, type Run } from '../command.ts';
import { bytesText, exitCodes } from '../output.ts';
import { withHost } from '../session.ts';

const problemsShownMax = 20;

/** A path as people type it: outer slashes do not count. */
export const trimSlashes = (path: string): string => path.replace(/^\/+|\/+$/g, '');

async function makeTarget(to: string): Promise<void> {
  if (to === '') throw new Fault('bad-input', 'after-user', '--to needs a folder.');
  try {
    await mkdir(to, { recursive: true });
  } catch (error) {
    throw diskFault(error, to, 'written');
  }
}

export const restoreCommand: Run = async (context, [space = ''], flags) =>
  withHost(context, async ({ engine }) => {
    const { output } = context;
    const to = textFlag(flags, 'to') ?? '';
    const paths = Array.isArray(flags['path']) ? flags['path'].map((path) => trimSlashes(String(path))) : [];
    const rule = textFlag(flags, 'overwrite');
    const overwrite = rule === 'always' || rule === 'if-older' ? rule : 'never';
    const isDry = flags['dryRun'] === true;
    if (!isDry) await makeTarget(to);
    const started = performance.now();
    const report = await engine.restore(
      { space, to, paths, at: textFlag(flags, 'at'), overwrite, isDry },
      context.signal,
    );
    const seconds = (performance.now() - started) / 1000;
    output.say(
      isDry
        ? `Would restore ${report.files} files, ${bytesText(report.bytes)}: ${bytesText(report.fetchBytes)} to fetch from ${report.packs} packs. Nothing was written; it costs nothing.`
        : `Restored ${report.files} files, ${bytesText(report.bytes)}, in ${seconds.toFixed(1)} s.`,
    );
    if (report.unchanged > 0) output.say(`${report.unchanged} files were there already.`);
    for (const { path, fault } of report.problems.slice(0, problemsShownMax))
      output.say(`  Not restored: ${displayName(path)}: ${fault.message}`);
    const problems = report.problems.map(({ path, fault }) => ({
      path: displayName(path),
      code: fault.code,
      message: fault.message,
    }));
    output.done({
      files: report.files,
      bytes: report.bytes,
      fetchedBytes: report.fetchedBytes,
      packs: report.packs,
      fetchBytes: report.fetchBytes,
      unchanged: report.unchanged,
      snapshot: report.snapshot,
      problems,
      seconds,
      ...(isDry ? { dryRun: true } : {}),
    });
    return problems.length > 0 ? exitCodes.partly : exitCodes.done;
  });
