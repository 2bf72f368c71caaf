/**
 * The name of a file that could not keep its own: `STEM (conflict, DEVICE, YYYY-MM-DD HH.MM).EXT`. The same on every device, at most 255 bytes, and
 * never a mark upon a mark. Device names are other people's text: what could hurt a file name is replaced.
 */
import { nameBytesFromText, nameBytesMax, parsePathName, type PathName } from '../../domain/path-name.ts';

/** Longer endings are part of the stem: nothing that names a format is longer. */
const endingBytesMax = 24;
/** Keeps room for the stem whatever a device calls itself. */
const deviceBytesMax = 48;
const mark = / \(conflict, [^()]*, \d{4}-\d{2}-\d{2} \d{2}\.\d{2}\)(?: \d+)?$/;
const ending = /(?:\.tar)?\.[^.\s]+$/;
/** What some system refuses in a name, and what would end our own brackets. */
const unfit = /[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|(),\s]+/gu;
/** Years 0 to 9999: what four digits can say. */
const earliestMs = -62_167_219_200_000n;
const latestMs = 253_402_300_799_999n;

function bytesOf(text: string): number {
  return nameBytesFromText(text).length;
}

/** As many whole characters as fit; an undecodable byte counts as one. */
function cutToBytes(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  let kept = '';
  let bytes = 0;
  for (const character of text) {
    bytes += bytesOf(character);
    if (bytes > bytesMax) break;
    kept += character;
  }
  return kept;
}

function minuteOf(mtimeNs: bigint): string {
  const ms = mtimeNs / 1_000_000n;
  const clamped = ms < earliestMs ? earliestMs : ms > latestMs ? latestMs : ms;
  const text = new Date(Number(clamped)).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 13)}.${text.slice(14, 16)}`;
}

/** `turn` counts from 1; from 2 on it is part of the name. */
export function conflictName(name: PathName, device: string, mtimeNs: bigint, turn: number): PathName {
  const found = ending.exec(name.slice(1))?.[0] ?? '';
  const last = bytesOf(found) > endingBytesMax ? '' : found;
  const stem = name.slice(0, name.length - last.length).replace(mark, '');
  const who = cutToBytes(device.replace(unfit, ' ').trim(), deviceBytesMax).trim() || 'device';
  const suffix = ` (conflict, ${who}, ${minuteOf(mtimeNs)})${turn > 1 ? ` ${turn}` : ''}${last}`;
  return parsePathName(cutToBytes(stem, nameBytesMax - bytesOf(suffix)).trimEnd() + suffix);
}
