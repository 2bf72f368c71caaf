/**
 * A home has one Floe at a time. While one runs and keeps the folders in step, commands for the same home are handed to it: it carries them out with its open
 * account and catalog and sends back what they say. The door of this folder.
 */
import type { Handlers } from '../../wire/contract.ts';
import type { Host } from '../host.ts';

export { handOver } from './hand-over.ts';
export { serveCommands, type CommandCall, type CommandService } from './serve-commands.ts';

/** What a command finds that a running Floe carries out. */
export interface RunningFloe {
  /** The opened host; throws the fault that keeps the account closed. */
  host(): Promise<Host>;
  /** Work that changes something: the running pass makes room, windows see it at once. */
  between<T>(work: () => Promise<T>): Promise<T>;
  /** The calls of its window. */
  readonly handlers: Handlers;
}
