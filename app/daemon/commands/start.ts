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
import { faultOf, type Fault } from '../../domain/fault.ts';
import type { Engine } from '../../engine/engine.ts';
import { numberFlag, type Context, type Flags, type Run } from '../command.ts';
import { readConfig } from '../config.ts';
import { openBrowser } from '../open-browser.ts';
import { exitCodes } from '../output.ts';
import { withHost } from '../session.ts';
import { serveStatus } from '../status-page.ts';
import { numbered, setUpHome } from './account.ts';
import { refuseHome, sayReport } from './space.ts';

/** Quiet time after a change before a pass: an editor that saves in several steps is done by then. */
const settleMs = 500;
/** A pass without any hint, in case hints were lost. */
const fullPassMs = 10 * 60_000;
/** A pass after one that had to leave something: a file that was in use, a disk that was full. */
const againMs = 60_000;
/** How often other devices' heads are looked at: what they certify is here within three seconds. */
const newsMs = 2_000;
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

/** Resolves when another device has certified something new. A question that fails is shown and asked again. */
async function newsOf(
  engine: Engine,
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
  try {
    while (!signal.aborted) {
      // From here on a hint counts for the next pass.
      const woken = new Promise<void>((done) => (wake = done));
      let waitMs = fullPassMs;
      try {
        state.isWorking = true;
        for (const report of await engine.follow(signal)) {
          output.event('synced', {
            space: report.space,
            snapshot: report.snapshot,
            files: report.files,
            bytes: report.bytes,
            packs: report.packs.length,
            applied: report.applied,
            conflicts: report.conflicts,
            held: report.held,
            problems: report.problems.length,
          });
          if (report.problems.length > 0) waitMs = againMs;
          if (report.packs.length + report.applied + report.problems.length > 0) sayReport(output, report);
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
      const news = newsOf(engine, clock, pause.signal, (fault) => (state.problem = fault.message));
      await Promise.race([woken, news, clock.sleep(waitMs, pause.signal).catch(() => undefined)]);
      signal.removeEventListener('abort', stop);
      pause.abort();
    }
  } finally {
    await Promise.all(watchings.map((watching) => watching.close()));
  }
}
