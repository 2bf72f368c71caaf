/** Starts one of the installed tools in a checkout and hands back everything it said. Tools that hang are ended; that is a failure, not a pass. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The slowest gate takes seconds; a tool that needs this long is stuck. */
const toolMsMax = 5 * 60_000;
/** A tool's answer fits many times over. */
const saidBytesMax = 64 * 1024 * 1024;

export interface ToolAnswer {
  /** 0 when the tool was content; -1 when it was ended by a signal. */
  readonly exitCode: number;
  readonly stdout: string;
  /** Everything in the order in which it came. */
  readonly said: string;
}

const packages = join(import.meta.dirname, '../../node_modules');

/** The script behind a package's command, so that it can be started without a shell and on this very Node. */
function commandOf(packageName: string, command: string): string {
  const manifest = readFileSync(join(packages, packageName, 'package.json'), 'utf8');
  const { bin } = JSON.parse(manifest) as { bin: string | Readonly<Record<string, string>> };
  const script = typeof bin === 'string' ? bin : bin[command];
  if (script === undefined) throw new Error(`${packageName} has no command ${command}`);
  return join(packages, packageName, script);
}

export function runTool(
  packageName: string,
  command: string,
  args: readonly string[],
  root: string,
): Promise<ToolAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [commandOf(packageName, command), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: toolMsMax,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    let stdout = '';
    let said = '';
    const hear = (text: string, isOutput: boolean): void => {
      if (said.length > saidBytesMax) return;
      if (isOutput) stdout += text;
      said += text;
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => hear(text, true));
    child.stderr.setEncoding('utf8').on('data', (text: string) => hear(text, false));
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? -1, stdout, said }));
  });
}

/** Lines of a tool's words, without empty ones. */
export const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '');
