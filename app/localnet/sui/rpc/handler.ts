/**
 * One gRPC-web call, without saying how bytes travel: both doors hand a request here and send on what comes back. Whatever goes wrong ends
 * as a status in the trailer; a defect is reported to the door and shows to the client as INTERNAL.
 */
import { contentTypeOf, dataFrame, formatOf, readRequest, trailerFrame } from './framing.ts';
import type { Format } from './framing.ts';
import type { Methods } from './methods.ts';
import type { Method } from './service.ts';
import { statusNumbers, statusOf } from './status.ts';
import { invalid } from '../ledger/refusal.ts';

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface Call {
  readonly path: string;
  readonly contentType: string | null | undefined;
  readonly body: Uint8Array;
  /** Aborted when the caller goes; streams end with it. */
  readonly signal: AbortSignal;
}

/** Hears of defects; a client's mistakes are not among them. */
export type OnDefect = (error: unknown) => void;

export function answer(methods: Methods, call: Call, onDefect: OnDefect): Answer {
  const format = formatOf(call.contentType);
  if (!format) return { status: 415, contentType: 'text/plain', chunks: once(Buffer.from('gRPC-web is spoken here')) };
  return { status: 200, contentType: contentTypeOf(format), chunks: run(methods, call, format, onDefect) };
}

async function* run(methods: Methods, call: Call, format: Format, onDefect: OnDefect): AsyncGenerator<Uint8Array> {
  try {
    const method = methods.get(call.path);
    if (!method) {
      yield trailerFrame({ code: statusNumbers.UNIMPLEMENTED, message: `${call.path} is not imitated here` }, format);
      return;
    }
    const request = readMessage(method, readRequest(call.body, format));
    if (method.call.kind === 'unary') {
      yield dataFrame(method.write((await method.call.run(request)) as never), format);
    } else {
      for await (const message of method.call.run(request, call.signal))
        yield dataFrame(method.write(message as never), format);
    }
    yield trailerFrame({ code: statusNumbers.OK, message: '' }, format);
  } catch (error) {
    const status = statusOf(error);
    if (status.code === statusNumbers.INTERNAL) onDefect(error);
    yield trailerFrame(status, format);
  }
}

function readMessage(method: Method, bytes: Uint8Array): never {
  try {
    return method.read(bytes) as never;
  } catch (cause) {
    throw invalid('malformed request: the message cannot be decoded', cause);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
