/**
 * A device's disk as a simulation needs it: what was not synced is lost when the power goes, and whatever the engine writes over or removes is told, so
 * that it can be asked whether that was stored.
 */
import type { Clock, Dice } from '../../app/domain/clock.ts';
import type { FileStat, PlacedFile } from '../../app/ports/disk.ts';
import { openMemoryDisk, type MemoryDisk } from '../world/memory-disk.ts';
import type { Inode } from '../world/memory-tree.ts';

export interface SimDisk {
  readonly disk: MemoryDisk;
  /** Files that were placed and not synced come back empty. */
  losePower(): void;
}

const isStat = (value: unknown): value is FileStat => typeof value === 'object' && value !== null && 'inode' in value;
const isOwn = (path: string): boolean => path.split('/').some((name) => name.startsWith('.floe-'));

export function openSimDisk(clock: Clock, dice: Dice, onDisplaced: (text: string) => void): SimDisk {
  const disk = openMemoryDisk(clock, dice);
  const { tree } = disk;
  const unsynced = new Set<Inode>();
  const textAt = (path: string): string | undefined => {
    if (isOwn(path)) return undefined;
    const found = tree.find(path);
    if (found?.kind === 'symlink') return found.target;
    return found?.kind === 'file' ? new TextDecoder().decode(found.bytes) : undefined;
  };
  /** What stood at a path before and does not after. */
  async function telling<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = paths.map((path) => [tree.find(path), textAt(path), path] as const);
    const done = await work();
    for (const [inode, text, path] of before)
      if (text !== undefined && inode?.links === 0 && tree.find(path) !== inode) onDisplaced(text);
    return done;
  }
  const placed = (path: string, durable: boolean): void => {
    const inode = tree.find(path);
    if (inode?.kind === 'file' && !durable) unsynced.add(inode);
  };
  const whole: MemoryDisk = {
    ...disk,
    set duringRead(act) {
      disk.duringRead = act;
    },
    get duringRead() {
      return disk.duringRead;
    },
    get readBytes() {
      return disk.readBytes;
    },
    act: (root, acts) =>
      telling(
        acts.flatMap((act) => (act.kind === 'remove' ? [`${root}/${act.path}`] : [])),
        () => disk.act(root, acts),
      ),
    async placeSmall(root, files, over, durable) {
      const paths = files.map(({ path }) => `${root}/${path}`);
      const done = await telling(paths, () => disk.placeSmall(root, files, over, durable));
      for (const [i, path] of paths.entries()) if (isStat(done[i])) placed(path, durable);
      return done;
    },
    async place(root, path, over): Promise<PlacedFile> {
      const file = await disk.place(root, path, over);
      return {
        write: (offset, bytes) => file.write(offset, bytes),
        abandon: () => file.abandon(),
        async finish(bytes, placement, durable) {
          const stat = await telling([`${root}/${path}`], () => file.finish(bytes, placement, durable));
          placed(`${root}/${path}`, durable);
          return stat;
        },
      };
    },
    placeSymlink: (root, path, target, over) =>
      telling([`${root}/${path}`], () => disk.placeSymlink(root, path, target, over)),
  };
  return {
    disk: whole,
    losePower() {
      for (const inode of unsynced) inode.bytes = new Uint8Array();
      unsynced.clear();
    },
  };
}
