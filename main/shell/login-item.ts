/** Starting with the user's login. macOS and Windows have a place for that; on Linux it is a file in the desktop's autostart folder. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';

const hidden = '--hidden';

const autostartFile = (): string => join(app.getPath('appData'), 'autostart', 'floe.desktop');

/** A path as the desktop entry specification quotes it. */
const quoted = (path: string): string => `"${path.replace(/["`$\\]/g, '\\$&')}"`;

export function startsAtLogin(): boolean {
  return process.platform === 'linux' ? existsSync(autostartFile()) : app.getLoginItemSettings().openAtLogin;
}

export function setStartsAtLogin(starts: boolean): void {
  if (process.platform !== 'linux') return app.setLoginItemSettings({ openAtLogin: starts, args: [hidden] });
  if (!starts) return rmSync(autostartFile(), { force: true });
  mkdirSync(join(autostartFile(), '..'), { recursive: true });
  const program = process.env['APPIMAGE'] ?? process.execPath;
  const lines = ['[Desktop Entry]', 'Type=Application', 'Name=Floe', `Exec=${quoted(program)} ${hidden}`, ''];
  writeFileSync(autostartFile(), lines.join('\n'));
}
