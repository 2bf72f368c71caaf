/** One look at a file as the port tells it, and what this adapter keeps of a modification time. */
import type { BigIntStats } from 'node:fs';
import type { FileKind, FileStat } from '../../ports/disk.ts';

export function kindOf(stat: BigIntStats): FileKind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}

/** Formats and catalog hold times as 64-bit nanoseconds: 1677 to 2262. What a disk claims beyond that counts as the nearest end. */
const nsMax = 2n ** 63n - 1n;
export const clampNs = (ns: bigint): bigint => (ns > nsMax ? nsMax : ns < -nsMax ? -nsMax : ns);

export function statOf(stat: BigIntStats): FileStat {
  return {
    kind: kindOf(stat),
    bytes: Number(stat.size),
    mtimeNs: clampNs(stat.mtimeNs),
    ctimeNs: clampNs(stat.ctimeNs),
    mode: Number(stat.mode & 0o7777n),
    device: stat.dev,
    inode: stat.ino,
    links: Number(stat.nlink),
  };
}

/** Whether two looks at one open file tell the same; its kind, device and inode stay. */
export function isSameStat(one: BigIntStats, other: BigIntStats): boolean {
  return (
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs &&
    one.mode === other.mode &&
    one.nlink === other.nlink
  );
}

const nsPerSecond = 1_000_000_000n;
const floorTo = (value: bigint, step: bigint): bigint => value - (((value % step) + step) % step);

/** The part of a modification time that a placed file keeps exactly: whole microseconds. Compare times after this, never before. */
export function keptMtimeNs(mtimeNs: bigint): bigint {
  return floorTo(mtimeNs, 1000n);
}

/** Nanoseconds that the system makes of a time in seconds, as libuv converts it: whole seconds, then the rest, both cut off towards 1970. */
function nsFromSeconds(seconds: number): bigint {
  const whole = Math.trunc(seconds);
  return BigInt(whole) * nsPerSecond + BigInt(Math.trunc((seconds - whole) * 1e9));
}

/**
 * A modification time for utimes. Node passes times as 64-bit floats in seconds, which today are 238 ns apart: so the nearest one is taken whose
 * microsecond is right, and the rest (under half a microsecond) is lost. As text, because Node reads a negative number as "now".
 */
export function utimesValue(mtimeNs: bigint): string {
  const wanted = keptMtimeNs(mtimeNs);
  const whole = floorTo(mtimeNs, nsPerSecond);
  const near = Number(whole / nsPerSecond) + Number(mtimeNs - whole) / 1e9;
  const middle = Number(whole / nsPerSecond) + (Number(wanted - whole) + 500) / 1e9;
  return String(keptMtimeNs(nsFromSeconds(near)) === wanted ? near : middle);
}
