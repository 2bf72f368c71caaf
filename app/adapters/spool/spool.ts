/**
 * Packs as files of one folder. A pack is written under a temporary name and gets its own only after its bytes are synced; the folder is synced
 * after that. So after a kill or a power cut each pack is there whole, or it is not there. Whether a pack's content is right is for its reader.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readdir, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { diskReserveBytes } from '../../domain/limits.ts';
import { parsePathName } from '../../domain/path-name.ts';
import type { Spool, SpoolWriter } from '../../ports/spool.ts';
import { diskFault, isMissing } from '../disk/disk.ts';

const unfinishedPattern = /^\.floe-[0-9a-f]{16}\.part$/;

function packName(name: string): string {
  const parsed = parsePathName(name);
  if (parsed.startsWith('.') || !parsed.isWellFormed()) throw new Error('a pack needs a plain name');
  return parsed;
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fault = diskFault(error, 'The spool', 'written');
    throw fault.code === 'file-unreadable' ? new Fault('disk-failed', fault.retry, fault.message, error) : fault;
  }
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

/** What runs on this disk, Floe's catalog among it, has to go on when there is no room for packs any more. */
async function demandRoom(dir: string, reserveBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  if (bavail * bsize < reserveBytes)
    throw new Fault(
      'disk-full',
      'later',
      'There is too little room on this disk to get files ready for sending. It goes on when there is more.',
    );
}

async function createPack(dir: string, name: string): Promise<SpoolWriter> {
  const temporary = join(dir, `.floe-${randomBytes(8).toString('hex')}.part`);
  const file = await guarded(() => open(temporary, 'wx', 0o600));
  let state: 'open' | 'busy' | 'closed' = 'open';
  const begin = (): void => {
    if (state !== 'open') throw new Error(`a spool writer was used while ${state}`);
    state = 'busy';
  };
  const leave = async (): Promise<void> => {
    state = 'closed';
    await file.close();
    await removeIfThere(temporary);
  };
  return {
    async append(bytes) {
      begin();
      await guarded(() => writeAll(file, bytes));
      // After a failed append the state stays busy: half an append can only be abandoned.
      state = 'open';
    },
    async finish() {
      begin();
      await guarded(async () => {
        try {
          await file.sync();
          // A link refuses a taken name, where a rename would replace a finished pack.
          await link(temporary, join(dir, name));
        } finally {
          await leave();
        }
        await syncFolder(dir);
      });
    },
    async abandon() {
      if (state !== 'closed') await guarded(leave);
    },
  };
}

async function readPack(path: string, into: Uint8Array): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    if (size !== into.length)
      throw new Fault('pack-damaged', 'never', 'A pack in the spool has not the size that it was written with.');
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(into, at, size - at, at);
      if (bytesRead === 0)
        throw new Fault('pack-damaged', 'never', 'A pack in the spool became shorter while it was read.');
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Makes the folder if needed and removes what a kill left unfinished. One process at a time may use it (the home's lock sees to that). */
export async function openSpool(dir: string, reserveBytes = diskReserveBytes): Promise<Spool> {
  await guarded(async () => {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    for (const name of await readdir(dir)) if (unfinishedPattern.test(name)) await removeIfThere(join(dir, name));
  });
  return {
    async create(name) {
      const checked = packName(name);
      await guarded(() => demandRoom(dir, reserveBytes));
      return createPack(dir, checked);
    },
    read: async (name, into) => guarded(() => readPack(join(dir, packName(name)), into)),
    remove: (name) =>
      guarded(async () => {
        await removeIfThere(join(dir, packName(name)));
      }),
    names: () => guarded(async () => (await readdir(dir)).filter((name) => !name.startsWith('.')).toSorted()),
  };
}
