/** For tests of the adapters: a real temporary folder that is removed afterwards, and programs run in processes of their own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function makeRoom(onEnd: (end: () => void) => void): string {
  const room = realpathSync(mkdtempSync(join(tmpdir(), 'floe-test-')));
  chmodSync(room, 0o755);
  onEnd(() => rmSync(room, { recursive: true, force: true }));
  return room;
}

const argumentsFor = (script: string): string[] => ['--input-type=module', '-e', script];

/** Runs a module to its end and returns what it printed as JSON on its last line. */
export function runScript(script: string): unknown {
  const { stdout, stderr, status } = spawnSync(process.execPath, argumentsFor(script), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the script ended with ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

export function startScript(script: string): ChildProcess {
  return spawn(process.execPath, argumentsFor(script), { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Resolves when the process printed its first bytes. */
export const firstWord = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stdout?.once('data', (bytes: Buffer) => resolve(bytes.toString('utf8').trim()));
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it said a word`)));
  });

/** Resolves when the process printed this many lines: a moment in the middle of its work, without a clock. */
export const afterLines = (child: ChildProcess, count: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let seen = 0;
    child.stdout?.on('data', (bytes: Buffer) => {
      seen += bytes.toString('utf8').split('\n').length - 1;
      if (seen >= count) resolve();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code} after ${seen} lines`)));
  });

export const killAndWait = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
