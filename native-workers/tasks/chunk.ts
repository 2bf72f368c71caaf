/**
 * Cuts runs of file bytes into chunks and names them (docs/formats/chunk.md). A run that is not its file's last gives complete chunks
 * only: the bytes after the last cut come again at the start of the next run, so boundaries do not depend on how a file was read.
 */
import type { ChunkLimits } from '../../app/domain/chunk.ts';
import type { Sealing } from '../codec/codec.ts';
import { chunkId, gearTable, hmacKey, idBytes } from './chunk-keys.ts';
import { claimBuffer, copied, movable } from './moved-bytes.ts';
import { badInput, checkKey, checkSpan, stopIfCancelled, type Task, type TaskContext } from './task.ts';

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
  readonly buffer: ArrayBufferLike;
  readonly runs: readonly ChunkRun[];
  readonly limits: ChunkLimits;
  readonly gearKey: Uint8Array;
  readonly idKey: Uint8Array;
}

export interface ChunkOutput {
  readonly buffer: ArrayBufferLike;
  readonly runs: readonly (readonly FoundChunk[])[];
}

export function checkLimits({ min, normal, max }: ChunkLimits): void {
  const bits = Math.log2(normal);
  const isSound =
    Number.isInteger(bits) && bits >= 6 && bits <= 30 && Number.isInteger(min) && Number.isInteger(max) && min >= 1;
  if (!isSound || min > normal || normal > max || max > 2 ** 31 - 1) throw badInput('Those are not chunk limits.');
}

function namedBy(
  sealing: Sealing,
  { buffer, runs, limits, idKey }: ChunkInput,
  table: BigUint64Array,
  { isCancelled }: TaskContext,
): FoundChunk[][] {
  checkKey(idKey, 'The id key');
  const numbers = Uint32Array.from(runs.flatMap(({ start, bytes, isLast }) => [start, bytes, isLast ? 1 : 0]));
  const named = sealing.name(new Uint8Array(buffer), numbers, table, limits, idKey, isCancelled);
  let at = 0;
  return runs.map((run, i) => {
    let start = run.start;
    return Array.from({ length: named.counts[i] ?? 0 }, () => {
      const bytes = run.start + (named.cuts[at] ?? 0) - start;
      const chunk = { id: named.ids.toString('hex', at * idBytes, (at + 1) * idBytes), start, bytes };
      start += bytes;
      at++;
      return chunk;
    });
  });
}

export const chunkTask: Task<ChunkInput, ChunkOutput> = {
  run({ buffer, runs, limits, gearKey, idKey }, context) {
    checkLimits(limits);
    for (const run of runs) checkSpan(run, buffer.byteLength, 'A run of file bytes');
    const table = gearTable(gearKey);
    const sealing = context.sealing();
    if (sealing) return { buffer, runs: namedBy(sealing, { buffer, runs, limits, gearKey, idKey }, table, context) };
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
  inputBuffers: ({ buffer }) => movable(buffer),
  outputBuffers: ({ buffer }) => movable(buffer),
  peakBytes: ({ buffer }) => buffer.byteLength,
};
