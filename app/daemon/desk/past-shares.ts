/**
 * The past as folders for other programs, served by the running Floe, which has the home to itself. The same question is answered with the same address;
 * shares end when they are closed, with the account, or with Floe.
 */
import { spawn } from 'node:child_process';
import { Fault } from '../../domain/fault.ts';
import type { Engine } from '../../engine/engine.ts';
import { serveWebdav, type Webdav } from '../webdav/webdav.ts';

/** Each has a port of its own; nobody looks at more moments at once. */
const sharesMax = 8;

export interface PastWanted {
  readonly space: string | undefined;
  readonly at: string | undefined;
  readonly port: number | undefined;
}

export interface PastShares {
  open(engine: Engine, wanted: PastWanted): Promise<string>;
  close(url: string): Promise<void>;
  closeAll(): Promise<void>;
}

export function openPastShares(signal: AbortSignal, onBug: (error: unknown) => void): PastShares {
  const shares = new Map<string, Promise<Webdav>>();
  let asked = 0;
  return {
    async open(engine, { space, at, port }) {
      if (at !== undefined && space === undefined)
        throw new Fault('bad-input', 'after-user', 'Say which space, when you give a moment.');
      // What is asked for must exist before an address is given out.
      if (space !== undefined) await engine.list(space, '', at);
      // Whoever names a port, as `floe mount` does, gets a share of its own and closes that one.
      const key = JSON.stringify(port === undefined ? [space, at] : [space, at, port, ++asked]);
      const known = shares.get(key);
      if (known) return (await known).url;
      if (shares.size >= sharesMax)
        throw new Fault('bad-input', 'after-user', `At most ${sharesMax} moments are open at once. Close one first.`);
      const share = serveWebdav({ engine, space, at, port: port ?? 0, signal, onBug });
      shares.set(key, share);
      try {
        return (await share).url;
      } catch (error) {
        shares.delete(key);
        if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
          throw new Fault('bad-input', 'after-user', `Another program uses port ${port}.`, error);
        throw error;
      }
    },
    async close(url) {
      for (const [key, share] of shares) {
        const opened = await share;
        if (opened.url !== url) continue;
        shares.delete(key);
        await opened.close();
      }
    },
    async closeAll() {
      const opened = [...shares.values()];
      shares.clear();
      for (const share of opened) await (await share.catch(() => undefined))?.close();
    },
  };
}

/** Opens a share in the file manager of this computer. Best effort: the address is shown anyway. */
export function showShare(url: string): void {
  const { host, port, pathname } = new URL(url);
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['osascript', '-e', `mount volume "${url}"`]
      : process.platform === 'win32'
        ? ['explorer.exe', `\\\\127.0.0.1@${port}${pathname.replaceAll('/', '\\')}`]
        : ['xdg-open', `dav://${host}${pathname}`];
  const child = spawn(command ?? '', args, { stdio: 'ignore', detached: true });
  // No file manager is no failure: the address that is shown serves as well.
  child.on('error', () => undefined);
  child.unref();
}
