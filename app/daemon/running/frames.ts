/**
 * Frames between a command and the Floe that carries it out, on a socket that only the owner of the home can open: four bytes of length (big-endian), one of
 * kind, then so many bytes. The command sends `run` once and `stop` at most once; it gets what is to be written, and at last `exit`.
 */
import { Fault } from '../../domain/fault.ts';
import { exitCodes, type ExitCode } from '../output.ts';

export const frameKinds = { run: 1, stop: 2, stdout: 17, stderr: 18, exit: 19 } as const;
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds];

/** More than any command line needs. */
export const frameBytesMax = 2 ** 20;
const headBytes = 5;

export interface Frame {
  readonly kind: FrameKind;
  readonly body: Uint8Array;
}

/** A command as it was typed. */
export interface RunRequest {
  readonly version: string;
  readonly args: readonly string[];
  /** Absolute: where relative paths of the command begin. */
  readonly cwd: string;
  /** Whether somebody sees progress on its standard error. */
  readonly isTerminal: boolean;
}

const kinds = new Map<number, FrameKind>(Object.values(frameKinds).map((kind) => [kind, kind]));

export function frameBytes(kind: FrameKind, body: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = Buffer.allocUnsafe(headBytes + body.length);
  bytes.writeUInt32BE(body.length, 0);
  bytes[4] = kind;
  bytes.set(body, headBytes);
  return bytes;
}

export const jsonFrame = (kind: FrameKind, value: object): Uint8Array =>
  frameBytes(kind, Buffer.from(JSON.stringify(value)));

/** Pieces in, whole frames out. Throws Fault 'bad-input' at a length or a kind that no frame has. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  take(piece: Uint8Array): readonly Frame[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(piece) : Buffer.concat([this.#rest, piece]);
    const frames: Frame[] = [];
    while (this.#rest.length >= headBytes) {
      const length = this.#rest.readUInt32BE(0);
      const kind = kinds.get(this.#rest[4] ?? 0);
      if (length > frameBytesMax || kind === undefined) throw broken();
      if (this.#rest.length < headBytes + length) break;
      frames.push({ kind, body: this.#rest.subarray(headBytes, headBytes + length) });
      this.#rest = this.#rest.subarray(headBytes + length);
    }
    return frames;
  }
}

export function parseRunRequest(body: Uint8Array): RunRequest {
  const { version, args, cwd, isTerminal } = parseObject(body);
  if (typeof version !== 'string' || typeof cwd !== 'string' || typeof isTerminal !== 'boolean') throw broken();
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === 'string')) throw broken();
  return { version, args, cwd, isTerminal };
}

const codes = new Map<unknown, ExitCode>(Object.values(exitCodes).map((code) => [code, code]));

export function parseExit(body: Uint8Array): ExitCode {
  const code = codes.get(parseObject(body)['code']);
  if (code === undefined) throw broken();
  return code;
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw broken();
}

const broken = (): Fault =>
  new Fault('bad-input', 'never', 'What came over the socket of the running Floe is no message of a Floe.');
