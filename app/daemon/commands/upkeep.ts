/** `floe tidy` and `floe retention`: what is stored made smaller, and how much of the history is kept. */
import { Fault } from '../../domain/fault.ts';
import { parseDeviceId } from '../../domain/ids.ts';
import type { Retention, RetentionPreview, TidyReport } from '../../engine/engine.ts';
import { textFlag, numberFlag, type Flags, type Run } from '../command.ts';
import { bytesText, coinText, exitCodes, table } from '../output.ts';
import { lookInto, withHost } from '../session.ts';

const minuteMs = 60_000;

export const tidyCommand: Run = async (context, [name = ''], flags) =>
  withHost(context, async ({ engine }) => {
    const { output, signal } = context;
    const minutes = numberFlag(flags, 'settle');
    if (minutes !== undefined) await engine.setSettling(name, minutes * minuteMs);
    const gone = ((flags['gone'] ?? []) as readonly string[]).map((id) => parseDeviceId(id));
    const report = await engine.tidy({ space: name, gone }, signal);
    for (const line of tidyLines(report)) output.say(line);
    output.done(report);
    return exitCodes.done;
  });

function tidyLines({ thinned, compacted, collected }: TidyReport): readonly string[] {
  const { deleted, doomed, ripeAtMs, waitsFor } = collected;
  const saved = compacted.rewrites.reduce((sum, one) => sum + one.savedFrost, 0n);
  const old = compacted.rewrites.reduce((sum, { packs }) => sum + packs.length, 0);
  return [
    ...(thinned.snapshots > 0
      ? [`${thinned.snapshots} snapshots and ${thinned.versions} versions were given up.`]
      : []),
    ...(old > 0 ? [`${old} packs became ${compacted.newPacks}, which saves ${coinText(saved, 'WAL')}.`] : []),
    ...(deleted.packs > 0
      ? [`${deleted.packs} packs were deleted; ${bytesText(deleted.encodedBytes)} are free again.`]
      : []),
    ...(doomed.packs > 0 && ripeAtMs !== undefined
      ? [
          `${doomed.packs} packs (${bytesText(doomed.encodedBytes)}) can go from ${new Date(ripeAtMs).toISOString()} on.`,
        ]
      : []),
    ...waitsFor.map((device) => `Device ${device} has not answered yet. If it is gone for good: --gone ${device}`),
    ...(thinned.snapshots + old + deleted.packs + doomed.packs === 0 ? ['There is nothing to do.'] : []),
  ];
}

export const retentionCommand: Run = async (context, [name = ''], flags) =>
  (flags['keep'] === undefined && flags['budget'] === undefined ? lookInto : withHost)(context, async ({ engine }) => {
    const { output, signal } = context;
    const path = textFlag(flags, 'versions');
    if (path !== undefined) {
      const savings = await engine.versionSavings(name, path, signal);
      const rows = savings.map(({ since, until, bytes, frostPerEpoch }) => [
        `${since} to ${until ?? 'now'}`,
        bytesText(bytes),
        coinText(frostPerEpoch, 'WAL'),
      ]);
      output.say(table([['snapshots', 'held by it alone', 'WAL an epoch'], ...rows]));
      output.done({ versions: savings });
      return exitCodes.done;
    }
    const before = await engine.retention(name);
    const asked = retentionOf(flags, before);
    const preview = await engine.previewRetention(name, asked, signal);
    const isOnly = flags['preview'] === true || asked === undefined;
    if (asked !== undefined && !isOnly) await engine.setRetention(name, asked);
    for (const line of previewLines(preview, isOnly)) output.say(line);
    output.done({ ...preview, set: !isOnly });
    return exitCodes.done;
  });

/** Undefined when nothing was asked for. */
function retentionOf(flags: Flags, before: Retention): Retention | undefined {
  const keep = textFlag(flags, 'keep');
  const budget = textFlag(flags, 'budget');
  if (keep === undefined && budget === undefined) return undefined;
  return {
    rules: keep === undefined ? before.rules : rulesOf(keep),
    budgetFrost: budget === undefined ? before.budgetFrost : budgetOf(budget),
  };
}

function rulesOf(text: string): Retention['rules'] {
  if (text === 'everything') return undefined;
  const match = /^(\d{1,5}),(\d{1,5}),(\d{1,5})$/.exec(text);
  if (!match)
    throw new Fault(
      'bad-input',
      'after-user',
      "--keep takes 'everything', or three ages in days: all snapshots to the first, daily to the second, weekly to the third, monthly after. For example 30,90,365.",
    );
  const [, allDays, dailyDays, weeklyDays] = match.map(Number);
  return { allDays: allDays ?? 0, dailyDays: dailyDays ?? 0, weeklyDays: weeklyDays ?? 0 };
}

function budgetOf(text: string): bigint | undefined {
  if (text === 'none') return undefined;
  if (!/^\d{1,18}$/.test(text))
    throw new Fault('bad-input', 'after-user', "--budget takes FROST an epoch as a whole number, or 'none'.");
  return BigInt(text);
}

function previewLines(
  { retention, snapshots, snapshotsGone, ...saved }: RetentionPreview,
  isOnly: boolean,
): readonly string[] {
  const { rules, budgetFrost } = retention;
  const kept =
    rules === undefined
      ? 'Every snapshot is kept'
      : `Every snapshot is kept for ${rules.allDays} days, one a day to ${rules.dailyDays} days, one a week to ${rules.weeklyDays} days, then one a month`;
  const bound =
    budgetFrost === undefined ? '' : `, and fewer where an epoch would cost more than ${coinText(budgetFrost, 'WAL')}`;
  return [
    `${kept}${bound}.`,
    `${isOnly ? 'Would give' : 'Gives'} up ${snapshotsGone} of ${snapshots} snapshots: ${bytesText(saved.bytes)}, at most ${coinText(saved.frostPerEpoch, 'WAL')} an epoch and ${coinText(saved.frostForLease, 'WAL')} for as long as is paid ahead.`,
    ...(isOnly || snapshotsGone === 0 ? [] : ["It goes with the autopilot's next turns, or with 'floe tidy'."]),
  ];
}
