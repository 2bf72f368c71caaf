/** Bytes as text and numbers, the same in every host. Text that is not the named form is refused, never guessed at. */
import { Fault } from './fault.ts';

/** Every byte's two digits: ids are written by the hundred thousand. */
const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex without a prefix. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += hexPairs[byte] ?? '';
  return text;
}

/** Bytes of an even-length hex text, with or without `0x`. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits))
    throw new Fault('bad-input', 'never', 'That is not a hex text.');
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = 16 * hexDigit(digits.charCodeAt(2 * i)) + hexDigit(digits.charCodeAt(2 * i + 1));
  }
  return bytes;
}

/** The value of a character that is a hex digit: letters, of either case, lie nine past the digits in their lowest four bits. */
const hexDigit = (character: number): number => (character & 15) + (character >= 64 ? 9 : 0);

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** URL-safe base64 without padding (RFC 4648 section 5), the text form of Walrus blob ids. */
export function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = Math.min(4, bytes.length - i + 1);
    for (let d = 0; d < digits; d++) text += base64Digits.charAt((group >> (18 - 6 * d)) & 63);
  }
  return text;
}

/** Bytes of a URL-safe base64 text without padding; a text with stray bits is refused, so that each value has one text. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of text) {
    const value = base64Digits.indexOf(digit);
    if (value < 0) throw new Fault('bad-input', 'never', 'That is not a base64url text.');
    held = ((held << 6) | value) & 0x3fff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  if (text.length % 4 === 1 || (held & ((1 << bits) - 1)) !== 0) {
    throw new Fault('bad-input', 'never', 'That base64url text is cut short.');
  }
  return bytes;
}

/** Whether two byte strings are equal. Not constant time: for public values only. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Byte order of two names, as sorted listings use it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** One byte string made of several. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Gives a buffer's memory back now. The collector frees large buffers only when it happens to run, by which time several packs' worth can pile up.
 * Views of the buffer are empty from here on.
 * Shared memory cannot be taken from those who share it.
 */
export function releaseBuffer(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
