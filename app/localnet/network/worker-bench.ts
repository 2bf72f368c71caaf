/**
 * The nodes' heavy work on a pool of worker threads, so that sockets are answered while slivers are hashed. Tasks wait in the pool's
 * queue; the bytes they hold are bounded by the servers' byte budget. A worker that dies fails its task with a `Fault` 'worker-lost'.
 */
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { Fault } from '../../domain/fault.ts';
import type { TakenSymbol, Task, Workbench } from '../nodes/nodes.ts';

/** Two clients' worth of checking at most: an embedded network shares its machine with the engine. */
const threadsMax = 4;
/** Far more than the byte budget lets in; a longer line is a bug. */
const queueMax = 65_536;

interface WorkerBench extends Workbench {
  close(): Promise<void>;
}

export function createWorkerBench(): WorkerBench {
  const pool = new Piscina({
    filename: new URL('./verify-worker.ts', import.meta.url).href,
    name: 'runTask',
    minThreads: 1,
    maxThreads: Math.max(1, Math.min(threadsMax, availableParallelism())),
    maxQueue: queueMax,
    idleTimeout: 60_000,
  });
  const run = async (task: Task, transferList: readonly ArrayBuffer[] = []): Promise<unknown> => {
    try {
      return await pool.run(task, { transferList: [...transferList] });
    } catch (error) {
      throw new Fault('worker-lost', 'later', 'A worker of the embedded network failed.', error);
    }
  };
  return {
    checkMetadata: async (task) => (await run(task)) === true,
    checkSliver: async (task) => {
      // The worker writes the file by itself, so the bytes can move there; small slivers are copied and come back to the books.
      const moves = task.path !== undefined && task.body.byteLength === task.body.buffer.byteLength;
      return (await run(task, moves ? [task.body.buffer] : [])) === true;
    },
    takeSymbols: async (task) => (await run(task)) as readonly TakenSymbol[],
    recover: async (task) => (await run(task)) as Uint8Array,
    sign: async (task) => (await run(task)) as Uint8Array,
    verify: async (task) => (await run(task)) === true,
    close: () => pool.destroy(),
  };
}
