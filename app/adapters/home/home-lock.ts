/**
 * One instance on one home. The lock is the file `lock-N` with the highest N; it names the process that holds it. Taking over a dead holder's
 * lock means making the file with the next number, which only one process can do; the highest file is never removed, so a slow contender that
 * acts on an old look finds a higher number and steps back. Needs a disk with hard links; a home on a share between machines is not protected.
 */
import { linkSync, readFileSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { isAlive, ownMark, type ProcessMark } from './process-mark.ts';

export interface HomeLock {
  /** May be called more than once. A process that ends without it leaves a lock that the next one takes over. */
  release(): void;
}

/** Attempts against others who start at the same moment; each lost one means that somebody else got further. */
const attemptsMax = 20;
const lockPattern = /^lock-(\d{1,15})$/;
const strayPattern = /^lock-new-[0-9a-f]{16}$/;

type Holder = ProcessMark | 'released' | 'unreadable';

function lockNumbers(dir: string): number[] {
  return readdirSync(dir)
    .flatMap((name) => lockPattern.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => b - a);
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Undefined when the file is gone: somebody moved on. */
function readHolder(path: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  if (text === 'released\n') return 'released';
  const match = /^pid (\d{1,10})\nstarted (.*)\n$/.exec(text);
  return match === null ? 'unreadable' : { pid: Number(match[1]), started: match[2] ?? '' };
}

function writeNew(dir: string, text: string): string {
  const path = join(dir, `lock-new-${randomBytes(8).toString('hex')}`);
  writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  return path;
}

function tryTake(path: string, fresh: string): boolean {
  try {
    linkSync(fresh, path);
    return true;
  } catch (error) {
    // Taken; or the winner's cleaning removed our file first, which says the same.
    if (hasCode(error, 'EEXIST') || hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function removeOld(dir: string, below: number): void {
  for (const name of readdirSync(dir)) {
    const number = lockPattern.exec(name)?.[1];
    if ((number !== undefined && Number(number) < below) || strayPattern.test(name)) {
      removeIfThere(join(dir, name));
    }
  }
}

function hold(dir: string, path: string): HomeLock {
  let isHeld = true;
  const release = (): void => {
    if (!isHeld) return;
    isHeld = false;
    process.off('exit', release);
    // The number stays taken; only its holder is gone. Removing the file would let an old look win.
    try {
      renameSync(writeNew(dir, 'released\n'), path);
    } catch (error) {
      // The home itself was removed: nothing is left to release.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  };
  process.on('exit', release);
  return { release };
}

export function takeHomeLock(dir: string): HomeLock {
  const mark = ownMark();
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const highest = lockNumbers(dir)[0] ?? 0;
    const holder = highest === 0 ? 'released' : readHolder(join(dir, `lock-${highest}`));
    if (holder === undefined) continue;
    if (typeof holder === 'object' && isAlive(holder)) {
      const words = `Floe is running on this home already (process ${holder.pid}). Stop it first, or use another home.`;
      throw new Fault('home-busy', 'after-user', words);
    }
    const path = join(dir, `lock-${highest + 1}`);
    const fresh = writeNew(dir, `pid ${mark.pid}\nstarted ${mark.started}\n`);
    const isTaken = tryTake(path, fresh);
    removeIfThere(fresh);
    if (!isTaken) continue;
    if (lockNumbers(dir)[0] !== highest + 1) {
      removeIfThere(path);
      continue;
    }
    removeOld(dir, highest + 1);
    return hold(dir, path);
  }
  throw new Fault('home-busy', 'now', 'Several instances of Floe are starting on this home at once. Try again.');
}
