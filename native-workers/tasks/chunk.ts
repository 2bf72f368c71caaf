/**
 * Cuts runs of file bytes into chunks and names them (docs/formats/chunk.md). A run that is not its file's last gives complete chunks
 * only: the bytes after the last cut come again at the start of the next run, so boundaries do not depend on how a file was read.
 */
import type { ChunkLimits } from '../../app/domain/chunk.ts';
import { chunkId, gearTable, hmacKey } from './chunk-keys.ts';
import { claimBuffer, copied } from './moved-bytes.ts';
import { badInput, checkSpan, stopIfCancelled, type Task } from './task.ts';

/** A run of file bytes in a buffer. `isLast`: the file ends here. */
export interface ChunkRun {
  readonly start: number;
  readonly bytes: number;
  readonly isLast: boolean;
}

export interface FoundChunk {
  /** 32 bytes as hex. */
  readonly id: string;
  readonly start: number;
  readonly bytes: number;
}

export interface ChunkInput {
  readonly buffer: ArrayBuffer;
  readonly runs: readonly ChunkRun[];
  readonly limits: ChunkLimits;
  readonly gearKey: Uint8Array;
  readonly idKey: Uint8Array;
}

export interface ChunkOutput {
  readonly buffer: ArrayBuffer;
  readonly runs: readonly (readonly FoundChunk[])[];
}

export function checkLimits({ min, normal, max }: ChunkLimits): void {
  const bits = Math.log2(normal);
  const isSound =
    Number.isInteger(bits) && bits >= 6 && bits <= 30 && Number.isInteger(min) && Number.isInteger(max) && min >= 1;
  if (!isSound || min > normal || normal > max || max > 2 ** 31 - 1) throw badInput('Those are not chunk limits.');
}

export const chunkTask: Task<ChunkInput, ChunkOutput> = {
  run({ buffer, runs, limits, gearKey, idKey }, context) {
    checkLimits(limits);
    for (const run of runs) checkSpan(run, buffer.byteLength, 'A run of file bytes');
    const table = gearTable(gearKey);
    const key = hmacKey(idKey, 'The id key');
    const findCuts = context.findCuts();
    const cutsOf = ({ start, bytes, isLast }: ChunkRun): readonly number[] => {
      // Most files are shorter than a chunk may be.
      if (bytes < limits.min) return isLast && bytes > 0 ? [bytes] : [];
      return findCuts(new Uint8Array(buffer, start, bytes), table, limits, isLast);
    };
    const found = runs.map((run) => {
      stopIfCancelled(context.isCancelled);
      let start = run.start;
      return cutsOf(run).map((cut) => {
        const bytes = run.start + cut - start;
        const chunk = { id: chunkId(key, new Uint8Array(buffer, start, bytes)), start, bytes };
        start += bytes;
        return chunk;
      });
    });
    return { buffer, runs: found };
  },
  claim: (input) => ({
    ...input,
    buffer: claimBuffer(input.buffer),
    gearKey: copied(input.gearKey),
    idKey: copied(input.idKey),
  }),
  inputBuffers: ({ buffer }) => [buffer],
  outputBuffers: ({ buffer }) => [buffer],
  peakBytes: ({ buffer }) => buffer.byteLength,
};
