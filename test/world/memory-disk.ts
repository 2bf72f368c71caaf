/**
 * The `Disk` port over memory, with the traps of a real one: a file may change while it is read, permissions bite, the disk fills up, the root goes
 * away, names are any bytes, and listings come in an order that chance decides. `user` is the hand of a person or another program on the same disk.
 */
import { keptMtimeNs } from '../../app/adapters/disk/disk.ts';
import type { Clock, Dice } from '../../app/domain/clock.ts';
import { Fault, faultOf } from '../../app/domain/fault.ts';
import { joinPath, parsePathName, pathNames, type SpacePath } from '../../app/domain/path-name.ts';
import type { Look } from '../../app/ports/catalog.ts';
import type {
  Disk,
  DiskAct,
  FileSpan,
  FileStat,
  FolderListing,
  IsLeftOut,
  ListedEntry,
  Over,
  PlacedFile,
  Placement,
  ReadBatch,
  ReadSpan,
} from '../../app/ports/disk.ts';
import { openUserHand, type UserHand } from './memory-user.ts';
import { denied, MemoryTree, missing, statOf, type Inode, type MemoryNature } from './memory-tree.ts';

export interface MemoryDisk extends Disk {
  readonly user: UserHand;
  readonly tree: MemoryTree;
  /** Called in the middle of each read of a file: what it changes makes that read torn. */
  duringRead: ((path: string) => void) | undefined;
  /** Bytes of files that were read so far. */
  readonly readBytes: number;
}

/** Temporary files have Floe's own prefix; they are never listed. */
const temporaryPattern = /^\.floe-[0-9a-f]{8}-[0-9a-f]{16}\.tmp$/;
const foldersPerBatchMax = 3;
const newFolderMode = 0o700;

const absolute = (root: string, path: SpacePath): string => (path === '' ? root : `${root}/${path}`);
const checked = (root: string, path: SpacePath): string => absolute(root, pathNames(path).join('/'));

function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  const rest = [...items];
  const mixed: T[] = [];
  while (rest.length > 0) mixed.push(...rest.splice(Math.floor(dice.fraction() * rest.length), 1));
  return mixed;
}

/** All that a listing shows of a folder, whatever the order. */
function fingerprintOf(folder: Inode): string {
  const shown = [...folder.children].map(([name, inode]) => [name, ...Object.values(statOf(inode)).map(String)]);
  return JSON.stringify(shown.filter(([name = '']) => !temporaryPattern.test(name)).sort());
}

/** What cannot be listed is a problem of the listing, as on a real disk. */
function listing(tree: MemoryTree, root: string, path: SpacePath, isLeftOut: IsLeftOut, dice: Dice): FolderListing {
  const entries: ListedEntry[] = [];
  const problems: { path: SpacePath; fault: Fault }[] = [];
  let folder: Inode;
  try {
    tree.folder(root, true);
    folder = tree.folder(absolute(root, path));
    if (!tree.mayList(folder)) throw denied(path, 'listed');
    for (const [text, inode] of shuffled([...folder.children], dice)) {
      const name = parsePathName(text);
      const whole = joinPath(path, name);
      if (temporaryPattern.test(name) || isLeftOut(whole, inode.kind === 'folder')) continue;
      if (!tree.mayPass(folder)) problems.push({ path: whole, fault: denied(whole, 'listed') });
      else if (inode.kind === 'symlink') entries.push({ name, stat: statOf(inode), target: inode.target });
      else entries.push({ name, stat: statOf(inode) });
    }
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    return {
      path,
      entries: [],
      folders: [],
      count: 0,
      problems: [{ path, fault }],
      isComplete: false,
      fingerprint: undefined,
    };
  }
  const folders = entries.filter(({ stat }) => stat.kind === 'folder').map(({ name }) => name);
  const isComplete = problems.length === 0;
  const count = folder.children.size;
  return {
    path,
    entries,
    folders,
    count,
    problems,
    isComplete,
    fingerprint: isComplete ? fingerprintOf(folder) : undefined,
  };
}

async function* walk(
  tree: MemoryTree,
  root: string,
  from: SpacePath,
  isLeftOut: IsLeftOut,
  dice: Dice,
  signal: AbortSignal,
): AsyncGenerator<readonly FolderListing[]> {
  const frontier: SpacePath[] = [from];
  while (frontier.length > 0) {
    signal.throwIfAborted();
    await Promise.resolve();
    const batch: FolderListing[] = [];
    const foldersPerBatch = 1 + Math.floor(dice.fraction() * foldersPerBatchMax);
    // Some folders of a batch are children of others in it, as with the real walk.
    while (frontier.length > 0 && batch.length < foldersPerBatch) {
      const [path = ''] = frontier.splice(Math.floor(dice.fraction() * frontier.length), 1);
      const one = listing(tree, root, path, isLeftOut, dice);
      for (const { name, stat } of one.entries) if (stat.kind === 'folder') frontier.push(joinPath(path, name));
      batch.push(one);
    }
    yield batch;
  }
}

/** Reads the first half, lets others act, reads the second half of what is there then. */
function readSpan(tree: MemoryTree, path: string, span: FileSpan, pause: () => void): [FileStat, Uint8Array, FileStat] {
  const file = tree.find(path);
  if (file === undefined) throw missing(span.path);
  if (file.kind !== 'file') throw new Fault('file-unreadable', 'after-user', `${span.path} is no regular file.`);
  if (!tree.mayRead(file)) throw denied(span.path, 'read');
  const before = statOf(file);
  const end = Math.min(file.bytes.length, span.offset + span.bytesMax);
  const bytes = new Uint8Array(Math.max(0, end - span.offset));
  const half = bytes.length >> 1;
  bytes.set(file.bytes.subarray(span.offset, span.offset + half));
  pause();
  const rest = file.bytes.subarray(span.offset + half, end);
  bytes.set(rest, half);
  return [before, bytes.subarray(0, half + rest.length), statOf(file)];
}

function dress(tree: MemoryTree, inode: Inode, { mode, mtimeNs }: Placement): void {
  if (tree.nature.keepsModes) inode.mode = mode & 0o7777;
  inode.mtimeNs = tree.inSteps(keptMtimeNs(mtimeNs));
  inode.ctimeNs = tree.nowNs();
}

function demandLook(inode: Inode | undefined, whole: string, look: Look): void {
  if (inode === undefined) throw missing(whole);
  const stat = statOf(inode);
  const isSame =
    stat.kind !== 'folder' &&
    stat.inode === look.inode &&
    stat.bytes === look.bytes &&
    stat.mtimeNs === look.mtimeNs &&
    stat.ctimeNs === look.ctimeNs;
  if (!isSame) throw new Fault('file-changing', 'later', `${whole} was changed here in the meantime.`);
}

function actOne(tree: MemoryTree, root: string, act: DiskAct): FileStat | undefined {
  const place = checked(root, act.kind === 'move' ? act.from : act.path);
  const standing = tree.find(place);
  if (act.kind === 'make-folder') {
    if (standing === undefined) tree.attach(place, tree.make('folder', act.mode));
    const made = tree.find(place);
    if (made?.kind !== 'folder') throw new Fault('already-exists', 'later', `${place} is no folder here.`);
    return statOf(made);
  }
  if (standing === undefined) {
    if (act.kind === 'remove' || act.kind === 'remove-folder') return undefined;
    throw missing(place);
  }
  if (act.kind !== 'remove-folder' && act.look !== undefined) demandLook(standing, place, act.look);
  if (act.kind === 'remove') tree.remove(place);
  else if (act.kind === 'remove-folder') {
    if (standing.kind !== 'folder') throw new Fault('file-changing', 'later', `${place} is no folder any more.`);
    if (standing.children.size > 0)
      throw new Fault('disk-failed', 'after-user', `${place} could not be written: the folder is not empty.`);
    tree.remove(place);
  } else if (act.kind === 'dress') {
    const { mode, mtimeNs } = act.placement;
    dress(tree, standing, { mode, mtimeNs: act.look === undefined ? standing.mtimeNs : mtimeNs });
    return statOf(standing);
  } else {
    const to = checked(root, act.to);
    if (tree.holder(to).children.has(to.slice(to.lastIndexOf('/') + 1)))
      throw new Fault('already-exists', 'later', `${to} exists already.`);
    tree.rename(place, to);
    return statOf(standing);
  }
  return undefined;
}

/** Puts a finished inode to its place as link or rename would. */
function putInPlace(tree: MemoryTree, whole: string, inode: Inode, over: Over): FileStat {
  const standing = tree.holder(whole).children.get(whole.slice(whole.lastIndexOf('/') + 1));
  if (standing !== undefined && over === 'never')
    throw new Fault('already-exists', 'after-user', `${whole} exists already.`);
  if (typeof over === 'object') demandLook(standing, whole, over);
  if (standing?.kind === 'folder')
    throw new Fault('disk-failed', 'after-user', `${whole} could not be written: a folder is in its place.`);
  tree.attach(whole, inode);
  return statOf(inode);
}

function placing(tree: MemoryTree, whole: string, over: Over): PlacedFile {
  const inode = tree.make('file', 0o600);
  tree.holder(whole);
  return {
    async write(offset, bytes) {
      const grown = new Uint8Array(Math.max(inode.bytes.length, offset + bytes.length));
      grown.set(inode.bytes);
      grown.set(bytes, offset);
      tree.fill(inode, grown, whole);
    },
    async finish(bytes, placement) {
      const exact = new Uint8Array(bytes);
      exact.set(inode.bytes.subarray(0, bytes));
      tree.fill(inode, exact, whole);
      dress(tree, inode, placement);
      return putInPlace(tree, whole, inode, over);
    },
    async abandon() {
      tree.fill(inode, new Uint8Array(), whole);
    },
  };
}

export function openMemoryDisk(clock: Clock, dice: Dice, nature: MemoryNature = {}): MemoryDisk {
  const tree = new MemoryTree(clock, nature);
  let readBytes = 0;

  const readAll = (root: string, spans: readonly FileSpan[]): ReadBatch => {
    const parts: Uint8Array[] = [];
    let start = 0;
    const read = spans.map((span): ReadSpan | Fault => {
      try {
        const whole = checked(root, span.path);
        const [before, bytes, after] = readSpan(tree, whole, span, () => disk.duringRead?.(whole));
        parts.push(bytes);
        start += bytes.length;
        readBytes += bytes.length;
        return { start: start - bytes.length, bytes: bytes.length, before, after };
      } catch (error) {
        const fault = faultOf(error);
        if (fault === undefined) throw error;
        return fault;
      }
    });
    return { buffer: Uint8Array.from(Buffer.concat(parts)).buffer, spans: read };
  };

  const disk: MemoryDisk = {
    tree,
    user: openUserHand(tree),
    duringRead: undefined,
    get readBytes() {
      return readBytes;
    },
    nature: async () => tree.nature,
    // What is under way is in no folder here, so a kill leaves nothing.
    sweep: async () => 0,
    walk: (root, from, isLeftOut, signal) => walk(tree, root, from, isLeftOut, dice, signal),
    list: async (root, path) => listing(tree, root, path, () => false, dice),
    async look(root, path) {
      const found = tree.folder(root, true);
      const inode = path === '' ? found : tree.find(checked(root, path));
      return inode && statOf(inode);
    },
    async read(root, spans, signal) {
      await Promise.resolve();
      signal.throwIfAborted();
      return readAll(root, spans);
    },
    async makeFolder(root, path) {
      tree.makeFolders(checked(root, path), newFolderMode);
    },
    async setFolder(root, path, placement) {
      dress(tree, tree.folder(checked(root, path)), placement);
    },
    place: async (root, path, over) => placing(tree, checked(root, path), over),
    async placeSmall(root, files, over) {
      const placed: (FileStat | Fault)[] = [];
      for (const { path, bytes, over: own, ...placement } of files) {
        try {
          const file = placing(tree, checked(root, path), own ?? over);
          await file.write(0, bytes.slice());
          placed.push(await file.finish(bytes.length, placement, false));
        } catch (error) {
          const fault = faultOf(error);
          if (fault === undefined) throw error;
          placed.push(fault);
        }
      }
      return placed;
    },
    placeSymlink: async (root, path, target, over) =>
      putInPlace(tree, checked(root, path), tree.make('symlink', 0o777, { target }), over),
    async act(root, acts) {
      return acts.map((act) => {
        try {
          tree.folder(root, true);
          return actOne(tree, root, act);
        } catch (error) {
          const fault = faultOf(error);
          if (fault === undefined) throw error;
          return fault;
        }
      });
    },
    freeBytes: async () => Math.min(tree.roomBytes, Number.MAX_SAFE_INTEGER),
    async resolveFolder(path) {
      const found = tree.find(path);
      if (found === undefined) throw missing(path);
      if (found.kind !== 'folder') throw new Fault('bad-input', 'after-user', 'That is no folder.');
      return path;
    },
  };
  return disk;
}
