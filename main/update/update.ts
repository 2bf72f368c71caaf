/** Updates, from the feed that a release was packed with. Without a feed nothing is looked for; what is found is installed at the next quit. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';

const checkMs = 6 * 3_600_000;

/** Where a release names its feed; absent in a checkout and in builds that are not published. */
const feedFile = (): string => join(process.resourcesPath ?? '', 'app-update.yml');

export function startUpdates(): void {
  if (!app.isPackaged || !existsSync(feedFile())) return;
  const check = async (): Promise<void> => {
    const { default: updater } = await import('electron-updater');
    updater.autoUpdater.autoInstallOnAppQuit = true;
    await updater.autoUpdater.checkForUpdates();
  };
  const run = (): void => {
    check().catch((error: unknown) => console.error('no update could be looked for:', error));
  };
  run();
  setInterval(run, checkMs).unref();
}
