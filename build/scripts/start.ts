/**
 * `npm start`: the desktop app where Electron's program can be had; else the same app with its window in a browser, and one line that says so. What is
 * given after a double dash is meant for the command line, which needs no Electron: npm start -- --folder DIR
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../app/daemon/cli.ts';
import { buildParts, type BundleName } from '../bundle/bundle.ts';

const root = join(import.meta.dirname, '../..');
const given = process.argv.slice(2);

/** The path of Electron's program; undefined where it is not installed and cannot be fetched. Its package fetches it when it is first asked, and says so in its own words. */
function electronProgram(): string | undefined {
  if (!existsSync(join(root, 'node_modules/electron/dist')))
    console.error('Looking for Electron, which the desktop app needs: about 110 MB, once.');
  const asked = spawnSync(process.execPath, ['-p', 'require(process.argv[1])', 'electron'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const program = asked.stdout.trim().split('\n').at(-1) ?? '';
  return asked.status === 0 && existsSync(program) ? program : undefined;
}

async function build(names?: readonly BundleName[]): Promise<void> {
  try {
    await buildParts(root, names);
  } catch (error) {
    // Floe itself needs no build; its page then says what is missing.
    console.error(`The window could not be built: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function startDesktop(program: string): Promise<number> {
  await build();
  const child = spawn(program, [root], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

async function startHeadless(): Promise<number> {
  if (given.includes('--help')) return runCli(['start', '--help']);
  await build(['renderer']);
  const opens = process.stdout.isTTY && !given.includes('--json');
  return runCli(['start', ...given, ...(opens ? ['--open'] : [])]);
}

const program = given.length === 0 ? electronProgram() : undefined;
if (program === undefined && given.length === 0)
  console.error('Electron is not here, so Floe opens in your browser instead: the same app at the address below.');
process.exitCode = program === undefined ? await startHeadless() : await startDesktop(program);
