/** Whether what stands at a place still looks as it did: asked immediately before it is replaced, moved or removed. */
import { lstatSync } from 'node:fs';
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import type { Look } from '../../ports/catalog.ts';
import { clampNs } from './file-look.ts';
import type { DiskPath } from './folder-handle.ts';

/** Node has no call that compares and renames at once: a program that writes between this look and the rename that follows is not seen. */
export function demandLook(path: DiskPath, name: string, look: Look): void {
  const stat = lstatSync(path, { bigint: true });
  const isSame =
    !stat.isDirectory() &&
    stat.dev === look.device &&
    stat.ino === look.inode &&
    stat.size === BigInt(look.bytes) &&
    clampNs(stat.mtimeNs) === look.mtimeNs &&
    clampNs(stat.ctimeNs) === look.ctimeNs;
  if (!isSame) throw new Fault('file-changing', 'later', `${displayName(name)} was changed here in the meantime.`);
}
