/**
 * `floe start`: keeps all spaces in step until stopped: one pass at the start, then a pass whenever something changed, and once in a while anyway, since
 * hints may be lost. The status page answers on loopback, to whoever has the key that the first line names.
 */
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { makePhrase } from '../../adapters/account/account.ts';
import { systemClock } from '../../adapters/time/time.ts';
import { diskFault } from '../../adapters/disk/disk.ts';
import { openWatcher } from '../../adapters/watcher/watcher.ts';
import type { Clock } from '../../domain/clock.ts';
import { faultOf } from '../../domain/fault.ts';
import type { Engine } from '../../engine/engine.ts';
import { numberFlag, type Context, type Flags, type Run } from '../command.ts';
import { readConfig } from '../config.ts';
import { openBrowser } from '../open-browser.ts';
import { exitCodes, type Output } from '../output.ts';
import { withHost } from '../session.ts';
import { serveStatus } from '../status-page.ts';
import { numbered, setUpHome } from './account.ts';
import { sayRenewed, unpaidFault, warnLeases } from './leases.ts';
import { refuseHome, sayReport } from './space.ts';

/** Quiet time after a change before a pass: an editor that saves in several steps is done by then. */
const settleMs = 500;
/** A pass without any hint, in case hints were lost. */
const fullPassMs = 10 * 60_000;
/** After a failed pass. */
const retryFirstMs = 5_000;
const retryLongestMs = 5 * 60_000;

export const startCommand: Run = async (context, _args, flags) => {
  await setUpWhenNew(context);
  return withHost(context, async ({ engine }) => {
    const { output, signal } = context;
    await engine.chooseDevice(hostname(), signal);
    if ((await engine.status(signal)).network === 'local') await engine.fund(signal);
    const state = { isWorking: false, problem: '' };
    const page = await serveStatus({ engine, port: numberFlag(flags, 'port') ?? 0, home: context.home, state, signal });
    try {
      output.event('ready', { url: page.url });
      output.say(`Floe is running. Its status: ${page.url}`);
      if (flags['open'] === true) openBrowser(page.url);
      await addFolders(engine, context, flags);
      await keepInStep(engine, context, state);
      return exitCodes.done;
    } finally {
      await page.close();
    }
  });
};

/** A home without an account gets one on the local network, where there is no money. */
async function setUpWhenNew(context: Context): Promise<void> {
  if (readConfig(context.home) !== undefined) return;
  const phrase = makePhrase();
  const kind = await setUpHome(context, { version: 1, network: 'local', localnet: undefined }, phrase);
  context.output.say(
    `A new account was made for trying Floe on this computer (network 'local', no money). ${kind.words}`,
  );
  context.output.say(`Its recovery phrase, which alone brings everything back:\n\n${numbered(phrase)}`);
}

async function addFolders(engine: Engine, { home, output, signal }: Context, flags: Flags): Promise<void> {
  const folders = Array.isArray(flags['folder']) ? flags['folder'].flat().map(String) : [];
  for (const folder of folders) {
    await refuseHome(folder, home);
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw diskFault(error, folder, 'written');
    }
    const known = (await engine.spaces()).some((space) => space.folder === resolve(folder));
    if (known) continue;
    const space = await engine.addSpace(
      { folder, name: undefined, mode: 'sync', leaseEpochs: undefined, space: undefined },
      signal,
    );
    output.say(`Added '${space.name}'.`);
  }
  if ((await engine.spaces()).length === 0)
    output.say('No folder is protected yet. Stop this and run: npm start -- --folder DIR');
}

/** The autopilot's turn at the start, then whenever it asked to be called again. Money that is short is said, and stops nothing else. */
function openAutopilot(engine: Engine, output: Output, clock: Clock): (signal: AbortSignal) => Promise<void> {
  let nextMs: number | undefined;
  return async (signal) => {
    if (nextMs !== undefined && clock.steady() < nextMs) return;
    const { report, againInMs } = await engine.upkeep(nextMs === undefined, signal);
    nextMs = clock.steady() + againInMs;
    if (!report) return;
    if (report.renewed.length > 0) sayRenewed(output, report, false);
    if (report.unpaid.length > 0) output.warn(unpaidFault(report).message);
    warnLeases(output, report.warnings, (pool) => pool);
  };
}

/** Passes until stopped. A hint during a pass leads to another one after it. */
async function keepInStep(
  engine: Engine,
  { output, signal }: Context,
  state: { isWorking: boolean; problem: string },
): Promise<void> {
  const clock = systemClock();
  const watcher = openWatcher({ settleMs, clock });
  let wake = (): void => undefined;
  const folders = (await engine.spaces()).flatMap((space) => space.folder ?? []);
  const watchings = await Promise.all(
    folders.map((folder) =>
      watcher.watch(
        folder,
        () => wake(),
        (words) => output.warn(words),
      ),
    ),
  );
  let retryMs = retryFirstMs;
  const autopilot = openAutopilot(engine, output, clock);
  try {
    while (!signal.aborted) {
      // From here on a hint counts for the next pass.
      const woken = new Promise<void>((done) => (wake = done));
      let waitMs = fullPassMs;
      try {
        state.isWorking = true;
        await autopilot(signal);
        for (const report of await engine.sync(undefined, signal)) {
          output.event('synced', {
            space: report.space,
            snapshot: report.snapshot,
            files: report.files,
            bytes: report.bytes,
            packs: report.packs.length,
            problems: report.problems.length,
          });
          if (report.packs.length > 0 || report.problems.length > 0) sayReport(output, report);
        }
        state.problem = '';
        retryMs = retryFirstMs;
      } catch (error) {
        if (signal.aborted) break;
        const fault = faultOf(error);
        if (!fault) throw error;
        state.problem = fault.message;
        output.warn(`${fault.message} Trying again in ${Math.round(retryMs / 1000)} s.`);
        waitMs = retryMs;
        retryMs = Math.min(2 * retryMs, retryLongestMs);
      }
      state.isWorking = false;
      const pause = new AbortController();
      const stop = (): void => pause.abort();
      signal.addEventListener('abort', stop, { once: true });
      await Promise.race([woken, clock.sleep(waitMs, pause.signal).catch(() => undefined)]);
      signal.removeEventListener('abort', stop);
      pause.abort();
    }
  } finally {
    await Promise.all(watchings.map((watching) => watching.close()));
  }
}
