/**
 * A large file on its way into place: written under a temporary name in its own folder, which is held open so that the file lands in that very
 * folder. Nothing shows under the final name before `finish` has everything; a failed `finish` and `abandon` leave nothing behind.
 */
import { open } from 'node:fs/promises';
import type { SpacePath } from '../../domain/path-name.ts';
import type { Over, PlacedFile } from '../../ports/disk.ts';
import { diskFault } from './disk-fault.ts';
import { statOf, utimesValue } from './file-look.ts';
import { filledRuns } from './filled-runs.ts';
import { childPath, closeFolder, openFolder } from './folder-handle.ts';
import { placeOf, putInPlace, removeTemporary, syncFolder, temporaryFlags, temporaryMode } from './place-files.ts';
import { temporaryName } from './temporary-name.ts';

export async function placeFile(root: string, path: SpacePath, over: Over, tag: string): Promise<PlacedFile> {
  const written = (error: unknown): never => {
    throw diskFault(error, path, 'written');
  };
  const openPlace = () => {
    const { folder, name } = placeOf(path);
    return { folder: openFolder(root, folder, 'pass'), name };
  };
  let place: ReturnType<typeof openPlace>;
  try {
    place = openPlace();
  } catch (error) {
    return written(error);
  }
  const { folder, name } = place;
  const temporary = temporaryName(tag);
  const file = await open(childPath(folder.base, temporary), temporaryFlags, temporaryMode).catch((error: unknown) => {
    closeFolder(folder);
    return written(error);
  });
  let isOpen = true;
  const mustBeOpen = (): void => {
    if (!isOpen) throw new Error('a placed file was used after it was finished or abandoned');
  };
  const leave = async (): Promise<void> => {
    isOpen = false;
    try {
      await file.close();
    } finally {
      closeFolder(folder);
    }
  };
  return {
    async write(offset, bytes) {
      mustBeOpen();
      try {
        for (const { start, end } of filledRuns(bytes, offset))
          for (let at = start; at < end;) at += (await file.write(bytes, at, end - at, offset + at)).bytesWritten;
      } catch (error) {
        written(error);
      }
    },
    async finish(bytes, placement, durable) {
      mustBeOpen();
      isOpen = false;
      try {
        await file.truncate(bytes);
        await file.chmod(placement.mode & 0o7777);
        const time = utimesValue(placement.mtimeNs);
        await file.utimes(time, time);
        if (durable) await file.sync();
        putInPlace(folder, temporary, name, over);
        if (durable) syncFolder(folder);
        return statOf(await file.stat({ bigint: true }));
      } catch (error) {
        removeTemporary(folder, temporary);
        return written(error);
      } finally {
        await leave();
      }
    },
    async abandon() {
      if (!isOpen) return;
      isOpen = false;
      try {
        removeTemporary(folder, temporary);
      } catch (error) {
        written(error);
      } finally {
        await leave();
      }
    },
  };
}
