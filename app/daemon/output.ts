/**
 * What a command says. People get lines on stdout and one line of progress on stderr (on a terminal); scripts get newline-delimited JSON on stdout,
 * the last line of a finite command being `done` or `failed` (docs/cli.md).
 */
import { displayName } from '../domain/path-name.ts';
import { faultOf, type FaultCode } from '../domain/fault.ts';

export const exitCodes = { done: 0, failed: 1, usage: 2, partly: 3, notCertified: 4, busy: 5, money: 6 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const faultExits: Partial<Record<FaultCode, ExitCode>> = {
  'bad-input': exitCodes.usage,
  'home-busy': exitCodes.busy,
  'money-short': exitCodes.money,
  'budget-reached': exitCodes.money,
  'quorum-lost': exitCodes.notCertified,
};

export interface Output {
  readonly isJson: boolean;
  /** A line for people; scripts do not get it. */
  say(text: string): void;
  /** An event for scripts; people do not get it. */
  event(event: string, fields?: object): void;
  /** Both: a table for people, a list for scripts, with the closing `done` line. */
  done(fields: object): void;
  /** One line that replaces itself; only on a terminal. */
  progress(text: string): void;
  warn(text: string): void;
  /** Prints a failure and tells the exit code that stands for it. */
  fail(error: unknown): ExitCode;
}

interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** JSON with big integers: numbers where exact, else decimal text. Names keep their bytes visible. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => {
    if (typeof field === 'bigint')
      return field >= -9007199254740991n && field <= 9007199254740991n ? Number(field) : field.toString();
    if (field instanceof Uint8Array) return Buffer.from(field).toString('hex');
    if (typeof field === 'string' && !field.isWellFormed()) return displayName(field);
    return field;
  });
}

/** Nothing that came from a disk, a name or the network may steer the terminal: line breaks are our own, the rest is escaped. */
const plain = (text: string): string => text.split('\n').map(displayName).join('\n');

export function openOutput(isJson: boolean, stdout: Stream = process.stdout, stderr: Stream = process.stderr): Output {
  let hasProgress = false;
  const clear = (): void => {
    if (hasProgress) stderr.write('\r\u001b[K');
    hasProgress = false;
  };
  const line = (stream: Stream, text: string): void => {
    clear();
    stream.write(`${text}\n`);
  };
  return {
    isJson,
    say: (text) => (isJson ? undefined : line(stdout, plain(text))),
    event: (event, fields) => (isJson ? line(stdout, toJson({ event, ...fields })) : undefined),
    done: (fields) => (isJson ? line(stdout, toJson({ event: 'done', ...fields })) : undefined),
    progress(text) {
      if (isJson || stderr.isTTY !== true) return;
      stderr.write(`\r\u001b[K${displayName(text).slice(0, 100)}`);
      hasProgress = true;
    },
    warn: (text) => line(stderr, plain(text)),
    fail(error) {
      const fault = faultOf(error);
      if (!fault) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        if (isJson)
          line(
            stdout,
            toJson({
              event: 'failed',
              fault: { code: 'bug', retry: 'never', message: 'Floe met a defect of its own.' },
            }),
          );
        line(stderr, `Floe met a defect of its own and stopped. Nothing that was certified is at risk.\n${text}`);
        return exitCodes.failed;
      }
      const { code, retry, message } = fault;
      if (isJson) line(stdout, toJson({ event: 'failed', fault: { code, retry, message } }));
      else line(stderr, plain(message));
      return faultExits[code] ?? exitCodes.failed;
    },
  };
}

/** Bytes for people: 1.5 MB, in powers of ten, as money is counted on the network. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[unit] ?? 'B'}`;
}

/** FROST as WAL, MIST as SUI: nine decimals, trailing zeros dropped. */
/** `1 file`, `2 files`, `12,000 files`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

export function coinText(amount: bigint, coin: 'WAL' | 'SUI'): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(10, '0');
  const rest = digits.slice(-9).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -9)}${rest === '' ? '' : `.${rest}`} ${coin}`;
}

/** A plain table; columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Times for people and scripts: UTC, to the second. */
export const dateText = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
export const isoFromNs = (ns: bigint): string => dateText(Number(ns / 1_000_000n));
