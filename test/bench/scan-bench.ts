/**
 * A pass over a folder in which nothing changed, in a running engine, against `find` looking at the same files: alternating, everything cached. The
 * engine is a process that never did anything else, so that its peak memory is that of such passes. `FLOE_BENCH_FILES` says how many files.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { comparedLine, type PrintLine, type Times } from '../../native-workers/bench/measure.ts';
import { inRoom, writeSmallFiles } from './bench-room.ts';
import { runProcess } from './run-process.ts';
import type { ScanAnswer } from './scan-process.ts';

const usualFiles = [100_000, 1_000_000];
const rounds = 5;
const threads = 2;
const scanProcess = join(import.meta.dirname, 'scan-process.ts');
/** As people run it (package.json). */
const execArgv = ['--max-semi-space-size=2', '--heap-growing-percent=20'];

export async function benchScan(print: PrintLine): Promise<void> {
  const asked = process.env['FLOE_BENCH_FILES'];
  for (const files of asked === undefined ? usualFiles : [Number(asked)])
    await inRoom((room) => scanOf(files, room, print));
}

async function scanOf(files: number, room: string, print: PrintLine): Promise<void> {
  const folder = join(room, 'folder');
  writeSmallFiles(folder, files);
  const args = [folder, join(room, 'home'), String(threads)];
  const first = fork(scanProcess, args, { execArgv });
  while ((await pass(first)).isChanged) continue;
  await end(first);
  const ours = fork(scanProcess, args, { execArgv });
  // The first pass of a process reads the catalog from the disk.
  await pass(ours);
  const times: Times = { ours: [], theirs: [] };
  let peakMib = 0;
  for (let round = 0; round < rounds; round++) {
    const answer = await pass(ours);
    if (answer.isChanged) throw new Error('bench: something changed while nothing should');
    times.ours.push(answer.time);
    peakMib = answer.peakMib;
    const find = ['sh', '-c', 'find "$1" -printf "%s %T@ %i\\n" >/dev/null', 'sh', folder];
    times.theirs.push(runProcess(find).time);
  }
  await end(ours);
  print(comparedLine(`scan ${files} unchanged files`, 'find -printf', times));
  print({ name: `peak memory, scan ${files} unchanged files`, value: peakMib, unit: 'MiB' });
}

async function pass(engine: ChildProcess): Promise<ScanAnswer> {
  engine.send('pass');
  const [answer]: readonly unknown[] = await once(engine, 'message');
  return answer as ScanAnswer;
}

async function end(engine: ChildProcess): Promise<void> {
  const ended = once(engine, 'exit');
  engine.send('end');
  await ended;
}
