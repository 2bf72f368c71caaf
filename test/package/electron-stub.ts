/**
 * A folder that electron-builder takes for Electron's own, so that the app can be packed where Electron cannot be had. The program in it does nothing; all
 * around it is packed as for a release.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function writeElectronStub(folder: string): void {
  const about = readFileSync(join(import.meta.dirname, '../../node_modules/electron/package.json'), 'utf8');
  const { version } = JSON.parse(about) as { readonly version: string };
  const files: Readonly<Record<string, string>> = {
    electron: '#!/bin/sh\nexit 1\n',
    'chrome-sandbox': '',
    chrome_crashpad_handler: '',
    version,
    LICENSE: '',
    'LICENSES.chromium.html': '',
    'locales/en-US.pak': '',
  };
  mkdirSync(join(folder, 'resources'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  chmodSync(join(folder, 'electron'), 0o755);
}
