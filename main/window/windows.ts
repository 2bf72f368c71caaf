/** The one window: made when it is wanted, destroyed when it is closed, so that Floe in the tray costs no page. */
import { BrowserWindow, ipcMain, type WebContents } from 'electron';
import type { EngineProcess, Place } from '../../app/wire/shell.ts';
import type { Supervisor } from '../engine/supervisor.ts';
import { channels } from '../channels.ts';
import { isOwnPage } from './guards.ts';
import { pageUrl } from './page-protocol.ts';

export interface Windows {
  /** Shows the window, at a place if one is given. */
  show(place?: Place): void;
  tellEngine(state: EngineProcess): void;
  readonly current: BrowserWindow | undefined;
}

const nonceCharactersMax = 100;
/** A page asks for one port at a time. */
const waitingMax = 4;

export function openWindows(preload: string, engine: Supervisor): Windows {
  let window: BrowserWindow | undefined;
  let wanted: Place | undefined;
  /** Who asked for a port while there was no engine: they get one from the next. */
  let waiting: readonly { readonly page: WebContents; readonly nonce: string }[] = [];

  function open(): BrowserWindow {
    const made = new BrowserWindow({
      title: 'Floe',
      width: 1280,
      height: 800,
      minWidth: 640,
      minHeight: 400,
      show: false,
      autoHideMenuBar: true,
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    });
    made.once('ready-to-show', () => made.show());
    made.once('closed', () => {
      if (window === made) window = undefined;
    });
    // A page that crashed shows nothing; a new one shows what the engine says.
    made.webContents.on('render-process-gone', () => made.destroy());
    void made.loadURL(pageUrl);
    return made;
  }

  function handOver(): void {
    const asked = waiting.filter(({ page }) => !page.isDestroyed());
    waiting = [];
    for (const { page, nonce } of asked) {
      const port = engine.connect();
      if (port) page.postMessage(channels.port, nonce, [port]);
      else waiting = [...waiting, { page, nonce }].slice(-waitingMax);
    }
  }

  ipcMain.on(channels.port, (event, nonce: unknown) => {
    if (!isOwnPage(event) || typeof nonce !== 'string' || nonce.length > nonceCharactersMax) return;
    waiting = [...waiting, { page: event.sender, nonce }];
    handOver();
  });
  ipcMain.on(channels.engine, (event) => {
    if (isOwnPage(event)) event.sender.send(channels.engine, engine.state);
  });
  ipcMain.on(channels.place, (event) => {
    if (!isOwnPage(event) || !wanted) return;
    event.sender.send(channels.place, wanted);
    wanted = undefined;
  });

  return {
    get current() {
      return window;
    },
    show(place) {
      if (window) {
        if (window.isMinimized()) window.restore();
        window.show();
        window.focus();
        if (place) window.webContents.send(channels.place, place);
        return;
      }
      wanted = place;
      window = open();
    },
    tellEngine(state) {
      window?.webContents.send(channels.engine, state);
      handOver();
    },
  };
}
