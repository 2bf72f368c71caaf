/** `floe mount`: the past as a folder for any file manager, until stopped. */
import { Fault } from '../../domain/fault.ts';
import { numberFlag, textFlag, type Run } from '../command.ts';
import { exitCodes } from '../output.ts';
import { withHost } from '../session.ts';
import { serveWebdav } from '../webdav/webdav.ts';

export const mountCommand: Run = async (context, [space], flags) =>
  withHost(context, async ({ engine }) => {
    const { output, signal } = context;
    const at = textFlag(flags, 'at');
    if (at !== undefined && space === undefined)
      throw new Fault('bad-input', 'after-user', 'Say which space, when you give a moment with --at.');
    // What is asked for must exist before an address is given out.
    if (space !== undefined) await engine.list(space, '', at);
    const onBug = (error: unknown): void => output.warn(`Floe met a defect of its own: ${String(error)}`);
    const share = await serveWebdav({ engine, space, at, port: numberFlag(flags, 'port') ?? 0, signal, onBug });
    try {
      output.event('ready', { url: share.url });
      output.say(`The past can be browsed, and only read, at\n  ${share.url}`);
      output.say('Open it in a file manager as a WebDAV folder (dav:// in place of http:// on some systems).');
      output.say('Whoever knows this address can read. It ends when this command is stopped.');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    } finally {
      await share.close();
    }
    output.done({});
    return exitCodes.done;
  });
