/**
 * A folder back from the network: Floe from an embedded network in the same process with its real disk and workers, `restic restore` from a local
 * repository. The content is the same and compared byte for byte; runs alternate.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDisk } from '../../app/adapters/disk/disk.ts';
import { openPool } from '../../app/adapters/pool/pool.ts';
import { openSpool } from '../../app/adapters/spool/spool.ts';
import { systemClock } from '../../app/adapters/time/time.ts';
import { comparedLine, mib, timed, type PrintLine, type Times } from '../../native-workers/bench/measure.ts';
import { openWorld } from '../world/world.ts';
import { inRoom, writeRandomFiles } from './bench-room.ts';
import { isInstalled, runProcess } from './run-process.ts';

const rounds = 3;
const threads = 2;
const shards = 1000;
const nodes = 10;

function mustBeEqual(a: string, b: string): void {
  if (spawnSync('diff', ['-rq', a, b], { stdio: 'inherit' }).status !== 0)
    throw new Error('bench: restored files differ');
}

export async function benchRestore(print: PrintLine): Promise<void> {
  await inRoom(async (room) => {
    const folder = join(room, 'folder');
    writeRandomFiles(folder, 32, 8 * mib);
    const disk = openDisk({ threads });
    const pool = openPool({ threads });
    const world = await openWorld({ seed: 1, clock: systemClock(), shards, nodes });
    const restic = { RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: join(room, 'cache'), GOMAXPROCS: String(threads) };
    const repository = join(room, 'restic');
    const hasRestic = isInstalled('restic');
    const times: Times = { ours: [], theirs: [] };
    const to = join(room, 'to');
    try {
      const spool = await openSpool(join(room, 'spool'));
      const device = await world.device('bench', { disk, spool, pool: () => pool });
      await device.protect(folder);
      await device.sync();
      if (hasRestic) {
        runProcess(['restic', 'init', '--quiet', '--repo', repository], restic);
        runProcess(['restic', 'backup', '--quiet', '--repo', repository, folder], restic);
      }
      const request = { space: 'folder', to, paths: [], at: undefined, overwrite: 'never' } as const;
      for (let round = 0; round < rounds; round++) {
        mkdirSync(to);
        await timed(times.ours, () => device.engine.restore(request, new AbortController().signal));
        mustBeEqual(folder, to);
        rmSync(to, { recursive: true });
        if (!hasRestic) continue;
        const target = ['--target', to, 'latest'];
        times.theirs.push(runProcess(['restic', 'restore', '--quiet', '--repo', repository, ...target], restic).time);
        rmSync(to, { recursive: true });
      }
    } finally {
      await world.close();
      await Promise.all([disk.close(), pool.close()]);
    }
    print(comparedLine('restore 256 MiB random', 'restic restore', times));
  });
}
