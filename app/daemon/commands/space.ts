/** `floe add`, `floe sync`, `floe quote`, `floe release`. */
import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import type { Engine, Quote, SyncReport } from '../../engine/engine.ts';
import { numberFlag, placeOf, textFlag, type Context, type Run } from '../command.ts';
import { takeLargeHeapSteps } from '../heap-steps.ts';
import { bytesText, coinText, countText, exitCodes, type ExitCode, type Output } from '../output.ts';
import { leaseFrost, monthMs } from '../prices.ts';
import { localText, priceText, readWalPrice } from '../local-money.ts';
import { lookInto, withHost } from '../session.ts';
import { pausedText } from './pace-words.ts';

function sayQuote(output: Output, path: string, quote: Quote): void {
  output.say(
    `${displayName(path)}: ${countText(quote.files, 'file')}, ${bytesText(quote.bytes)}. On the network at most ${bytesText(quote.encodedBytes)} in ${countText(quote.packs, 'pack')},`,
  );
  output.say(
    `at most ${coinText(quote.frost, 'WAL')} for ${quote.epochs} epochs, and about ${coinText(quote.mist, 'SUI')} of gas.`,
  );
}

/** A space that holds Floe's own home would grow by being kept, and the vault would be in it. */
export async function refuseHome(folder: string, home: string): Promise<void> {
  const [path, own] = await Promise.all([folder, home].map((place) => realpath(place).catch(() => resolve(place))));
  const isWithin = (inner = '', outer = ''): boolean => inner === outer || inner.startsWith(outer.replace(/\/?$/, sep));
  if (isWithin(path, own) || isWithin(own, path))
    throw new Fault(
      'bad-input',
      'after-user',
      `The folder ${displayName(folder)} and Floe's home ${displayName(home)} lie within one another. Choose another folder, or a home outside it with --home.`,
    );
}

export const addCommand: Run = async (context, [given = '.'], flags) =>
  withHost(context, async ({ engine }) => {
    const path = placeOf(context, given);
    const { output, signal } = context;
    const leaseEpochs = numberFlag(flags, 'leaseEpochs');
    const joins = textFlag(flags, 'space');
    await refuseHome(path, context.home);
    const quote = joins === undefined ? await engine.quote(path, leaseEpochs, signal) : undefined;
    if (quote) {
      sayQuote(output, path, quote);
      output.event('quote', quote);
    }
    if (flags['dryRun'] === true) {
      output.done({ dryRun: true });
      return exitCodes.done;
    }
    const mode = textFlag(flags, 'mode') === 'archive' ? 'archive' : 'sync';
    const row = await engine.addSpace(
      { folder: path, name: textFlag(flags, 'name'), mode, leaseEpochs, space: joins },
      signal,
    );
    const next = context.running
      ? 'Floe is running and keeps it in step from now on.'
      : "Run 'floe sync' to protect it once, or 'floe start' to keep it in step.";
    output.say(`${joins === undefined ? 'Added' : 'Joined'} '${displayName(row.name)}'. ${next}`);
    output.done({ space: row.id, name: row.name });
    return exitCodes.done;
  });

export const quoteCommand: Run = async (context, [given = '.'], flags) =>
  lookInto(context, async ({ engine }) => {
    const path = placeOf(context, given);
    const quote = await engine.quote(path, numberFlag(flags, 'leaseEpochs'), context.signal);
    sayQuote(context.output, path, quote);
    const monthFrost = leaseFrost(quote.encodedBytes, await engine.network(context.signal), monthMs);
    const price = readWalPrice(context.home);
    const local = price && { month: localText(monthFrost, price), price: priceText(price) };
    context.output.say(
      `Keeping it costs ${coinText(monthFrost, 'WAL')} a month${local ? `: ${local.month}, at ${local.price}` : ''}.`,
    );
    context.output.done({ ...quote, monthFrost, ...(local ? { local } : {}) });
    return exitCodes.done;
  });

export const leaveCommand: Run = async (context, [space = ''], flags) =>
  (flags['dryRun'] === true ? lookInto : withHost)(context, async ({ engine }) => {
    const { output, signal } = context;
    const isDry = flags['dryRun'] === true;
    const known = (await engine.spaces()).find(({ space: id, name }) => id === space || name === space);
    const folder = known?.folder;
    if (isDry && folder === undefined)
      throw new Fault('not-found', 'after-user', `No space '${space}' is kept in a folder here.`);
    if (!isDry) await engine.leaveSpace(space, signal);
    const [name, place] = [displayName(known?.name ?? space), displayName(folder ?? '')];
    output.say(
      `${isDry ? 'Would no longer keep' : 'No longer keeps'} '${name}' in ${place}. The files there stay, and so does all that is certified; it is renewed as before.`,
    );
    output.say(`To bring it to a folder again: floe add PATH --space '${name}'`);
    output.done({ space: known?.space, folder, ...(isDry ? { dryRun: true } : {}) });
    return exitCodes.done;
  });

export const releaseCommand: Run = async (context, [space = '']) =>
  withHost(context, async ({ engine }) => {
    const isReleased = await engine.release(space);
    context.output.say(
      isReleased
        ? `What waits in '${space}' goes out with the next pass. What comes on top of it waits again.`
        : `Nothing waits in '${space}'.`,
    );
    context.output.done({ space, isReleased });
    return exitCodes.done;
  });

export const syncCommand: Run = async (context, _args, flags) => {
  takeLargeHeapSteps(context);
  return withHost(context, async ({ engine }) => {
    const space = textFlag(flags, 'space');
    if (flags['dryRun'] === true) return drySync(context, engine, space);
    const before = (await engine.status(context.signal)).spent;
    const started = performance.now();
    const reports = await engine.sync(space, context.signal);
    const seconds = (performance.now() - started) / 1000;
    const after = (await engine.status(context.signal)).spent;
    const spent = { frost: after.frost - before.frost, mist: after.mist - before.mist };
    for (const report of reports) sayReport(context.output, report);
    if (reports.length === 0) context.output.say('No space has a folder here. Add one with: floe add PATH');
    else context.output.say(`Spent ${coinText(spent.frost, 'WAL')} and ${coinText(spent.mist, 'SUI')} of gas.`);
    context.output.done({ spaces: reports.map(jsonReport), spent, seconds });
    return exitOf(reports);
  });
};

/** Done in part when files need attention or deletions wait for a word. */
export function exitOf(reports: readonly SyncReport[]): ExitCode {
  return reports.some((report) => report.problems.length > 0 || report.held > 0 || (report.suspicious ?? 0) > 0)
    ? exitCodes.partly
    : exitCodes.done;
}

async function drySync(context: Context, engine: Engine, space: string | undefined): Promise<ExitCode> {
  const spaces = (await engine.spaces()).filter(
    (known) => known.folder !== undefined && (space === undefined || known.name === space || known.space === space),
  );
  const quotes = [];
  for (const { name, folder } of spaces) {
    const quote = await engine.quote(folder ?? '', undefined, context.signal);
    context.output.say(`'${name}', if nothing of it were stored yet:`);
    sayQuote(context.output, folder ?? '', quote);
    quotes.push({ name, ...quote });
  }
  context.output.done({ dryRun: true, spaces: quotes });
  return exitCodes.done;
}

function jsonReport(report: SyncReport): object {
  const { problems, packs, ...rest } = report;
  return {
    ...rest,
    packs: packs.map(({ blobId, objectId, bytes, encodedBytes }) => ({
      blobId,
      objectId,
      size: bytes,
      encodedSize: encodedBytes,
    })),
    problems: problems.map(({ path, fault }) => ({
      path: displayName(path),
      code: fault.code,
      message: fault.message,
    })),
  };
}

const problemsShownMax = 20;

export function sayReport(output: Output, report: SyncReport): void {
  const { files, bytes, packs, newBytes } = report;
  const name = displayName(report.name);
  if (report.paused) return output.say(`'${name}': ${pausedText(report.paused)}`);
  if (packs.length === 0)
    output.say(`'${name}': ${countText(files, 'file')}, ${bytesText(bytes)}, all certified. Nothing new.`);
  else
    output.say(
      `'${name}': ${countText(files, 'file')}, ${bytesText(bytes)}, all certified. New content: ${bytesText(newBytes)} in ${countText(packs.length, 'pack')}.`,
    );
  if (report.applied > 0) output.say(`  Came from other devices: ${countText(report.applied, 'change')}.`);
  if (report.conflicts > 0)
    output.say(`  ${countText(report.conflicts, 'conflict')}: both versions are kept. See: floe conflicts '${name}'`);
  if (report.special > 0) output.say(`  ${report.special} pipes, sockets or devices are not kept.`);
  if (report.held > 0)
    output.say(
      `  ${report.held} deletions are held: they are more than usual, or missing in a folder that is new to Floe. Nothing is lost. If they are meant: floe release '${name}'. To put them back: floe restore '${name}' --to FOLDER`,
    );
  if ((report.suspicious ?? 0) > 0)
    output.say(
      `  ${report.suspicious} files became unreadable at once, as if somebody encrypted them. What was before is kept. See: floe held`,
    );
  if ((report.bulkWaiting ?? 0) > 0)
    output.say(`  ${countText(report.bulkWaiting ?? 0, 'large file')} wait: on battery, or the line is metered.`);
  for (const { path, fault } of report.problems.slice(0, problemsShownMax))
    output.say(path === '' ? `  ${fault.message}` : `  Not kept: ${displayName(path)}: ${fault.message}`);
  if (report.problems.length > problemsShownMax)
    output.say(`  … and ${report.problems.length - problemsShownMax} more.`);
}
