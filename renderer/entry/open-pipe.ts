/** Ways to the engine: a port that the desktop app hands over under a nonce, or a socket to the host that served the page. */
import type { Pipe } from '../../app/link/pipe.ts';
import { portPipe } from '../../app/link/port-pipe.ts';
import { socketPipe } from '../../app/link/socket-pipe.ts';
import type { Desktop } from '../../app/wire/shell.ts';

const keyPlace = 'floe-key';

/** The key stands after the `#`, which no server sees. It is kept for this tab, so that loading the page again works, and taken out of the address. */
export function keyOfAddress(): string | undefined {
  const key = location.hash.slice(1);
  if (key !== '') {
    sessionStorage.setItem(keyPlace, key);
    history.replaceState(undefined, '', location.pathname);
  }
  return sessionStorage.getItem(keyPlace) ?? undefined;
}

export async function socketLink(): Promise<Pipe> {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return socketPipe(new WebSocket(`${scheme}://${location.host}/link`));
}

export function desktopPipe(desktop: Desktop): Promise<Pipe> {
  const nonce = crypto.randomUUID();
  return new Promise((resolve) => {
    const take = (event: MessageEvent<unknown>): void => {
      const [port] = event.ports;
      if (event.source !== window || !isPortMessage(event.data, nonce) || !port) return;
      window.removeEventListener('message', take);
      resolve(portPipe(port));
    };
    window.addEventListener('message', take);
    desktop.askPort(nonce);
  });
}

const isPortMessage = (data: unknown, nonce: string): boolean =>
  typeof data === 'object' && data !== null && 'floePort' in data && data.floePort === nonce;
