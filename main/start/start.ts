/**
 * Puts the desktop app together once Electron is ready: engine first, then tray and window, then what listens to the system. Quitting goes the other way:
 * the engine comes to rest before the app ends.
 */
import { app, Menu } from 'electron';
import { superviseEngine } from '../engine/supervisor.ts';
import { followEngine } from '../engine/follow.ts';
import { watchPower } from '../power/power.ts';
import { answerShell } from '../shell/shell.ts';
import { openNotices } from '../notices/notices.ts';
import { openTray } from '../tray/tray.ts';
import { startUpdates } from '../update/update.ts';
import { guardWindows } from '../window/guards.ts';
import { servePage } from '../window/page-protocol.ts';
import { openWindows } from '../window/windows.ts';
import { wordsFor, type Words } from '../words/words.ts';
import { linkScheme, placeIn, placeOf } from './deep-link.ts';
import { places } from './places.ts';

/** Begins in the tray: how the system starts it at login. */
export const hiddenFlag = '--hidden';

export function startDesktop(): void {
  const nowMs = (): number => Date.now();
  let language = 'system';
  const words = (): Words => wordsFor(language === 'system' ? app.getLocale() : language);
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
  app.setAppUserModelId('app.floe.desktop');
  app.setAsDefaultProtocolClient(linkScheme);

  const engine = superviseEngine({ path: places.engine, nowMs });
  servePage(places.page, engine);
  guardWindows();
  const windows = openWindows(places.preload, engine);
  const notices = openNotices({ words, nowMs, show: (place) => windows.show(place) });
  const tray = openTray({
    words,
    nowMs,
    icons: places.icons,
    show: (place) => windows.show(place),
    quit: () => app.quit(),
    call: (work) => follower.call(work),
  });
  const follower = followEngine(engine, (news) => {
    language = news.settings?.language ?? language;
    tray.draw(news);
    notices.take(news);
  });
  engine.onState((state) => {
    windows.tellEngine(state);
    follower.engineChanged();
  });
  answerShell(() => windows.current);
  watchPower(engine, follower);
  startUpdates();

  app.on('second-instance', (_event, args) => windows.show(placeIn(args)));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    windows.show(placeOf(url));
  });
  app.on('activate', () => windows.show());
  // Closing the window leaves Floe in the tray.
  app.on('window-all-closed', () => undefined);
  let isStopped = false;
  app.on('before-quit', (event) => {
    if (isStopped) return;
    event.preventDefault();
    void engine.stop().then(() => {
      isStopped = true;
      tray.close();
      app.quit();
    });
  });
  if (!process.argv.includes(hiddenFlag)) windows.show(placeIn(process.argv));
}
