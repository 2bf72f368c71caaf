/**
 * Names on their way into an address and back, byte for byte. What comes from a client is taken apart as it was sent, without anybody's idea of
 * tidying up: a segment that is not the name of something below its folder is refused.
 */
import { Fault } from '../../domain/fault.ts';
import {
  displayName,
  nameBytesFromText,
  parsePathName,
  textFromNameBytes,
  type PathName,
} from '../../domain/path-name.ts';

/** RFC 3986 section 2.3: these stand for themselves. */
const unreserved = /[A-Za-z0-9._~-]/;
/** Longer addresses are of no file: paths end before. */
const addressCharactersMax = 32 * 1024;

export function segmentOf(name: string): string {
  let segment = '';
  for (const byte of nameBytesFromText(name)) {
    const letter = String.fromCharCode(byte);
    segment += unreserved.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return segment;
}

const refused = (): Fault => new Fault('not-found', 'never', 'There is nothing at this address.');

function nameOf(segment: string): PathName {
  const bytes: number[] = [];
  for (let at = 0; at < segment.length; at++) {
    const code = segment.charCodeAt(at);
    if (code === 0x25) {
      const digits = segment.slice(at + 1, at + 3);
      if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw refused();
      bytes.push(Number.parseInt(digits, 16));
      at += 2;
    } else if (code > 0x20 && code < 0x7f) bytes.push(code);
    else throw refused();
  }
  return parsePathName(textFromNameBytes(Uint8Array.from(bytes)));
}

/** The names of a request's path. A slash at the end does not count; empty names, `.` and `..` are refused, encoded or not. */
export function namesOfAddress(target: string): readonly PathName[] {
  if (target.length > addressCharactersMax || !target.startsWith('/') || /[?#]/.test(target)) throw refused();
  const inner = target.replace(/^\/|\/$/g, '');
  return inner === '' ? [] : inner.split('/').map(nameOf);
}

/** Text for XML 1.0, which has no way to write control characters. */
export function xmlText(text: string): string {
  return displayName(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** The last second of year 9999, ms since 1970. */
const latestMs = 253_402_300_799_000;

/** A time that can be written down, whatever a file claims. */
export const writableTime = (ms: number): Date => new Date(Math.min(Math.max(ms, 0), latestMs));
