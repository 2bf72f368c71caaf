/** Small private files: written whole or not at all, never over an existing one, for the owner's eyes only, and refused when others may see them. */
import { constants } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { link, open, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../../domain/fault.ts';

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function writeFault(error: unknown): unknown {
  if (hasCode(error, 'EEXIST')) {
    return new Fault(
      'already-exists',
      'never',
      'A recovery phrase is kept here already; it is never written over.',
      error,
    );
  }
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')) {
    return new Fault('disk-full', 'later', 'The vault could not be written: the disk is full.', error);
  }
  if (!(error instanceof Error) || !('errno' in error)) return error;
  return new Fault('disk-failed', 'after-user', "The vault could not be written in Floe's home.", error);
}

export async function writeSecretFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.floe-${randomBytes(8).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
      await link(temporary, path);
    } finally {
      await file.close();
      await unlink(temporary);
    }
    await syncFolder(dirname(path));
  } catch (error) {
    throw writeFault(error);
  }
}

/** The bytes, or undefined when there is no such file. Anything else that is wrong with it is a fault. */
export async function readSecretFile(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { mode, size } = await file.stat();
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
        const words = `Others on this computer may open ${basename(path)} in Floe's home. Make it yours alone (chmod 600), then try again.`;
        throw new Fault('vault-refused', 'after-user', words);
      }
      if (size > bytesMax) throw new Fault('vault-refused', 'never', `${basename(path)} in Floe's home is damaged.`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (error instanceof Fault || !(error instanceof Error) || !('errno' in error)) throw error;
    throw new Fault('vault-locked', 'after-user', `${basename(path)} in Floe's home cannot be read.`, error);
  }
}
