/**
 * `floe start`: keeps all spaces in step until stopped, with its window on loopback for whoever has the key that the first line names. A home without an
 * account is set up in the window, or at once on the local network when a folder is given.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { makePhrase } from '../../adapters/account/account.ts';
import { diskFault } from '../../adapters/disk/disk.ts';
import { lockHome } from '../../adapters/home/home.ts';
import { faultOf } from '../../domain/fault.ts';
import type { Engine, RenewReport, SyncReport } from '../../engine/engine.ts';
import { numberFlag, textFlag, type Context, type Flags, type Run } from '../command.ts';
import { readConfig } from '../config.ts';
import { openDesk, type Desk } from '../desk/desk.ts';
import { openBrowser } from '../open-browser.ts';
import { exitCodes, type ExitCode, type Output } from '../output.ts';
import { serveCommands, type CommandService } from '../running/running.ts';
import { addressFileName } from '../window-link.ts';
import { environmentLog, pointListener, showProgress } from '../session.ts';
import { openWeb } from '../web/web.ts';
import { numbered, setUpHome } from './account.ts';
import { writeVoucher } from './renewer.ts';
import { sayRenewed, unpaidFault, warnLeases } from './leases.ts';
import { refuseHome, sayReport } from './space.ts';

/** Where `npm run build` puts the window. */
const pageDir = join(import.meta.dirname, '../../../out/renderer');

/** What V8 does in a Floe that runs all day: memory that a large round took goes back to the system when it is over. Otherwise the heaps' pages are all kept. */
const heapFlag = '--optimize-for-size';

export const startCommand: Run = async (context, _args, flags) => {
  setFlagsFromString(heapFlag);
  // From here to the end, so that no other command gets the home before the desk has it.
  const lock = lockHome(context.home);
  const opened = Promise.withResolvers<Desk>();
  // Commands that came before it failed look at it too, if there are any.
  opened.promise.catch(() => undefined);
  try {
    const commands = await takeCommands(context, opened.promise);
    try {
      return await keepInStep(context, flags, commands, opened.resolve);
    } catch (error) {
      opened.reject(error);
      throw error;
    } finally {
      await commands?.close();
    }
  } finally {
    lock.release();
  }
};

async function keepInStep(
  context: Context,
  flags: Flags,
  commands: CommandService | undefined,
  onOpen: (desk: Desk) => void,
): Promise<ExitCode> {
  const { output, signal, home } = context;
  const folders = Array.isArray(flags['folder']) ? flags['folder'].flat().map(String) : [];
  const localnet = textFlag(flags, 'localnet');
  if (folders.length > 0) await setUpWhenNew(context, localnet);
  const onPoint = pointListener();
  const voucher = textFlag(flags, 'voucher');
  // Whatever this device pays for makes the last voucher void.
  const refresh = (): void => {
    if (voucher !== undefined) void leaveVoucher(desk, voucher, context);
  };
  const desk = await openDesk({
    home,
    passphrase: context.passphrase,
    host: { log: environmentLog(), isHeld: true, ...(onPoint ? { onPoint } : {}) },
    localnet: localnet === undefined ? undefined : resolve(localnet),
    onHost: (host) => showProgress(host, output),
    onReport: (report) => {
      tellReport(output, report);
      if (report.packs.length > 0) refresh();
    },
    onRenewed: (report) => {
      tellRenewed(output, report);
      refresh();
    },
    onWarning: (words) => output.warn(words),
  });
  try {
    const { phase, fault } = desk.topics.account.value();
    if (fault) output.warn(`The account is ${phase}: ${fault.detail}`);
    const onBug = (error: unknown): void => output.warn(`The window: ${String(error)}`);
    const port = numberFlag(flags, 'port') ?? 0;
    const web = await openWeb({ desk, pageDir, port, addressFile: join(home, addressFileName), onBug });
    onOpen(desk);
    try {
      output.event('ready', { url: web.url });
      output.say(`Floe is running. Its window: ${web.url}`);
      if (flags['open'] === true) openBrowser(web.url);
      if (folders.length > 0) await addFolders((await desk.host()).engine, folders, context);
      desk.wake();
      await Promise.race([desk.failed, aborted(signal)]);
      return exitCodes.done;
    } finally {
      await commands?.close();
      await web.close();
    }
  } finally {
    await desk.close();
  }
}

/** From other terminals of the same home. Those that come while the account is being opened wait for it. */
async function takeCommands(
  { home, output, passphrase }: Context,
  opened: Promise<Desk>,
): Promise<CommandService | undefined> {
  const { runHanded } = await import('../cli.ts');
  const service = await serveCommands(home, async (call) => {
    try {
      const stopped = aborted(call.signal).then(() => Promise.reject(call.signal.reason as Error));
      const running = await Promise.race([opened, stopped]);
      return await runHanded(call, { home, passphrase, running });
    } catch (error) {
      return call.output.fail(error);
    }
  });
  if (!service)
    output.warn('Other commands have to wait while this runs: the path of the home is too long for a socket.');
  return service;
}

/** Leaves a fresh voucher for whoever renews while this computer sleeps. One that cannot be made is said, and stops nothing else. */
async function leaveVoucher(desk: Desk, file: string, { output, signal }: Context): Promise<void> {
  try {
    const { engine } = await desk.host();
    const { digest, pools } = await writeVoucher(engine, file, { epochs: undefined, frostMax: undefined }, signal);
    output.event('voucher', { voucher: file, digest, pools });
  } catch (error) {
    const fault = faultOf(error);
    if (!signal.aborted) output.warn(`No voucher was left in ${file}: ${fault?.message ?? String(error)}`);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });

function tellReport(output: Output, report: SyncReport): void {
  const { space, snapshot, files, bytes, packs, applied, conflicts, problems } = report;
  const counts = { packs: packs.length, applied, conflicts, problems: problems.length };
  output.event('synced', { space, snapshot, files, bytes, ...counts });
  if (packs.length > 0 || applied > 0 || problems.length > 0) sayReport(output, report);
}

/** Money that is short is said, and stops nothing else. */
function tellRenewed(output: Output, report: RenewReport): void {
  if (report.renewed.length > 0) sayRenewed(output, report, false);
  if (report.unpaid.length > 0) output.warn(unpaidFault(report).message);
  warnLeases(output, report.warnings, (pool) => pool);
}

/** A home without an account gets one on the local network, where there is no money. */
async function setUpWhenNew(context: Context, localnet: string | undefined): Promise<void> {
  if (readConfig(context.home) !== undefined) return;
  const phrase = makePhrase();
  const config = { version: 1, network: 'local', localnet: localnet && resolve(localnet) } as const;
  const kind = await setUpHome({ ...context, isHeld: true }, config, phrase);
  context.output.say(
    `A new account was made for trying Floe on this computer (network 'local', no money). ${kind.words}`,
  );
  context.output.say(`Its recovery phrase, which alone brings everything back:\n\n${numbered(phrase)}`);
}

async function addFolders(
  engine: Engine,
  folders: readonly string[],
  { home, output, signal }: Context,
): Promise<void> {
  for (const folder of folders) {
    await refuseHome(folder, home);
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw diskFault(error, folder, 'written');
    }
    const known = (await engine.spaces()).some((space) => space.folder === resolve(folder));
    if (known) continue;
    const input = { folder, name: undefined, mode: 'sync', leaseEpochs: undefined, space: undefined } as const;
    const space = await engine.addSpace(input, signal);
    output.say(`Added '${space.name}'.`);
  }
}
