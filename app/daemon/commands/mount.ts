/** `floe mount`: the past as a folder for any file manager, until stopped. A Floe that runs with this home serves it, since it holds the home. */
import { Fault } from '../../domain/fault.ts';
import { numberFlag, textFlag, type Context, type Run } from '../command.ts';
import { exitCodes, type ExitCode } from '../output.ts';
import type { RunningFloe } from '../running/running.ts';
import { withHost } from '../session.ts';
import { serveWebdav } from '../webdav/webdav.ts';

interface Wanted {
  readonly space: string | undefined;
  readonly at: string | undefined;
  readonly port: number | undefined;
}

export const mountCommand: Run = async (context, [space], flags) => {
  const at = textFlag(flags, 'at');
  if (at !== undefined && space === undefined)
    throw new Fault('bad-input', 'after-user', 'Say which space, when you give a moment with --at.');
  const wanted = { space, at, port: numberFlag(flags, 'port') };
  return context.running ? mountByRunning(context, context.running, wanted) : mountHere(context, wanted);
};

/** Listed in its window too. */
async function mountByRunning(
  context: Context,
  { handlers }: RunningFloe,
  { space, at, port }: Wanted,
): Promise<ExitCode> {
  const { url } = await handlers['past.open']({ space, at, port: port ?? 0 }, context.signal);
  tell(context, url);
  await untilStopped(context.signal);
  await handlers['past.close']({ url }, new AbortController().signal);
  context.output.done({});
  return exitCodes.done;
}

const mountHere = (context: Context, { space, at, port }: Wanted): Promise<ExitCode> =>
  withHost(context, async ({ engine }) => {
    const { output, signal } = context;
    // What is asked for must exist before an address is given out.
    if (space !== undefined) await engine.list(space, '', at);
    const onBug = (error: unknown): void => output.warn(`Floe met a defect of its own: ${String(error)}`);
    const share = await serveWebdav({ engine, space, at, port: port ?? 0, signal, onBug });
    try {
      tell(context, share.url);
      await untilStopped(signal);
    } finally {
      await share.close();
    }
    output.done({});
    return exitCodes.done;
  });

function tell({ output }: Context, url: string): void {
  output.event('ready', { url });
  output.say(`The past can be browsed, and only read, at\n  ${url}`);
  output.say('Open it in a file manager as a WebDAV folder (dav:// in place of http:// on some systems).');
  output.say('Whoever knows this address can read. It ends when this command is stopped.');
}

const untilStopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
