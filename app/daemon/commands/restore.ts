/** `floe restore`. */
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import { placeOf, textFlag, type Context, type Flags, type Run } from '../command.ts';
import { makeFolder } from '../make-folder.ts';
import { takeLargeHeapSteps } from '../heap-steps.ts';
import { bytesText, countText, exitCodes, type ExitCode } from '../output.ts';
import { lookInto } from '../session.ts';

const problemsShownMax = 20;

/** A path as people type it: outer slashes do not count. */
export const trimSlashes = (path: string): string => path.replace(/^\/+|\/+$/g, '');

export const restoreCommand: Run = async (context, [space = ''], flags) => {
  takeLargeHeapSteps(context);
  return restore(context, space, flags);
};

const restore = (context: Context, space: string, flags: Flags): Promise<ExitCode> =>
  lookInto(context, async ({ engine }) => {
    const { output } = context;
    const given = textFlag(flags, 'to') ?? '';
    const to = placeOf(context, given);
    const paths = Array.isArray(flags['path']) ? flags['path'].map((path) => trimSlashes(String(path))) : [];
    const rule = textFlag(flags, 'overwrite');
    const overwrite = rule === 'always' || rule === 'if-older' ? rule : 'never';
    const isDry = flags['dryRun'] === true;
    if (given === '') throw new Fault('bad-input', 'after-user', '--to needs a folder.');
    if (!isDry) makeFolder(to, 0o777);
    const started = performance.now();
    const report = await engine.restore(
      { space, to, paths, at: textFlag(flags, 'at'), overwrite, isDry },
      context.signal,
    );
    const seconds = (performance.now() - started) / 1000;
    output.say(
      isDry
        ? `Would restore ${countText(report.files, 'file')}, ${bytesText(report.bytes)}: ${bytesText(report.fetchBytes)} to fetch from ${countText(report.packs, 'pack')}. Nothing was written; it costs nothing.`
        : `Restored ${countText(report.files, 'file')}, ${bytesText(report.bytes)}, in ${seconds.toFixed(1)} s.`,
    );
    if (report.unchanged > 0) output.say(`There already: ${countText(report.unchanged, 'file')}.`);
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
