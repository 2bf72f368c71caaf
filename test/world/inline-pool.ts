/**
 * The worker pool without workers: every task runs at once, on this thread, on memory that was moved away from the caller just as it would
 * be on the way to a worker.
 */
import { aggregateSignaturesTask } from '../../native-workers/tasks/aggregate-signatures.ts';
import { chunkTask } from '../../native-workers/tasks/chunk.ts';
import { encodeTask } from '../../native-workers/tasks/encode.ts';
import { openTask } from '../../native-workers/tasks/open.ts';
import { rebuildRowsTask } from '../../native-workers/tasks/rebuild-rows.ts';
import { recoverSliverTask } from '../../native-workers/tasks/recover-sliver.ts';
import { sealTask } from '../../native-workers/tasks/seal.ts';
import type { Task, TaskContext } from '../../native-workers/tasks/task.ts';
import { verifySignaturesTask } from '../../native-workers/tasks/verify-signatures.ts';
import { verifyRowsTask } from '../../native-workers/tasks/verify-rows.ts';
import { verifySliverTask } from '../../native-workers/tasks/verify-sliver.ts';
import { findCuts } from '../../native-workers/codec/gear.ts';
import { loadNative } from '../../native-workers/codec/codec.ts';
import { portableRs2 } from '../../native-workers/portable/portable.ts';
import { BufferShelf, ownBuffers } from '../../app/domain/buffer-shelf.ts';
import { batchBufferBytes, buffersKeptMax } from '../../app/domain/limits.ts';
import type { Pool, TaskOptions } from '../../app/ports/pool.ts';

export function openInlinePool(packBytesMax = 16 * 1024 * 1024): Pool {
  const native = loadNative();
  const rs2 = native ?? portableRs2;

  const run = async <Input, Output>(task: Task<Input, Output>, input: Input, options: TaskOptions): Promise<Output> => {
    options.signal.throwIfAborted();
    const context: TaskContext = {
      rs2: () => rs2,
      findCuts: () => native?.findCuts ?? findCuts,
      parts: () => {
        throw new Error('nothing is shared between the workers of a pool without workers');
      },
      sealing: () => native?.sealing,
      isCancelled: () => options.signal.aborted,
    };
    const claimed = task.claim(input);
    // A real pool never answers in the same turn.
    await Promise.resolve();
    return task.run(claimed, context);
  };
  return {
    codec: rs2.engine,
    packBytesMax,
    buffers: new BufferShelf(batchBufferBytes, buffersKeptMax, ownBuffers),
    chunk: (task, options) => run(chunkTask, task, options),
    seal: (task, options) => run(sealTask, task, options),
    open: (task, options) => run(openTask, task, options),
    async encode(shards, blobBytes, fill, options) {
      const bytes = new Uint8Array(blobBytes);
      await fill(bytes);
      const encoded = await run(encodeTask, { shards, blob: bytes.buffer, blobBytes }, options);
      return { ...encoded, release: () => {} };
    },
    rebuildRows: async (task, options) => void (await run(rebuildRowsTask, task, options)),
    recoverSliver: (task, options) => run(recoverSliverTask, task, options),
    verifyRows: (task, options) => run(verifyRowsTask, task, options),
    verifySliver: (shards, sliver, expected, options) => run(verifySliverTask, { shards, sliver, expected }, options),
    aggregateSignatures: (signatures, options) => run(aggregateSignaturesTask, { signatures }, options),
    verifySignatures: (message, signed, options) => run(verifySignaturesTask, { message, signed }, options),
    close: () => Promise.resolve(),
  };
}
