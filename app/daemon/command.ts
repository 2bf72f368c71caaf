/** What a command is: it gets its context, its arguments and its flags, and gives an exit code. */
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { Fault } from '../domain/fault.ts';
import type { ExitCode, Output } from './output.ts';
import type { RunningFloe } from './running/running.ts';

/** What every command gets. */
export interface Context {
  readonly home: string;
  readonly output: Output;
  /** Bytes and nothing else to stdout, as fast as they are read there. */
  readonly bytes: (piece: Uint8Array) => Promise<void>;
  /** Absolute: where relative paths begin. */
  readonly cwd: string;
  /** The Floe that runs with the home and carries this command out; undefined when the command opens the home itself. */
  readonly running: RunningFloe | undefined;
  readonly passphrase: () => Promise<string | undefined>;
  /** Aborted by SIGINT and SIGTERM of the process that the command was typed into. */
  readonly signal: AbortSignal;
}

/** A path of a person, absolute. */
export const placeOf = ({ cwd }: Pick<Context, 'cwd'>, path: string): string => resolve(cwd, path);

export type Flags = Readonly<Record<string, unknown>>;
export type Run = (context: Context, args: readonly string[], flags: Flags) => Promise<ExitCode>;

/** Adds a command to the program: how it is called, what it does, an example, its work. */
export type AddCommand = (usage: string, words: string, example: string, work: Run) => Command;

/** Commands are loaded when they run: `--help` and small commands need not wait for the whole engine. */
export const lazily =
  (load: () => Promise<Run>): Run =>
  async (context, args, flags) =>
    (await load())(context, args, flags);

/** For a flag that may be given again. */
export const collect = (text: string, all: readonly string[] = []): readonly string[] => [...all, text];

/** A flag as text, when it was given. */
export const textFlag = (flags: Flags, name: string): string | undefined => {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
};
export const numberFlag = (flags: Flags, name: string): number | undefined => {
  const value = flags[name];
  return typeof value === 'number' ? value : undefined;
};

/** Reads a whole number of at least so much. */
export const integer =
  (name: string, least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new Fault('bad-input', 'after-user', `${name} must be a whole number of at least ${least}.`);
    return value;
  };

/** Reads a port; 0 is any free one. */
export function port(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535)
    throw new Fault('bad-input', 'after-user', '--port must be a whole number from 0 to 65535.');
  return value;
}

/** Reads a share from 0 to so much. */
export const share =
  (name: string, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0 && value <= most))
      throw new Fault('bad-input', 'after-user', `${name} must be a number from 0 to ${most}.`);
    return value;
  };
