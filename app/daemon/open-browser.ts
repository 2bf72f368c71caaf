/** Opens an address in the user's browser, with the platform's own command. Best effort: the address is printed anyway. */
import { spawn } from 'node:child_process';

const commands: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

export function openBrowser(url: string): void {
  const [command = 'xdg-open', ...args] = commands[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  // No browser is no failure: the printed address serves as well.
  child.on('error', () => undefined);
  child.unref();
}
