/**
 * A folder back from the network: `floe restore` as a whole process from an embedded network in another one, `restic restore` from a local repository, and
 * Floe again with a third of the nodes stopped. The content is the same and compared byte for byte; runs alternate. `FLOE_BENCH_MIB` says how much.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { controlNetwork, startEmbeddedNetwork } from '../../app/daemon/embedded-network.ts';
import { comparedLine, median, mib, type PrintLine, type Times } from '../../native-workers/bench/measure.ts';
import { inRoom, writeRandomFiles } from './bench-room.ts';
import { isInstalled, runProcess, type ProcessRun } from './run-process.ts';

const rounds = 3;
const threads = 2;
/** As many shards as the public networks have. */
const shards = 1000;
const nodes = 12;
const stopped = [0, 3, 6, 9];
const fileMib = 8;
const bin = join(import.meta.dirname, '../../app/daemon/bin.ts');

function mustBeEqual(a: string, b: string): void {
  // The mark of the space is not part of its content.
  const compared = spawnSync('diff', ['-rq', '-x', '.floe-space', a, b], { stdio: 'inherit' });
  if (compared.status !== 0) throw new Error('bench: restored files differ');
}

export async function benchRestore(print: PrintLine): Promise<void> {
  const size = Number(process.env['FLOE_BENCH_MIB'] ?? 2048);
  await inRoom(async (room) => {
    const folder = join(room, 'folder');
    writeRandomFiles(folder, Math.ceil(size / fileMib), fileMib * mib);
    const network = await startEmbeddedNetwork({ dir: join(room, 'network'), nodes, shards });
    const floe = (...args: readonly string[]): ProcessRun =>
      runProcess([process.execPath, '--max-semi-space-size=2', '--heap-growing-percent=20', bin, ...args], {
        FLOE_HOME: join(room, 'home'),
        FLOE_KEYCHAIN: 'off',
        FLOE_WORKERS: String(threads),
      });
    const restic = { RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: join(room, 'cache'), GOMAXPROCS: String(threads) };
    const repository = join(room, 'restic');
    const hasRestic = isInstalled('restic');
    const to = join(room, 'to');
    const times: Times = { ours: [], theirs: [] };
    const without: Times = { ours: [], theirs: times.ours };
    const restored = (run: () => ProcessRun, into: Times['ours'], at = to): void => {
      into.push(run().time);
      mustBeEqual(folder, at);
      rmSync(to, { recursive: true });
    };
    const all = async (action: 'stop' | 'start'): Promise<void> => {
      for (const node of stopped) {
        const act = (): Promise<void> => controlNetwork(network.door, `/nodes/${node}/${action}`);
        // While a process was waited for, nothing was heard of connections that the other side closed.
        await act().catch(act);
      }
    };
    try {
      floe('init', '--network', 'local', '--localnet', join(room, 'network'));
      floe('add', folder, '--name', 'space');
      floe('sync');
      if (hasRestic) {
        runProcess(['restic', 'init', '--quiet', '--repo', repository], restic);
        runProcess(['restic', 'backup', '--quiet', '--repo', repository, folder], restic);
      }
      for (let round = 0; round < rounds; round++) {
        restored(() => floe('restore', 'space', '--to', to), times.ours);
        await all('stop');
        restored(() => floe('restore', 'space', '--to', to), without.ours);
        await all('start');
        const target = ['--target', to, 'latest'];
        const theirs = () => runProcess(['restic', 'restore', '--quiet', '--repo', repository, ...target], restic);
        if (hasRestic) restored(theirs, times.theirs, join(to, folder));
      }
    } finally {
      await network.close();
    }
    const speed = size / (median(times.ours.map(({ wall }) => wall)) / 1000);
    print({ ...comparedLine(`restore ${size} MiB random`, 'restic restore', times), mibPerSecond: speed });
    print(comparedLine(`restore ${size} MiB without a third of the nodes`, 'with all nodes', without));
  });
}
