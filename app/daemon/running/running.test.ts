import { once } from 'node:events';
import { lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { faultOf } from '../../domain/fault.ts';
import { exitCodes } from '../output.ts';
import { floeVersion } from '../version.ts';
import { FrameReader, frameBytes, frameBytesMax, frameKinds } from './frames.ts';
import { handOver, serveCommands, type CommandCall, type CommandService } from './running.ts';

let home: string;
let service: CommandService | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'floe-running-'));
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  rmSync(home, { recursive: true, force: true });
});

const serve = async (run: (call: CommandCall) => Promise<number>): Promise<void> => {
  service = await serveCommands(home, run as Parameters<typeof serveCommands>[1]);
};

interface Typed {
  readonly code: Promise<number | undefined>;
  readonly said: { stdout: Buffer; stderr: string };
  readonly stop: () => void;
}

function type(args: readonly string[], { version = floeVersion, isTerminal = false, slowness = 0 } = {}): Typed {
  const said = { stdout: Buffer.alloc(0), stderr: '' };
  const pieces: Buffer[] = [];
  const stdout = new Writable({
    highWaterMark: 4_096,
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      said.stdout = slowness > 0 ? said.stdout : Buffer.concat(pieces);
      if (slowness > 0) setImmediate(done);
      else done();
    },
    final(done) {
      said.stdout = Buffer.concat(pieces);
      done();
    },
  });
  const stderr = new Writable({
    write(piece: Buffer, _encoding, done) {
      said.stderr += piece.toString();
      done();
    },
  });
  const stop = new AbortController();
  const request = { version, args, cwd: '/somewhere', isTerminal };
  const code = handOver({ home, request, stdout, stderr, signal: stop.signal }).then(async (value) => {
    stdout.end();
    await once(stdout, 'finish');
    return value;
  });
  return { code, said, stop: () => stop.abort() };
}

test('without a running Floe nobody takes a command, also where a killed one left its socket', async () => {
  expect(await type(['status']).code).toBeUndefined();
  const child = await import('node:child_process');
  const path = join(home, 'commands.sock');
  const words = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  child.spawnSync(process.execPath, ['-e', words]);
  expect(lstatSync(path).isSocket()).toBe(true);
  expect(await type(['status']).code).toBeUndefined();
  await serve(() => Promise.resolve(exitCodes.done));
  expect(await type(['status']).code).toBe(exitCodes.done);
});

test('a command is carried out with its words and its folder, and says what it says on the streams of its terminal', async () => {
  await serve(async ({ args, cwd, output, sayUsage }) => {
    output.say(`${args.join('|')} in ${cwd}`);
    output.progress('half');
    output.warn('careful');
    sayUsage('usage\n');
    return Promise.resolve(exitCodes.partly);
  });
  const typed = type(['ls', 'Photos', 'ä\n b'], { isTerminal: true });
  expect(await typed.code).toBe(exitCodes.partly);
  expect(typed.said.stdout.toString()).toBe('ls|Photos|ä\n b in /somewhere\n');
  expect(typed.said.stderr).toContain('half');
  expect(typed.said.stderr).toContain('careful\nusage\n');
  const script = type(['ls', '--json']);
  await script.code;
  expect(script.said).toEqual({ stdout: Buffer.alloc(0), stderr: 'careful\nusage\n' });
  expect(lstatSync(join(home, 'commands.sock')).mode & 0o777).toBe(0o600);
});

test('bytes come whole and in order to a reader that is slow', async () => {
  const content = Buffer.alloc(
    5_000_000,
    Uint8Array.from({ length: 251 }, (_, i) => i),
  );
  await serve(async ({ bytes }) => {
    for (let at = 0; at < content.length; at += 1_300_000) await bytes(content.subarray(at, at + 1_300_000));
    return exitCodes.done;
  });
  const typed = type(['cat'], { slowness: 1 });
  expect(await typed.code).toBe(exitCodes.done);
  expect(typed.said.stdout.equals(content)).toBe(true);
});

const untilStopped = ({ signal, output }: CommandCall): Promise<number> =>
  new Promise((done) => signal.addEventListener('abort', () => done(output.fail(signal.reason)), { once: true }));

test('stopped in its terminal it is stopped here, and tells how it ended', async () => {
  let began = (): void => undefined;
  const begun = new Promise<void>((done) => (began = done));
  await serve((call) => {
    began();
    return untilStopped(call);
  });
  const typed = type(['restore']);
  await begun;
  typed.stop();
  expect(await typed.code).toBe(exitCodes.failed);
  expect(typed.said.stderr).toContain('Stopped.');
});

test('a terminal that is gone stops its command; a Floe that ends stops all and waits for them', async () => {
  const ends: string[] = [];
  let began: (() => void)[] = [];
  await serve(async (call) => {
    began.pop()?.();
    const code = await untilStopped(call);
    ends.push(call.args[0] ?? '');
    return code;
  });
  const starting = (args: readonly string[]): Promise<Typed> =>
    new Promise((done) => {
      began = [() => done(typed)];
      const typed = type(args);
    });
  const gone = connect(join(home, 'commands.sock'));
  const request = { version: floeVersion, args: ['gone'], cwd: '/', isTerminal: false };
  await new Promise<void>((done) => {
    began = [done];
    gone.write(frameBytes(frameKinds.run, Buffer.from(JSON.stringify(request))));
  });
  gone.destroy();
  const [one, two] = [await starting(['one']), await starting(['two'])];
  await service?.close();
  service = undefined;
  expect(ends.toSorted()).toEqual(['gone', 'one', 'two']);
  const results = await Promise.allSettled([one.code, two.code]);
  for (const result of results)
    if (result.status === 'rejected') expect(faultOf(result.reason)?.code).toBe('cancelled');
    else expect(result.value).toBe(exitCodes.failed);
});

test('a command of another version is refused with what to do', async () => {
  await serve(() => Promise.resolve(exitCodes.done));
  const typed = type(['status'], { version: '0.0.0-other' });
  expect(await typed.code).toBe(exitCodes.busy);
  expect(typed.said.stderr).toContain('0.0.0-other');
});

test('a second Floe for the same home is refused', async () => {
  await serve(() => Promise.resolve(exitCodes.done));
  await expect(serveCommands(home, () => Promise.resolve(exitCodes.done))).rejects.toMatchObject({ code: 'home-busy' });
});

test('whoever sends something else than frames is cut off, and nothing runs', async () => {
  let runs = 0;
  await serve(() => Promise.resolve((runs++, exitCodes.done)));
  const json = (value: unknown): Uint8Array => frameBytes(frameKinds.run, Buffer.from(JSON.stringify(value)));
  const hostile = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.alloc(64, 255),
    frameBytes(frameKinds.run, Buffer.from('{')),
    json([]),
    json({ version: floeVersion, args: [1], cwd: '/', isTerminal: false }),
    json({ version: floeVersion, args: 'status', cwd: '/', isTerminal: false }),
  ];
  for (const bytes of hostile) {
    const socket = connect(join(home, 'commands.sock')).on('error', () => undefined);
    socket.write(bytes);
    await once(socket.resume(), 'close');
  }
  expect(runs).toBe(0);
});

test('frames come out as they went in, however the pieces fall', () => {
  const bodies = [Buffer.alloc(0), Buffer.from('x'), Buffer.alloc(70_000, 7), Buffer.alloc(frameBytesMax, 9)];
  const stream = Buffer.concat(bodies.map((body) => frameBytes(frameKinds.stdout, body)));
  for (const size of [1_000, 65_536, stream.length]) {
    const reader = new FrameReader();
    const got: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size)
      got.push(...reader.take(stream.subarray(at, at + size)).map(({ body }) => body));
    expect(got.map((body) => Buffer.from(body).equals(bodies[got.indexOf(body)] ?? Buffer.of(1)))).toEqual(
      bodies.map(() => true),
    );
  }
});

test('a home whose path is too long for a socket serves none, and its commands open it themselves', async () => {
  const long = join(home, 'x'.repeat(120));
  expect(await serveCommands(long, () => Promise.resolve(exitCodes.done))).toBeUndefined();
  const sink = new Writable({ write: (_piece, _encoding, done) => done() });
  const request = { version: floeVersion, args: [], cwd: '/', isTerminal: false };
  const { signal } = new AbortController();
  expect(await handOver({ home: long, request, stdout: sink, stderr: sink, signal })).toBeUndefined();
});

test('a reader that reads no more does not keep Floe from ending', async () => {
  await serve(async ({ bytes, output }) => {
    try {
      for (;;) await bytes(Buffer.alloc(1_000_000));
    } catch (error) {
      return output.fail(error);
    }
  });
  const left = connect(join(home, 'commands.sock')).on('error', () => undefined);
  const request = { version: floeVersion, args: ['cat'], cwd: '/', isTerminal: false };
  left.write(frameBytes(frameKinds.run, Buffer.from(JSON.stringify(request))));
  await once(left, 'readable');
  left.pause();
  const before = performance.now();
  await service?.close();
  expect(performance.now() - before).toBeLessThan(10_000);
  left.destroy();
});
