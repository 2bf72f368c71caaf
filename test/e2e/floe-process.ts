/** The command `floe` as a process: run to its end, or kept running and spoken to. What it prints with --json is read strictly, line by line. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../app/daemon/bin.ts', import.meta.url));

export type Line = Readonly<Record<string, unknown>>;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** User id to run as; only root may choose another one. */
  readonly uid?: number;
  readonly cwd?: string;
}

function startFloe(args: readonly string[], { env, uid, cwd }: RunOptions): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('FLOE_'));
  return spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), FLOE_KEYCHAIN: 'off', ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
    ...(cwd === undefined ? {} : { cwd }),
  });
}

export async function floe(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = startFloe(args, options);
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

/** Runs a command of which nobody reads what it prints: its stdout is closed before it says a word. */
export async function floeUnread(args: readonly string[]): Promise<Omit<Ran, 'out'>> {
  const child = startFloe(args, {});
  child.stdout?.destroy();
  let err = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, err };
}

export function parseLine(text: string): Line {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('event' in value)) throw new Error(`no event: ${text}`);
  return Object.fromEntries(Object.entries(value));
}

export interface JsonRan extends Ran {
  readonly events: readonly Line[];
  /** The closing line. */
  readonly last: Line;
}

/** Runs with --json. Fails when stdout holds anything but events, or when more or less than one closing line stands at its end. */
export async function floeJson(args: readonly string[], options: RunOptions = {}): Promise<JsonRan> {
  const ran = await floe(['--json', ...args], options);
  const events = ran.out === '' ? [] : ran.out.replace(/\n$/, '').split('\n').map(parseLine);
  const closing = events.filter(({ event }) => event === 'done' || event === 'failed');
  const last = events.at(-1);
  if (last === undefined || closing.length !== 1 || closing[0] !== last)
    throw new Error(`floe ${args.join(' ')} closed wrongly (exit ${ran.code}):\n${ran.out}\n${ran.err}`);
  return { ...ran, events, last };
}

export const faultCode = ({ last }: JsonRan): unknown => {
  const { fault } = last;
  return typeof fault === 'object' && fault !== null && 'code' in fault ? fault.code : undefined;
};

export interface Running {
  readonly pid: number;
  /** The next line of stdout that satisfies `isWanted`; lines before it are passed over. */
  line(isWanted: (line: Line) => boolean): Promise<Line>;
  /** Ends it with the signal and tells how it ended. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export function runFloe(args: readonly string[], options: RunOptions = {}): Running {
  const child = startFloe(args, options);
  let [err, last] = ['', ''];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  if (!child.stdout || child.pid === undefined) throw new Error('the command could not be started');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    pid: child.pid,
    async line(isWanted) {
      for (;;) {
        const next = await lines.next();
        if (next.done === true) throw new Error(`floe ${args.join(' ')} ended early:\n${last}\n${err}`);
        last = next.value;
        const line = parseLine(next.value);
        if (isWanted(line)) return line;
      }
    },
    end(signal) {
      child.kill(signal);
      return closed;
    },
  };
}
