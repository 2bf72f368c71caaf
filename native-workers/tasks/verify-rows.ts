/**
 * Checks rows of a blob (systematic primary slivers) where they lie, in memory that all threads share: nothing is moved or copied. Many rows go in one
 * task, because a hash of a row takes less time than the way to a worker and back.
 */
import { sameBytes } from '../../app/domain/bytes.ts';
import { Fault } from '../../app/domain/fault.ts';
import { checkedCode } from './padded-blob.ts';
import { copied } from './moved-bytes.ts';
import { badInput, checkSpan, stopIfCancelled, type Task } from './task.ts';

export interface VerifyRowsInput {
  readonly shards: number;
  /** The blob's rows one after another. */
  readonly blob: SharedArrayBuffer;
  readonly rowBytes: number;
  readonly rows: readonly number[];
  /** 32 bytes for each of `rows`. */
  readonly expected: Uint8Array;
}

export const hashBytes = 32;

export const verifyRowsTask: Task<VerifyRowsInput, readonly boolean[]> = {
  run({ shards, blob, rowBytes, rows, expected }, { rs2, isCancelled }) {
    const code = checkedCode(shards, 0);
    if (expected.length !== hashBytes * rows.length) throw badInput('A sliver hash has 32 bytes.');
    if (rowBytes % code.columns !== 0) throw new Fault('codec-refused', 'never', 'No row has such a length.');
    return rows.map((row, i) => {
      stopIfCancelled(isCancelled);
      checkSpan({ start: row * rowBytes, bytes: rowBytes }, blob.byteLength, 'A row');
      const hash = rs2().sliverHash(code, 'primary', new Uint8Array(blob, row * rowBytes, rowBytes));
      return sameBytes(hash, expected.subarray(i * hashBytes, (i + 1) * hashBytes));
    });
  },
  claim: (input) => ({ ...input, expected: copied(input.expected) }),
  inputBuffers: () => [],
  outputBuffers: () => [],
  /** Only one row is expanded at a time; the blob is there anyway. */
  peakBytes: ({ rowBytes }) => 4 * rowBytes,
};
