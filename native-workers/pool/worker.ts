/**
 * A worker of the pool: runs one task at a time, start to end, without awaiting anything (an idle worker sleeps in `Atomics.wait`, so what a
 * task would leave behind never goes on). A worker whose memory ran out hands its input back and ends; the pool tries once more elsewhere.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { Fault } from '../../app/domain/fault.ts';
import { tasks, type TaskName } from '../tasks/tasks.ts';
import type { Task, TaskContext } from '../tasks/task.ts';
import { isWasmTrap } from '../wasm/wasm.ts';
import { chooseCodec, type ChosenCodec } from './codec-choice.ts';
import { replyForError, type Reply, type TaskMessage, type WorkerSettings } from './message.ts';

function settings(): WorkerSettings {
  const given: unknown = workerData;
  return { codec: undefined, ...(given as Partial<WorkerSettings> | undefined) };
}

let chosen: ChosenCodec | undefined;

function codec(): ChosenCodec {
  chosen ??= chooseCodec(settings().codec);
  return chosen;
}

/** Errors after which this worker is not to be used again, but its input still is. */
function isOutOfMemory(error: unknown): boolean {
  if (isWasmTrap(error)) return true;
  return error instanceof RangeError && /allocation failed|Invalid array buffer length/i.test(error.message);
}

function moved(reply: Reply, buffers: readonly ArrayBuffer[]): unknown {
  return move({
    get [transferableSymbol]() {
      return buffers;
    },
    get [valueSymbol]() {
      return reply;
    },
  });
}

/** Hands the input back and ends this thread. Does not return. */
function giveUp(number: number, input: unknown, buffers: readonly ArrayBuffer[]): never {
  if (buffers.every((buffer) => !buffer.detached)) parentPort?.postMessage({ rescued: number, input }, [...buffers]);
  process.exit(outOfMemoryExitCode);
}

const outOfMemoryExitCode = 70;

/** After tasks of this many bytes, freed memory goes back to the system: small buffers of all threads lie scattered in the allocator's arenas. */
const giveBackBytes = 32 * 1024 * 1024;
let handledBytes = 0;

function giveBackAfter(bytes: number): void {
  handledBytes += bytes;
  if (handledBytes < giveBackBytes) return;
  handledBytes = 0;
  codec().giveBack();
}

export function runTask(message: TaskMessage): unknown {
  const { name, number, input, cancelled } = message;
  const task: Task<unknown, unknown> = tasks[name satisfies TaskName];
  const context: TaskContext = {
    rs2: () => codec().rs2,
    findCuts: () => codec().findCuts,
    sealing: () => codec().sealing,
    parts() {
      const { parts } = codec();
      if (parts === undefined) throw new Fault('codec-refused', 'never', 'Only the native codec shares an encode.');
      return parts;
    },
    isCancelled: () => Atomics.load(cancelled, 0) !== 0,
  };
  try {
    const bytes = task.peakBytes(input);
    const output = task.run(input, context);
    giveBackAfter(bytes);
    return moved({ kind: 'done', output } as Reply, task.outputBuffers(output));
  } catch (error) {
    if (isOutOfMemory(error)) giveUp(number, input, task.inputBuffers(input));
    return replyForError(error);
  }
}
