/** A laptop with a real disk for folders that people move: what a pass reads is told, and a folder may lie on a disk of another nature. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDisk } from '../../app/adapters/disk/disk.ts';
import { openSpool } from '../../app/adapters/spool/spool.ts';
import { systemClock } from '../../app/adapters/time/time.ts';
import type { SpaceMode } from '../../app/domain/space.ts';
import type { MissingFolder, MovedSpace, SyncReport } from '../../app/engine/engine.ts';
import type { Disk } from '../../app/ports/disk.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

const never = new AbortController().signal;

/** A folder of this name lies on a disk that folds case and has no links, as far as Floe is told. */
export const otherDisk = 'of another nature';

export const files = { report: 'r'.repeat(50_000), 'box/one': 'first', 'box/two': 'second', three: '3', four: '4' };

/** A space in `old`, a folder in a folder of its own. */
interface Kept {
  readonly name: string;
  readonly at: string;
  readonly old: string;
}

export interface MovedRoom {
  readonly world: World;
  readonly laptop: Device;
  readonly place: string;
  /** Files whose content was asked for; cleared by whoever looks. */
  readonly read: string[];
  /** A new space that is certified, known file by file, and quiet. */
  kept(mode?: SpaceMode): Promise<Kept>;
  sync(name: string): Promise<SyncReport>;
  move(space: string, folder: string, isDry?: boolean): Promise<MovedSpace>;
  folderOf(name: string): Promise<string | undefined>;
  missing(name: string): Promise<MissingFolder | undefined>;
  close(): Promise<void>;
}

export async function openMovedRoom(seed: number): Promise<MovedRoom> {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'floe-moved-')));
  const disk = openDisk({ threads: 1 });
  const world = await openWorld({ seed, clock: systemClock() });
  const read: string[] = [];
  const told: Disk = {
    ...disk,
    async nature(root) {
      const usual = await disk.nature(root);
      if (!root.endsWith(otherDisk)) return usual;
      return { ...usual, foldsCase: true, hasWindowsNames: true, keepsModes: false, timeStepMs: 2_000 };
    },
    read(root, spans, signal, room) {
      read.push(...spans.map(({ path }) => path).filter((path) => !path.startsWith('.floe')));
      return disk.read(root, spans, signal, room);
    },
  };
  const laptop = await world.device('laptop', { disk: told, spool: await openSpool(join(place, 'spool')) });
  const { engine } = laptop;
  let count = 0;
  const room: MovedRoom = {
    world,
    laptop,
    place,
    read,
    async kept(mode = 'sync') {
      const name = `space-${++count}`;
      const at = join(place, name);
      const old = join(at, 'docs');
      await mkdir(join(old, 'box'), { recursive: true });
      for (const [path, text] of Object.entries(files)) await writeFile(join(old, path), text);
      await engine.addSpace({ folder: old, name, mode, leaseEpochs: undefined, space: undefined }, never);
      // What was written right before it was read is read once more.
      do {
        read.length = 0;
        await room.sync(name);
      } while (read.length > 0);
      laptop.requests.take();
      return { name, at, old };
    },
    async sync(name) {
      const [report] = await engine.sync(name, never);
      if (report === undefined) throw new Error('a pass of a space reports on it');
      return report;
    },
    move: (space, folder, isDry = false) => engine.moveSpace({ space, folder, isDry }, never),
    folderOf: async (name) => (await engine.spaces()).find((space) => space.name === name)?.folder,
    missing: async (name) => (await engine.missingFolders(never)).find((each) => each.name === name),
    async close() {
      await world.close();
      await disk.close();
      await rm(place, { recursive: true, force: true });
    },
  };
  return room;
}
