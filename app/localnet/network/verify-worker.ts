/** A node's heavy work on a worker thread: runs one task at a time with the native codec where it is built. */
import { doTask, type TakenSymbol, type Task } from '../nodes/nodes.ts';
import { bestRs2 } from './best-rs2.ts';

/** Named, not default: the pool is told the name. */
export function runTask(task: Task): boolean | Uint8Array | readonly TakenSymbol[] {
  return doTask(bestRs2(), task);
}
