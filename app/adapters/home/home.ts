/** Where an installation keeps its state, and that only one process uses it. The folder is for its owner alone. */
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { diskFault, makePath } from '../disk/disk.ts';
import { takeHomeLock, type HomeLock } from './home-lock.ts';

export type { HomeLock } from './home-lock.ts';

export interface HomeChoice {
  /** What `--home` said. */
  readonly flag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** The first of: the flag, FLOE_HOME, the platform's usual place. Empty values count as absent, relative XDG paths too (XDG base directory spec). */
export function resolveHome({ flag, env, platform }: HomeChoice): string {
  const chosen = flag || env['FLOE_HOME'];
  if (chosen) return resolve(chosen);
  const user = env['HOME'] || homedir();
  if (platform === 'win32')
    return join(env['LOCALAPPDATA'] || join(env['USERPROFILE'] || user, 'AppData', 'Local'), 'Floe');
  if (platform === 'darwin') return join(user, 'Library', 'Application Support', 'Floe');
  const state = env['XDG_STATE_HOME'];
  return join(state && isAbsolute(state) ? state : join(user, '.local', 'state'), 'floe');
}

const ownerOnly = 0o700;

/** A folder that was not empty before Floe keeps its mode: it may be somebody's, and closing it would hurt. */
function prepareFolder(dir: string): void {
  makePath(dir, ownerOnly);
  const { mode, uid } = statSync(dir);
  if ((mode & 0o077) === 0) return;
  const isOurs = process.getuid === undefined || process.getuid() === uid;
  if (isOurs && readdirSync(dir).length === 0) chmodSync(dir, ownerOnly);
  else if ((mode & 0o022) !== 0) {
    throw new Fault(
      'bad-input',
      'after-user',
      "Others may write to the folder chosen as Floe's home. Make it yours alone (mode 0700).",
    );
  }
}

/** Makes the home if it is not there, and takes it for this process until `release` or the process ends. */
export function lockHome(dir: string): HomeLock {
  try {
    prepareFolder(dir);
    return takeHomeLock(dir);
  } catch (error) {
    throw diskFault(error, "Floe's home", 'written');
  }
}
