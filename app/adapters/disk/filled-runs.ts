/**
 * The parts of some bytes that need room on a disk: long runs of zeros are left out, and the file has holes there. Only for files that are new, where
 * what is not written reads as zeros.
 */
import { Buffer } from 'node:buffer';

/** File systems keep holes in blocks of this size or larger; finer ones would save nothing. */
const blockBytes = 4096;
const zeros = Buffer.alloc(blockBytes);

/** Stretches to write, in order. `at`: where the bytes lie in the file; blocks are those of the file. */
export function* filledRuns(
  bytes: Uint8Array,
  at: number,
): Generator<{ readonly start: number; readonly end: number }> {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // Most blocks show at their ends that they are none.
  const isHole = (start: number, end: number): boolean =>
    end - start === blockBytes &&
    whole[start] === 0 &&
    whole[end - 1] === 0 &&
    whole.compare(zeros, 0, blockBytes, start, end) === 0;
  let filledFrom: number | undefined;
  for (let start = 0; start < whole.length;) {
    const end = Math.min(whole.length, start + blockBytes - ((at + start) % blockBytes));
    if (!isHole(start, end)) filledFrom ??= start;
    else if (filledFrom !== undefined) {
      yield { start: filledFrom, end: start };
      filledFrom = undefined;
    }
    start = end;
  }
  if (filledFrom !== undefined) yield { start: filledFrom, end: whole.length };
}
