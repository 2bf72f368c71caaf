/**
 * What tells one process from a later one with the same number: when it started, and in which run of the system. A number that is taken again
 * after a crash or a restart is thereby not mistaken for the old process. Processes in other containers or on other machines cannot be seen.
 */
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

export interface ProcessMark {
  readonly pid: number;
  /** In the system's own form; empty where it cannot be told. */
  readonly started: string;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No such process, or no /proc: both are answers here.
    return undefined;
  }
}

function startOf(pid: number): string {
  if (process.platform === 'linux') {
    const stat = readText(`/proc/${pid}/stat`);
    // Field 22 of proc_pid_stat(5), in ticks since boot; counted after the name, which may hold anything.
    const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readText('/proc/sys/kernel/random/boot_id')?.trim();
    return ticks === undefined ? '' : `${boot ?? ''}:${ticks}`;
  }
  if (process.platform === 'win32') return '';
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

export const ownMark = (): ProcessMark => ({ pid: process.pid, started: startOf(process.pid) });

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

export function isAlive(mark: ProcessMark): boolean {
  return exists(mark.pid) && (mark.started === '' || startOf(mark.pid) === mark.started);
}
