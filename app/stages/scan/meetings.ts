/**
 * Where files of the catalog were met in one scan, and whether they have left that place since. Listing takes time, and a file that moves meanwhile is met
 * twice: it is one file, at the later place. A folder keeps its identity where it was met first, since what lies in it was met there.
 */
import type { SpacePath } from '../../domain/path-name.ts';
import type { Catalog, EntryRow, NodeNum } from '../../ports/catalog.ts';
import type { Disk } from '../../ports/disk.ts';
import type { Placed } from './scan.ts';

export interface Meetings {
  /** A file that is to be read again at its old place; or one that was met at a new place, which may yet turn out to be none. */
  note(num: NodeNum, path: SpacePath, placed?: Placed): void;
  /** Whether an entry that has no place yet has left the one that the catalog knows. */
  isAway(origin: EntryRow): Promise<boolean>;
  /** Whether a file that was met in this scan has moved on. The place where it was met is none, then. */
  movesOn(origin: EntryRow): Promise<boolean>;
}

export function openMeetings(
  root: string,
  placed: Placed[],
  { disk, catalog }: { readonly disk: Disk; readonly catalog: Catalog },
): Meetings {
  const met = new Map<NodeNum, { readonly path: SpacePath; readonly placed: Placed | undefined }>();
  return {
    note: (num, path, at) => void met.set(num, { path, placed: at }),
    async isAway(origin) {
      const path = await catalog.pathOf(origin.num);
      if (path === undefined) return true;
      const stat = await disk.look(root, path);
      // When something of its kind stands there (an editor put the old file aside and saved a new one), the identity stays with the name.
      return stat === undefined || stat.kind !== origin.kind;
    },
    async movesOn({ num, kind, look }) {
      const meeting = met.get(num);
      if (meeting === undefined || kind === 'folder') return false;
      const stat = await disk.look(root, meeting.path);
      if (stat !== undefined && (meeting.placed === undefined || stat.inode === look?.inode)) return false;
      if (meeting.placed) placed.splice(placed.indexOf(meeting.placed), 1);
      return true;
    },
  };
}
