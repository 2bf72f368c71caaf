/** Folders that a command was given: made when they are missing, with trouble said as a fault. */
import { resolve } from 'node:path';
import { diskFault, makePath } from '../adapters/disk/disk.ts';

/** Returns the absolute path. */
export function makeFolder(path: string, mode: number): string {
  const whole = resolve(path);
  try {
    makePath(whole, mode);
  } catch (error) {
    throw diskFault(error, path, 'written');
  }
  return whole;
}
