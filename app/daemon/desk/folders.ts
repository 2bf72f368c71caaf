/** The folders of this computer, for choosing one where there is no dialog of the system: names of folders only, never of files. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { diskFault } from '../../adapters/disk/disk.ts';
import { Fault } from '../../domain/fault.ts';
import type { FolderEntry, FolderLook } from '../../wire/space.ts';

/** More folders than these in one place are not chosen from a list. */
const foldersMax = 2_000;
const usualPlaces = ['Documents', 'Pictures', 'Desktop', 'Music', 'Videos', 'Projects'];

export async function lookIntoFolder(asked: string | undefined): Promise<FolderLook> {
  const wanted = asked ?? homedir();
  if (!isAbsolute(wanted)) throw new Fault('bad-input', 'after-user', 'A folder is named by its whole path.');
  try {
    const path = await realpath(wanted);
    const names = (await readdir(path, { withFileTypes: true }))
      // A name that is not UTF-8 reads with a replacement mark, and would not lead back to its folder.
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !entry.name.includes('\ufffd'))
      .map((entry) => entry.name)
      .toSorted((a, b) => a.localeCompare(b));
    return {
      path,
      parent: dirname(path) === path ? undefined : dirname(path),
      folders: names.slice(0, foldersMax).map((name) => ({ name, path: join(path, name) })),
      isCut: names.length > foldersMax,
      places: await places(),
    };
  } catch (error) {
    throw diskFault(error, wanted, 'read');
  }
}

async function places(): Promise<readonly FolderEntry[]> {
  const home = homedir();
  const known = await Promise.all(
    usualPlaces.map(async (name): Promise<readonly FolderEntry[]> => {
      const path = join(home, name);
      const found = await stat(path).catch(() => undefined);
      return found?.isDirectory() ? [{ name, path }] : [];
    }),
  );
  return [{ name: home, path: home }, ...known.flat()];
}
