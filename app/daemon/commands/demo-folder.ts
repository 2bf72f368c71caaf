/** The demo's sample folder and the edits that are made to it: a little of everything that a person's folder holds. */
import { appendFile, chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

export async function makeSample(folder: string): Promise<void> {
  await mkdir(join(folder, 'Letters', 'Old'), { recursive: true });
  await mkdir(join(folder, 'Pictures'), { recursive: true });
  await mkdir(join(folder, 'Empty'), { recursive: true });
  await writeFile(join(folder, 'Letters', 'to the sea.txt'), 'Dear sea,\nI hope that you are well.\n');
  await writeFile(join(folder, 'Letters', 'Old', 'grüße 🌊.txt'), 'Bis bald!\n'.repeat(500));
  await writeFile(join(folder, 'Letters', 'nothing'), '');
  await writeFile(join(folder, 'Pictures', 'ice.raw'), randomBytes(6_000_000));
  await writeFile(join(folder, 'Pictures', 'ice copy.raw'), randomBytes(300_000));
  await writeFile(join(folder, 'run.sh'), '#!/bin/sh\necho floe\n');
  await chmod(join(folder, 'run.sh'), 0o755);
  await symlink('Letters/to the sea.txt', join(folder, 'newest letter'));
  await symlink('nowhere', join(folder, 'lost'));
  await utimes(join(folder, 'Letters', 'nothing'), 1_000_000_000, 1_000_000_000);
}

/** An edit, an addition, a removal, a rename and a change of permissions. */
export async function editFolder(folder: string): Promise<void> {
  await appendFile(join(folder, 'Letters', 'to the sea.txt'), 'P.S. The ice carries.\n');
  await writeFile(join(folder, 'Pictures', 'new.raw'), randomBytes(800_000));
  await rm(join(folder, 'Letters', 'nothing'));
  await rename(join(folder, 'Letters', 'Old'), join(folder, 'Archive'));
  await chmod(join(folder, 'run.sh'), 0o700);
}
