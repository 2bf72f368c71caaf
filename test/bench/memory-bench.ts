/** Peak memory of a whole process that encodes packs at 1,000 shards on two workers, slivers resident, and what it keeps between packs. */
import { join } from 'node:path';
import { mib, sizeName, type PrintLine } from '../../native-workers/bench/measure.ts';
import { runProcess } from './run-process.ts';

const memoryProcess = join(import.meta.dirname, 'memory-process.ts');

interface MemoryAnswer {
  readonly peakMib: number;
  readonly restMib: number;
}

export async function benchMemory(print: PrintLine): Promise<void> {
  for (const bytes of [64 * mib, 256 * mib]) {
    const { output } = runProcess([process.execPath, memoryProcess, String(bytes), '2']);
    const { peakMib, restMib } = JSON.parse(output) as MemoryAnswer;
    print({ name: `peak memory, encode ${sizeName(bytes)}`, value: peakMib, unit: 'MiB', restMib });
  }
}
