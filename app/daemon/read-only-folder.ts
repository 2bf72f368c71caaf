/**
 * A disk on which one folder can only be read: whatever would change something below it is a fault. That folder's own mark is not seen either, so that
 * a folder which some other space has marked can be looked at.
 */
import { Fault } from '../domain/fault.ts';
import { markerName } from '../domain/path-name.ts';
import type { Disk } from '../ports/disk.ts';

export function readOnlyFolder<D extends Disk>(disk: D, folder: string): D {
  const readOnly = (): Fault =>
    new Fault('disk-failed', 'never', 'This folder is only read here; nothing in it was changed.');
  const unless = async <T>(root: string, doIt: () => Promise<T>): Promise<T> => {
    if (root === folder) throw readOnly();
    return doIt();
  };
  return {
    ...disk,
    look: async (root, path) => (root === folder && path === markerName ? undefined : disk.look(root, path)),
    makeFolder: (root, path) => unless(root, () => disk.makeFolder(root, path)),
    setFolder: (root, path, placement) => unless(root, () => disk.setFolder(root, path, placement)),
    place: (root, path, over) => unless(root, () => disk.place(root, path, over)),
    placeSmall: async (root, files, over, durable) =>
      root === folder ? files.map(readOnly) : disk.placeSmall(root, files, over, durable),
    placeSymlink: (root, path, target, over) => unless(root, () => disk.placeSymlink(root, path, target, over)),
    sweep: async (root, signal) => (root === folder ? 0 : disk.sweep(root, signal)),
    act: async (root, acts) => (root === folder ? acts.map(readOnly) : disk.act(root, acts)),
  };
}
