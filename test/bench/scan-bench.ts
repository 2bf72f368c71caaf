/** A pass over a folder in which nothing changed, in a running engine, against `find` looking at the same files: alternating, everything cached. */
import { join } from 'node:path';
import { comparedLine, timed, type PrintLine, type Times } from '../../native-workers/bench/measure.ts';
import { inRoom, writeSmallFiles } from './bench-room.ts';
import { openRealPorts } from './real-ports.ts';
import { runProcess } from './run-process.ts';

const files = 100_000;
const rounds = 5;
const threads = 2;

export async function benchScan(print: PrintLine): Promise<void> {
  await inRoom(async (room) => {
    const folder = join(room, 'folder');
    writeSmallFiles(folder, files);
    const ports = await openRealPorts(folder, join(room, 'home'), threads);
    try {
      await ports.seal();
      // The first pass after a change may still settle what files look like.
      await ports.seal();
      const times: Times = { ours: [], theirs: [] };
      for (let round = 0; round < rounds; round++) {
        const { round: sealed } = await timed(times.ours, () => ports.seal());
        if (sealed !== undefined) throw new Error('bench: something changed while nothing should');
        const find = ['sh', '-c', 'find "$1" -printf "%s %T@ %i\\n" >/dev/null', 'sh', folder];
        times.theirs.push(runProcess(find).time);
      }
      print(comparedLine(`scan ${files} unchanged files`, 'find -printf', times));
    } finally {
      await ports.close();
    }
  });
}
