/** Opens the host for one command, shows the engine's progress while it works, and closes it whatever happens. */
import { appendFileSync } from 'node:fs';
import type { EngineEvent } from '../engine/engine.ts';
import type { Log } from '../ports/log.ts';
import type { Context } from './command.ts';
import { openHost, type Host, type HostOptions } from './host.ts';
import { bytesText, toJson, type Output } from './output.ts';

/** Log lines on stderr when FLOE_LOG names a level; silent otherwise. */
export function environmentLog(): Log {
  const levels = ['debug', 'info', 'warning', 'error'];
  const least = levels.indexOf(process.env['FLOE_LOG'] ?? '');
  return {
    write(level, event, fields) {
      if (least >= 0 && levels.indexOf(level) >= least)
        process.stderr.write(`${toJson({ level, event, ...fields })}\n`);
    },
  };
}

function progressText(event: EngineEvent): string | undefined {
  switch (event.kind) {
    case 'scanning':
      return `Looking: ${event.seen} entries`;
    case 'reading':
      return `Reading: ${event.files} of ${event.ofFiles} files, ${bytesText(event.bytes)} of ${bytesText(event.ofBytes)}`;
    case 'encoding':
      return 'Encoding a pack';
    case 'uploading':
      return `Uploading: ${event.nodes} of ${event.ofNodes} nodes confirmed, ${bytesText(event.bytes)} of ${bytesText(event.ofBytes)}`;
    case 'restoring':
      return `Restoring: ${event.files} of ${event.ofFiles} files, ${bytesText(event.bytes)}`;
    case 'recovering':
      return `Reading packs: ${event.packs} of ${event.ofPacks}`;
    case 'checking':
      return `Checking: pack ${event.packs} of ${event.ofPacks}`;
    case 'applying':
      return `Applying: ${event.operations} of ${event.ofOperations} changes of other devices`;
    case 'packed':
    case 'certified':
    case 'published':
    case 'problem':
      return undefined;
  }
}

/** Until the returned function is called. */
export function showProgress(
  host: Pick<Host, 'engine'>,
  output: Output,
  isShown: (kind: EngineEvent['kind']) => boolean = () => true,
): () => void {
  return host.engine.subscribe((event) => {
    if (!isShown(event.kind)) return;
    const text = progressText(event);
    if (text !== undefined) output.progress(text);
    if (event.kind !== 'reading' && event.kind !== 'scanning') output.event('progress', event);
  });
}

/**
 * For crash tests: FLOE_POINTS_FILE names a file that gets a line for each durable point passed; FLOE_KILL_AT names the point ("point" or "point#n")
 * at which the process dies, as by kill -9.
 */
export function pointListener(): ((point: string) => void) | undefined {
  const file = process.env['FLOE_POINTS_FILE'] ?? '';
  const wanted = process.env['FLOE_KILL_AT'] ?? '';
  if (file === '' && wanted === '') return undefined;
  const [name, times = '1'] = wanted.split('#');
  let left = Number(times);
  return (point) => {
    if (file !== '') appendFileSync(file, `${point}\n`);
    if (point === name && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

/** For what changes something. In a Floe that runs, its passes make room. */
export async function withHost<T>(
  context: Context,
  work: (host: Host) => Promise<T>,
  options: Pick<HostOptions, 'setsDamageAside'> = {},
): Promise<T> {
  const { running, output } = context;
  if (!running) return withOwnHost(context, work, options);
  const host = await running.host();
  const { signal } = context;
  let hasBegun = false;
  const turn = running.between(() => {
    // Stopped while it waited for its turn: it does nothing.
    signal.throwIfAborted();
    hasBegun = true;
    return withProgress(host, output, undefined, work);
  });
  const stopped = new Promise<never>((_, fail) => {
    const onStop = (): void => (hasBegun ? undefined : fail(signal.reason as Error));
    if (signal.aborted) onStop();
    else signal.addEventListener('abort', onStop, { once: true });
  });
  return Promise.race([turn, stopped]);
}

/** What a pass never tells of. */
const lookingKinds: ReadonlySet<EngineEvent['kind']> = new Set(['restoring', 'checking', 'recovering']);

/** For what only looks. A Floe that runs goes on with its own work meanwhile, whose progress is not this command's. */
export async function lookInto<T>(context: Context, work: (host: Host) => Promise<T>): Promise<T> {
  const { running, output } = context;
  if (!running) return withOwnHost(context, work, {});
  return withProgress(await running.host(), output, (kind) => lookingKinds.has(kind), work);
}

async function withProgress<T>(
  host: Host,
  output: Output,
  isShown: ((kind: EngineEvent['kind']) => boolean) | undefined,
  work: (host: Host) => Promise<T>,
): Promise<T> {
  const hide = showProgress(host, output, isShown);
  try {
    return await work(host);
  } finally {
    hide();
  }
}

async function withOwnHost<T>(
  context: Context,
  work: (host: Host) => Promise<T>,
  options: Pick<HostOptions, 'setsDamageAside'>,
): Promise<T> {
  const onPoint = pointListener();
  const host = await openHost({
    home: context.home,
    passphrase: context.passphrase,
    log: environmentLog(),
    ...options,
    ...(onPoint ? { onPoint } : {}),
  });
  showProgress(host, context.output);
  try {
    return await work(host);
  } finally {
    await host.close();
  }
}
