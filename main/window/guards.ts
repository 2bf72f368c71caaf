/** What a window may never do: go elsewhere, open others, get rights, be spoken for by another page. */
import { app, session, shell, type IpcMainEvent, type IpcMainInvokeEvent } from 'electron';
import { pageUrl } from './page-protocol.ts';

/** Whether a message comes from the top of the window's own page. */
export function isOwnPage({ senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && senderFrame.url.startsWith(pageUrl);
}

export const isWebLink = (text: string): boolean => URL.canParse(text) && new URL(text).protocol === 'https:';

export function guardWindows(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      if (isWebLink(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
    contents.on('will-navigate', (event) => {
      if (!event.url.startsWith(pageUrl)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}
