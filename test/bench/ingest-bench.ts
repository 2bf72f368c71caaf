/**
 * A folder to sealed packs on disk, synced, against a fresh `restic` repository on the same disk: whole processes in alternating runs, two threads
 * each, and the bytes that both store. Floe's real disk, catalog, pool and spool; nothing is sent anywhere.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { comparedLine, median, mib, type PrintLine, type Times } from '../../native-workers/bench/measure.ts';
import { bytesBelow, inRoom, writeRandomFiles } from './bench-room.ts';
import { isInstalled, runProcess } from './run-process.ts';

const rounds = 5;
const threads = 2;
const ingestProcess = join(import.meta.dirname, 'ingest-process.ts');

interface Contest {
  readonly name: string;
  readonly folder: string;
  readonly resticOptions: readonly string[];
}

interface IngestAnswer {
  readonly sealMs: number;
  readonly newBytes: number;
  readonly peakMib: number;
}

function contest(print: PrintLine, room: string, { name, folder, resticOptions }: Contest): void {
  const times: Times = { ours: [], theirs: [] };
  const answers: IngestAnswer[] = [];
  const stored: { ours: number; theirs: number } = { ours: 0, theirs: 0 };
  const repository = join(room, 'restic');
  const restic = { RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: join(room, 'cache'), GOMAXPROCS: String(threads) };
  const hasRestic = isInstalled('restic');
  const runOurs = (): void => {
    const home = join(room, 'home');
    const run = runProcess([process.execPath, ingestProcess, folder, home, String(threads), join(room, 'code')]);
    times.ours.push(run.time);
    answers.push(JSON.parse(run.output) as IngestAnswer);
    stored.ours = bytesBelow(join(home, 'spool'));
    rmSync(home, { recursive: true });
  };
  const runTheirs = (): void => {
    if (!hasRestic) return;
    mkdirSync(repository);
    runProcess(['restic', 'init', '--quiet', '--repo', repository], restic);
    times.theirs.push(
      runProcess(['restic', 'backup', '--quiet', '--repo', repository, ...resticOptions, folder], restic).time,
    );
    stored.theirs = bytesBelow(repository);
    rmSync(repository, { recursive: true });
  };
  for (let round = 0; round < rounds; round++) {
    for (const run of round % 2 === 0 ? [runOurs, runTheirs] : [runTheirs, runOurs]) run();
  }
  const peer = `restic ${resticOptions.join(' ')}`.trimEnd();
  const more = {
    bytes: answers[0]?.newBytes,
    sealMs: median(answers.map(({ sealMs }) => sealMs)),
    peakMib: median(answers.map(({ peakMib }) => peakMib)),
  };
  print({ ...comparedLine(`ingest ${name}`, peer, times), ...more });
  const ratio = stored.theirs / stored.ours;
  print({ name: `stored ${name}`, value: stored.ours, unit: 'bytes', peer, peerValue: stored.theirs, ratio });
}

/** `FLOE_BENCH_TREE`: a source tree; the installed packages of this checkout if not given. */
export async function benchIngest(print: PrintLine): Promise<void> {
  const tree = process.env['FLOE_BENCH_TREE'] ?? join(import.meta.dirname, '../../node_modules');
  await inRoom(async (room) => {
    const random = join(room, 'random');
    writeRandomFiles(random, 16, 64 * mib);
    contest(print, room, { name: '1 GiB random', folder: random, resticOptions: ['--compression', 'off'] });
    rmSync(random, { recursive: true });
    contest(print, room, { name: 'source tree', folder: tree, resticOptions: [] });
  });
}
