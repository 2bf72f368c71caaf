/**
 * What kind of disk a folder lies on: which names it takes for one, whether it keeps permissions, how fine its times are. Case is tried out on the mark in
 * the root; the rest follows from the kind of file system that the system names.
 */
import { lstatSync, statfsSync } from 'node:fs';
import { markerName } from '../../domain/path-name.ts';
import type { DiskNature } from '../../ports/disk.ts';
import { childPath, diskPath } from './folder-handle.ts';

/** Type numbers of Linux (statfs(2)) of file systems in the manner of Windows: no permission bits, no names that Windows cannot have. */
const fat = 0x4d44;
const exFat = 0x20_11_ba_b0;
const hfsPlus = 0x482b;
const hfs = 0x4244;
const windowsTypes = new Set([fat, exFat, 0x53_46_54_4e, 0x73_66_74_6e, 0xff_53_4d_42, 0xfe_53_4d_42, 0x517b]);
/** The coarsest times that are left: FAT counts in two seconds (exFAT may), HFS+ in one. */
const coarseMs: ReadonlyMap<number, number> = new Map([
  [fat, 2000],
  [exFat, 2000],
  [hfs, 1000],
  [hfsPlus, 1000],
]);
/** Linux stamps files with the time of the last tick of its clock, of which there are at least 100 a second. */
const tickMs = 10;

/** Whether the mark is found under its name in capitals. Where there is no mark, as on a disk that cannot be written to, by the kind of disk. */
function foldsCase(root: string, isUsually: boolean): boolean {
  const inodeOf = (name: string): bigint | undefined =>
    lstatSync(childPath(diskPath(root), name), { bigint: true, throwIfNoEntry: false })?.ino;
  const mark = inodeOf(markerName);
  return mark === undefined ? isUsually : inodeOf(markerName.toUpperCase()) === mark;
}

export function natureOf(root: string, platform: NodeJS.Platform = process.platform): DiskNature {
  // The number is meant as 32 bits without a sign.
  const type = platform === 'linux' ? statfsSync(diskPath(root)).type >>> 0 : undefined;
  const isMac = platform === 'darwin';
  const isWindows = platform === 'win32' || (type !== undefined && windowsTypes.has(type));
  const isFolding = foldsCase(root, isMac || isWindows);
  return {
    foldsCase: isFolding,
    // Folders of ext4 and f2fs that fold case fold forms with it; file systems of Windows do not.
    foldsForms: isMac || (isFolding && !isWindows),
    hasWindowsNames: isWindows,
    keepsModes: !isWindows,
    timeStepMs: (type === undefined ? undefined : coarseMs.get(type)) ?? tickMs,
  };
}
