/**
 * File names are bytes on Linux and text elsewhere. Inside Floe a name is text in which each byte that is not valid UTF-8 stands as the lone
 * surrogate U+DC80 + (byte - 0x80), so every name has exactly one text and comes back byte for byte. Stored forms always hold the bytes.
 */
import { Fault } from './fault.ts';

declare const nameBrand: unique symbol;
/** One path component that can exist on a disk: not empty, not `.` or `..`, without `/` and NUL, at most 255 bytes. */
export type PathName = string & { readonly [nameBrand]: true };

/** The name of a space's root folder in records: none. */
export const rootName = '' as PathName;

/** A path inside a space: names joined by `/`; the root is the empty text. */
export type SpacePath = string;

export const nameBytesMax = 255;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const escapeBase = 0xdc00;

/** Length of the valid UTF-8 sequence at `at`, or 0 (RFC 3629: shortest forms only, no surrogates, at most U+10FFFF). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || lead > 0xf4 || at + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return 0;
  if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return 0;
  return length;
}

/** Text of any name bytes; never fails. */
export function textFromNameBytes(bytes: Uint8Array): string {
  try {
    const text = strict.decode(bytes);
    if (encoder.encode(text).length === bytes.length) return text;
  } catch {
    // Not valid UTF-8: the slow path below keeps each byte.
  }
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length === 0) text += String.fromCharCode(escapeBase + (bytes[at++] ?? 0));
    else {
      text += strict.decode(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return text;
}

/** The bytes of a name or path text made by `textFromNameBytes`, or of ordinary text. */
export function nameBytesFromText(text: string): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return encoder.encode(text);
  const parts: number[] = [];
  for (const point of text) {
    const code = point.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(code - escapeBase);
    else parts.push(...encoder.encode(point));
  }
  return Uint8Array.from(parts);
}

/** A name from a disk, a listing or a peer. Refuses whatever could leave its folder or cannot exist. */
export function parsePathName(value: string | Uint8Array): PathName {
  const text = typeof value === 'string' ? value : textFromNameBytes(value);
  // A UTF-16 unit takes at most three bytes, so short names need not be encoded to be measured.
  const isLong = text.length * 3 > nameBytesMax && nameBytesFromText(text).length > nameBytesMax;
  const isUnsafe = text === '' || text === '.' || text === '..' || text.includes('/') || text.includes('\0');
  if (isUnsafe || isLong) {
    throw new Fault('name-unsafe', 'never', `The name ${displayName(text)} cannot be used for a file.`);
  }
  return text as PathName;
}

/** Names of a path inside a space; each is checked. The root has none. */
export function pathNames(path: SpacePath): readonly PathName[] {
  return path === '' ? [] : path.split('/').map((name) => parsePathName(name));
}

export function joinPath(folder: SpacePath, name: PathName): SpacePath {
  return folder === '' ? name : `${folder}/${name}`;
}

/** A name as people may see it: control characters, bidi overrides and undecodable bytes are escaped. */
export function displayName(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (mark) => {
    const code = mark.codePointAt(0) ?? 0;
    if (code === 0x200d || code === 0xfe0f) return mark;
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - escapeBase).toString(16)}`;
    return code === 0x0a ? '\\n' : code === 0x09 ? '\\t' : `\\u{${code.toString(16)}}`;
  });
}

/** The name under which a file or folder waits that had to make room for another. `node`: its identity, hex. */
export const asideName = (node: string): PathName => parsePathName(`set aside ${node}`);

/** Folder in a space's root where such things lie meanwhile, by identity; and the file that tells that a root is the space's own. */
export const parkedFolder = '.floe-parked';
export const markerName = '.floe-space';
