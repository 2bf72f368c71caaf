/** Answers the shell calls of the window's own page: dialogs, showing files, links, login. Each argument is checked; anything else is refused. */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { dialog, ipcMain, shell, type BrowserWindow } from 'electron';
import { flag, oneOf, record, text } from '../../app/wire/check.ts';
import { channels, type ShellCall } from '../channels.ts';
import { isOwnPage, isWebLink } from '../window/guards.ts';
import { setStartsAtLogin, startsAtLogin } from './login-item.ts';

const kind = record({
  kind: oneOf('pick-folder', 'starts-at-login', 'set-starts-at-login', 'reveal', 'open-link'),
});
const path = text(32_767);

function parseCall(value: unknown): ShellCall {
  const asked = kind({
    kind: typeof value === 'object' && value !== null ? Reflect.get(value, 'kind') : undefined,
  }).kind;
  switch (asked) {
    case 'set-starts-at-login':
      return record({ kind: oneOf(asked), starts: flag })(value);
    case 'reveal':
      return record({ kind: oneOf(asked), path })(value);
    case 'open-link':
      return record({ kind: oneOf(asked), url: text(2_000) })(value);
    default:
      return { kind: asked };
  }
}

export function answerShell(window: () => BrowserWindow | undefined): void {
  ipcMain.handle(channels.shell, async (event, value: unknown): Promise<unknown> => {
    if (!isOwnPage(event)) throw new Error('only the window of Floe may ask this');
    const call = parseCall(value);
    switch (call.kind) {
      case 'pick-folder': {
        const parent = window();
        const options = { properties: ['openDirectory', 'createDirectory'] } satisfies Electron.OpenDialogOptions;
        const { filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
        return filePaths[0];
      }
      case 'starts-at-login':
        return startsAtLogin();
      case 'set-starts-at-login':
        return setStartsAtLogin(call.starts);
      case 'reveal':
        if (isAbsolute(call.path) && existsSync(call.path)) shell.showItemInFolder(call.path);
        return undefined;
      case 'open-link':
        if (isWebLink(call.url)) await shell.openExternal(call.url);
        return undefined;
    }
  });
}
