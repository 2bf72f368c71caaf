/** The side of the command: asks whether a Floe runs with the home, hands the command to it, and writes what comes back. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { Fault } from '../../domain/fault.ts';
import { exitCodes, type ExitCode } from '../output.ts';
import { commandSocketPath } from './command-socket.ts';
import { FrameReader, frameBytes, frameKinds, jsonFrame, parseExit, type RunRequest } from './frames.ts';

export interface HandOver {
  readonly home: string;
  readonly request: RunRequest;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Aborted: the running Floe is asked to stop this command. */
  readonly signal: AbortSignal;
}

/** The exit code that the running Floe gives; undefined when none runs with this home. */
export async function handOver({ home, request, stdout, stderr, signal }: HandOver): Promise<ExitCode | undefined> {
  const socket = await reach(home);
  if (!socket) return undefined;
  const onAbort = (): void => void socket.write(frameBytes(frameKinds.stop));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    socket.write(jsonFrame(frameKinds.run, request));
    if (signal.aborted) onAbort();
    return await answerOf(socket, stdout, stderr);
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

async function reach(home: string): Promise<Socket | undefined> {
  const path = commandSocketPath(home);
  if (path === undefined) return undefined;
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    // No socket, or one that a killed Floe left behind. What else hinders will hinder the command itself, which says it better.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

function answerOf(socket: Socket, stdout: Writable, stderr: Writable): Promise<ExitCode> {
  const frames = new FrameReader();
  const sinks = new Map<number, Writable>([
    [frameKinds.stdout, stdout],
    [frameKinds.stderr, stderr],
  ]);
  return new Promise<ExitCode>((done, fail) => {
    const onData = (piece: Uint8Array): void => {
      for (const { kind, body } of frames.take(piece)) {
        const sink = sinks.get(kind);
        if (kind === frameKinds.exit) done(parseExit(body));
        else if (sink?.writable === true && !sink.write(body)) holdBack(socket, sink);
      }
    };
    socket.on('data', (piece) => {
      try {
        onData(piece);
      } catch (error) {
        fail(error);
      }
    });
    // Nobody reads what it says any more (`floe log Photos | head`): it ends without a word.
    for (const sink of sinks.values()) sink.once('error', () => done(exitCodes.failed));
    socket.on('error', () => undefined);
    socket.on('close', () => fail(ended()));
  });
}

/** Takes no more than is read on the other side; a reader that has gone holds nothing back. */
function holdBack(socket: Socket, sink: Writable): void {
  const goOn = (): void => {
    for (const event of ['drain', 'error', 'close']) sink.off(event, goOn);
    socket.resume();
  };
  socket.pause();
  for (const event of ['drain', 'error', 'close']) sink.on(event, goOn);
}

const ended = (): Fault =>
  new Fault(
    'cancelled',
    'now',
    'The Floe that runs with this home ended before this was done. What was done so far is kept; run the command again.',
  );
