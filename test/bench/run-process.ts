/** One program, start to end: its wall time, its processor time and its peak memory, taken the same way for Floe and for a peer. */
import { spawnSync } from 'node:child_process';
import type { Time } from '../../native-workers/bench/measure.ts';

export interface ProcessRun {
  readonly time: Time;
  readonly output: string;
}

/** `1m2.345s` as a shell's `times` writes it, in ms. */
function shellMs(text: string): number {
  const [, minutes = '0', seconds = '0'] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return 60_000 * Number(minutes) + 1000 * Number(seconds);
}

/** Runs a program to its end; throws when it fails. Its errors go to ours. */
export function runProcess(command: readonly string[], environment: NodeJS.ProcessEnv = {}): ProcessRun {
  const start = performance.now();
  // The shell's own builtin is the one clock of a child's processor time that every system has.
  const { status, stdout } = spawnSync('sh', ['-c', '"$@" && times', 'sh', ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const wall = performance.now() - start;
  if (status !== 0) throw new Error(`bench: ${command[0] ?? ''} ended with ${status}`);
  const lines = stdout.trimEnd().split('\n');
  const [user = '', system = ''] = lines.at(-1)?.split(' ') ?? [];
  return { time: { wall, processor: shellMs(user) + shellMs(system) }, output: lines.slice(0, -2).join('\n') };
}

/** Whether a program is installed. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['version'], { stdio: 'ignore' }).status === 0;
}
