/**
 * The worker with a handle for tests: an input may say that its worker waits at a gate, or is lost in one way or another. Everything
 * else is done by the real worker. Nothing but tests starts it.
 */
import { existsSync, writeFileSync } from 'node:fs';
import type { TaskMessage } from './message.ts';
import { runTask as runRealTask } from './worker.ts';

export interface Ordeal {
  readonly kind: 'gate' | 'exit' | 'heap' | 'memory' | 'bug';
  /** [0]: times tried, [1]: not zero once the gate is open. */
  readonly cells: Int32Array;
  /** How many first tries suffer. */
  readonly times: number;
}

function suffer(ordeal: Ordeal, message: TaskMessage): unknown {
  const { kind, cells, times } = ordeal;
  const tried = Atomics.add(cells, 0, 1);
  Atomics.notify(cells, 0);
  if (tried >= times) return runRealTask(message);
  if (kind === 'exit') process.exit(3);
  if (kind === 'bug') return runRealTask({ ...message, name: 'nothing' as never });
  if (kind === 'heap') {
    const hoard: string[][] = [];
    for (;;) hoard.push(Array.from({ length: 1_000_000 }, (_, i) => `${i} ${hoard.length}`));
  }
  if (kind === 'memory') return withoutMemory(() => runRealTask(message));
  while (Atomics.load(cells, 1) === 0 && Atomics.load(message.cancelled, 0) === 0) Atomics.wait(cells, 1, 0, 5);
  return runRealTask(message);
}

/** Runs something while every new buffer fails as it does when the machine is full. */
function withoutMemory(work: () => unknown): unknown {
  const real = globalThis.Uint8Array;
  try {
    globalThis.Uint8Array = new Proxy(real, {
      construct() {
        throw new RangeError('Array buffer allocation failed');
      },
    });
    return work();
  } finally {
    globalThis.Uint8Array = real;
  }
}

/** A message 'lost once PATH': the worker is lost unless the file is there already. */
function isLostOnce(input: object): boolean {
  if (!('message' in input) || !(input.message instanceof Uint8Array)) return false;
  const [, path] = /^lost once (.*)$/.exec(Buffer.from(input.message).toString('latin1')) ?? [];
  if (path === undefined || existsSync(path)) return false;
  writeFileSync(path, '');
  return true;
}

export function runTask(message: TaskMessage): unknown {
  const input: object = message.input;
  if (isLostOnce(input)) process.exit(4);
  return 'ordeal' in input ? suffer(input.ordeal as Ordeal, message) : runRealTask(message);
}
