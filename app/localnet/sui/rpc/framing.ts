/**
 * gRPC-web frames over HTTP/1.1, binary and base64 text (sui-surface section 1.1). A request is exactly one data frame; an answer is data
 * frames and one trailer frame.
 */
import { Refusal, invalid } from '../ledger/refusal.ts';
import type { Status } from './status.ts';

export type Format = 'binary' | 'text';

/** Largest request: a transaction has 128 KiB, so that a megabyte holds any signature list and read mask around it. */
export const requestBytesMax = 1_048_576;
/** The same request as base64 text. */
export const requestBodyMax = Math.ceil(requestBytesMax / 3) * 4 + 1_024;

const dataFlag = 0x00;
const trailerFlag = 0x80;
const headBytes = 5;

const formats: Readonly<Record<string, Format>> = {
  'application/grpc-web': 'binary',
  'application/grpc-web+proto': 'binary',
  'application/grpc-web-text': 'text',
  'application/grpc-web-text+proto': 'text',
};

export function formatOf(contentType: string | null | undefined): Format | undefined {
  return formats[(contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''];
}

/** Clients insist on these exact texts: a charset behind one of them is an error to them. */
export const contentTypeOf = (format: Format): string =>
  format === 'text' ? 'application/grpc-web-text+proto' : 'application/grpc-web+proto';

/** The one message of a request body. */
export function readRequest(body: Uint8Array, format: Format): Uint8Array {
  const bytes = format === 'text' ? fromBase64Text(body) : body;
  if (bytes.length < headBytes) throw invalid('malformed request: the frame is cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flag = view.getUint8(0);
  const length = view.getUint32(1);
  if (flag === 0x01) throw new Refusal('UNIMPLEMENTED', 'compressed messages are not supported');
  if (flag !== dataFlag) throw invalid('malformed request: the first frame is not a data frame');
  if (length > requestBytesMax) throw new Refusal('RESOURCE_EXHAUSTED', 'the message is too large');
  if (bytes.length < headBytes + length) throw invalid('malformed request: the frame is cut short');
  if (bytes.length > headBytes + length) throw invalid('malformed request: bytes follow the message');
  return bytes.subarray(headBytes, headBytes + length);
}

function fromBase64Text(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  if (!/^(?:[A-Za-z0-9+/]{2,4}={0,2})*$/.test(text) || text.length % 4 !== 0) {
    throw invalid('malformed request: the body is not base64');
  }
  // A client may end each of its chunks with padding of its own.
  const parts = text.match(/[^=]+={0,2}/g) ?? [];
  return Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
}

function frame(flag: number, payload: Uint8Array, format: Format): Uint8Array {
  const bytes = Buffer.alloc(headBytes + payload.length);
  bytes.writeUInt8(flag, 0);
  bytes.writeUInt32BE(payload.length, 1);
  bytes.set(payload, headBytes);
  return format === 'text' ? Buffer.from(bytes.toString('base64'), 'latin1') : bytes;
}

export function dataFrame(message: Uint8Array, format: Format): Uint8Array {
  return frame(dataFlag, message, format);
}

export function trailerFrame({ code, message }: Status, format: Format): Uint8Array {
  const note = message === '' ? '' : `grpc-message:${encodeURIComponent(message)}\r\n`;
  return frame(trailerFlag, Buffer.from(`grpc-status:${code}\r\n${note}`, 'latin1'), format);
}
