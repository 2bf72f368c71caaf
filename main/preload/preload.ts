/**
 * The only code that stands between page and shell. It hands the engine's port to the page under the page's own nonce and passes the few shell calls on;
 * the page gets a frozen `desktop` and nothing of Electron.
 */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { Desktop, EngineProcess, Place, PortMessage } from '../../app/wire/shell.ts';
import { channels, type ShellCall } from '../channels.ts';

const ask = <T>(call: ShellCall): Promise<T> => ipcRenderer.invoke(channels.shell, call) as Promise<T>;

ipcRenderer.on(channels.port, (event: IpcRendererEvent, nonce: string) => {
  // To this very page, whose origin is fixed; a port cannot cross the bridge as a value.
  window.postMessage({ floePort: nonce } satisfies PortMessage, '*', event.ports);
});

const desktop: Desktop = {
  platform: process.platform,
  can: ['pick-folder', 'reveal', 'login-item', 'open-link'],
  askPort: (nonce) => ipcRenderer.send(channels.port, nonce),
  pickFolder: () => ask<string | undefined>({ kind: 'pick-folder' }),
  reveal: (path) => ask<void>({ kind: 'reveal', path }),
  startsAtLogin: () => ask<boolean>({ kind: 'starts-at-login' }),
  setStartsAtLogin: (starts) => ask<void>({ kind: 'set-starts-at-login', starts }),
  openLink: (url) => ask<void>({ kind: 'open-link', url }),
  onEngine(listener) {
    ipcRenderer.on(channels.engine, (_event: IpcRendererEvent, state: EngineProcess) => listener(state));
    ipcRenderer.send(channels.engine);
  },
  onPlace(listener) {
    ipcRenderer.on(channels.place, (_event: IpcRendererEvent, place: Place) => listener(place));
    ipcRenderer.send(channels.place);
  },
};

contextBridge.exposeInMainWorld('desktop', desktop);
