/** The side of the running Floe: takes commands from its owner's other terminals, carries each out, and sends what it says. */
import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Fault, faultOf } from '../../domain/fault.ts';
import { openBytes } from '../byte-stream.ts';
import { openOutput, type ExitCode, type Output } from '../output.ts';
import { floeVersion } from '../version.ts';
import { commandSocketPath } from './command-socket.ts';
import {
  FrameReader,
  frameBytes,
  frameKinds,
  jsonFrame,
  parseRunRequest,
  type Frame,
  type FrameKind,
  type RunRequest,
} from './frames.ts';

/** A command that came in. */
export interface CommandCall {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly output: Output;
  readonly bytes: (piece: Uint8Array) => Promise<void>;
  /** What the parser of the command line has to say to people. */
  readonly sayUsage: (text: string) => void;
  /** Aborted when the command is stopped, its terminal is gone, or this Floe ends. */
  readonly signal: AbortSignal;
}

export interface CommandService {
  /** Stops what is running and waits for it; to be called before what the commands work on is closed. A second call does nothing. */
  close(): Promise<void>;
}

/** At once; a person has a few terminals, a script may run wild. */
const commandsMax = 16;

/** For the last words to whoever is slow to read them. A pager that was left open never reads on. */
const lastWordsMsMax = 1_000;

/** Undefined where no socket can be. Throws Fault 'home-busy' when another Floe serves this home. */
export async function serveCommands(
  home: string,
  run: (call: CommandCall) => Promise<ExitCode>,
): Promise<CommandService | undefined> {
  const path = commandSocketPath(home);
  if (path === undefined) return undefined;
  const end = new AbortController();
  const running = new Set<Promise<void>>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    const work = answer(socket, run, end.signal, running.size >= commandsMax).finally(() => running.delete(work));
    running.add(work);
  });
  await listen(server, path);
  return {
    async close() {
      if (end.signal.aborted) return;
      const closed = new Promise<void>((done) => server.close(() => done()));
      end.abort(new Fault('cancelled', 'now', 'The Floe that runs with this home is being stopped.'));
      await Promise.all(running);
      const timer = setTimeout(() => sockets.forEach((socket) => socket.destroy()), lastWordsMsMax);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function listen(server: Server, path: string): Promise<void> {
  // One that a killed Floe left behind.
  if (await isServed(path)) throw new Fault('home-busy', 'after-user', 'Floe is running on this home already.');
  await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  await chmod(path, 0o600);
}

async function isServed(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  } finally {
    socket.destroy();
  }
}

/** From the first byte of a connection to its last. Never rejects: what is wrong with one command is that command's. */
async function answer(
  socket: Socket,
  run: (call: CommandCall) => Promise<ExitCode>,
  ending: AbortSignal,
  isFull: boolean,
): Promise<void> {
  const stop = new AbortController();
  const abort = (): void => stop.abort(new Fault('cancelled', 'now', stoppedWords));
  const over = new Promise<void>((done) => stop.signal.addEventListener('abort', () => done(), { once: true }));
  socket.on('error', () => undefined).once('close', abort);
  ending.addEventListener('abort', abort, { once: true });
  if (ending.aborted) abort();
  try {
    const request = await requestOf(socket, abort, over);
    if (request) await carryOut(socket, request, run, stop.signal, isFull);
    // What was written last is on its way; the other side closes when it has it.
    socket.end();
    if (!ending.aborted) await over;
  } finally {
    ending.removeEventListener('abort', abort);
    socket.destroySoon();
  }
}

const stoppedWords = 'Stopped. What was done so far is kept; run the command again to go on.';

/** The first frame; undefined when none comes. Later ones stop the command. */
function requestOf(socket: Socket, stop: () => void, over: Promise<void>): Promise<RunRequest | undefined> {
  const frames = new FrameReader();
  return new Promise((done) => {
    const take = ({ kind, body }: Frame): void => {
      if (kind === frameKinds.run) done(parseRunRequest(body));
      else if (kind === frameKinds.stop) stop();
    };
    socket.on('data', (piece) => {
      try {
        for (const frame of frames.take(piece)) take(frame);
      } catch (error) {
        // Somebody who does not speak this language.
        if (!faultOf(error)) throw error;
        socket.destroy();
      }
    });
    void over.then(() => done(undefined));
  });
}

async function carryOut(
  socket: Socket,
  { version, args, cwd, isTerminal }: RunRequest,
  run: (call: CommandCall) => Promise<ExitCode>,
  signal: AbortSignal,
  isFull: boolean,
): Promise<void> {
  const write =
    (kind: FrameKind) =>
    (text: string): void => {
      for (const frame of framesOf(kind, Buffer.from(text))) if (!socket.destroyed) socket.write(frame);
    };
  const sayUsage = write(frameKinds.stderr);
  const streams = [{ write: write(frameKinds.stdout) }, { isTTY: isTerminal, write: sayUsage }] as const;
  const output = openOutput(args.includes('--json'), ...streams);
  const toSocket = openBytes(socket, signal);
  const bytes = async (piece: Uint8Array): Promise<void> => {
    for (const frame of framesOf(frameKinds.stdout, piece)) await toSocket(frame);
  };
  const refusal = isFull ? tooMany() : version === floeVersion ? undefined : otherVersion(version);
  const code = refusal ? output.fail(refusal) : await run({ args, cwd, output, bytes, sayUsage, signal });
  if (!socket.destroyed) socket.write(jsonFrame(frameKinds.exit, { code }));
}

/** Written pieces are short, so that whoever puts frames together copies little. */
const pieceBytesMax = 2 ** 16;

function* framesOf(kind: FrameKind, bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytesMax)
    yield frameBytes(kind, bytes.subarray(at, at + pieceBytesMax));
}

const tooMany = (): Fault =>
  new Fault('home-busy', 'later', `${commandsMax} commands run with this home already. Try again when one has ended.`);

const otherVersion = (version: string): Fault =>
  new Fault(
    'home-busy',
    'after-user',
    `Floe ${floeVersion} runs with this home, and this command is of Floe ${version}. Stop the running one and start it again.`,
  );
