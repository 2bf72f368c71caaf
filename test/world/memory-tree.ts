/**
 * Files and folders in memory with what a disk tells of them: inodes, links, times that never stand still, permission bits that are obeyed. It knows
 * absolute paths only and throws faults as the disk adapter words them.
 */
import type { Clock } from '../../app/domain/clock.ts';
import { Fault } from '../../app/domain/fault.ts';
import { parsePathName } from '../../app/domain/path-name.ts';
import { isWindowsName } from '../../app/engine/disk-names.ts';
import type { DiskNature, FileKind, FileStat } from '../../app/ports/disk.ts';

export interface Inode {
  readonly number: bigint;
  readonly kind: FileKind;
  mode: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
  links: number;
  bytes: Uint8Array;
  readonly target: string;
  readonly children: Map<string, Inode>;
}

const device = 7n;
const folderMode = 0o755;
/** Of everything on a disk that keeps no modes. */
const shownMode = 0o755;
const may = { list: 0o400, change: 0o200, pass: 0o100, read: 0o400 } as const;

export const namesOf = (path: string): readonly string[] => path.split('/').filter((name) => name !== '');
export const parentOf = (path: string): string => `/${namesOf(path).slice(0, -1).join('/')}`;
export const nameOf = (path: string): string => namesOf(path).at(-1) ?? '';

export function statOf(inode: Inode): FileStat {
  const { kind, mtimeNs, ctimeNs, mode, links } = inode;
  const bytes = kind === 'symlink' ? new TextEncoder().encode(inode.target).length : inode.bytes.length;
  return { kind, bytes, mtimeNs, ctimeNs, mode, device, inode: inode.number, links };
}

export function missing(path: string, isRoot = false): Fault {
  return new Fault('not-found', isRoot ? 'after-user' : 'now', `${path} is not there (any more).`);
}

export function denied(path: string, doing: 'read' | 'listed' | 'written'): Fault {
  const code = doing === 'written' ? 'disk-failed' : 'file-unreadable';
  return new Fault(code, 'after-user', `${path} could not be ${doing}: permission was denied.`);
}

/** In what a disk in memory differs from a usual one; as the port tells it. */
export type MemoryNature = Partial<DiskNature>;

/** Children of a folder by name, where several spellings may be one name. The spelling of the first stays. */
class Children extends Map<string, Inode> {
  readonly #spellings = new Map<string, string>();
  readonly #keyOf: (name: string) => string;

  constructor(keyOf: (name: string) => string) {
    super();
    this.#keyOf = keyOf;
  }

  #spelled(name: string): string {
    return this.#spellings.get(this.#keyOf(name)) ?? name;
  }

  override get(name: string): Inode | undefined {
    return super.get(this.#spelled(name));
  }

  override has(name: string): boolean {
    return super.has(this.#spelled(name));
  }

  override set(name: string, inode: Inode): this {
    const spelled = this.#spelled(name);
    this.#spellings.set(this.#keyOf(name), spelled);
    return super.set(spelled, inode);
  }

  override delete(name: string): boolean {
    const spelled = this.#spelled(name);
    this.#spellings.delete(this.#keyOf(name));
    return super.delete(spelled);
  }
}

export class MemoryTree {
  readonly #clock: Clock;
  readonly nature: DiskNature;
  #lastNs = 0n;
  #lastInode = 1n;
  readonly root: Inode;
  /** Bytes that may still be written. */
  roomBytes = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, nature: MemoryNature = {}) {
    this.#clock = clock;
    const usual = { foldsCase: false, foldsForms: false, hasWindowsNames: false, keepsModes: true, timeStepMs: 0 };
    this.nature = { ...usual, ...nature };
    this.root = this.make('folder', folderMode);
  }

  /** The time now in ns; no two changes share one, unless the disk counts in steps. */
  nowNs(): bigint {
    const now = BigInt(Math.trunc(this.#clock.now() * 1000)) * 1000n;
    if (this.nature.timeStepMs > 0) return this.inSteps(now);
    this.#lastNs = now > this.#lastNs ? now : this.#lastNs + 1n;
    return this.#lastNs;
  }

  /** A time as this disk keeps it. */
  inSteps(ns: bigint): bigint {
    const step = BigInt(Math.max(1, this.nature.timeStepMs * 1_000_000));
    return ns - (ns % step);
  }

  /** The name as a disk that folds forms lists it: decomposed, as HFS+ does. */
  #listed(name: string): string {
    return this.nature.foldsForms ? name.normalize('NFD') : name;
  }

  #keyOf = (name: string): string => {
    const form = this.#listed(name);
    return this.nature.foldsCase ? form.toLowerCase() : form;
  };

  make(kind: FileKind, mode: number, content: { bytes?: Uint8Array; target?: string } = {}): Inode {
    const now = this.nowNs();
    return {
      number: (this.#lastInode += 1n),
      kind,
      mode: this.nature.keepsModes ? mode : shownMode,
      mtimeNs: now,
      ctimeNs: now,
      links: 1,
      bytes: content.bytes ?? new Uint8Array(),
      target: content.target ?? '',
      children: new Children(this.#keyOf),
    };
  }

  /** What stands at a path; undefined when nothing does. No link is followed; a folder that may not be passed is a fault. */
  find(path: string): Inode | undefined {
    let at: Inode | undefined = this.root;
    for (const name of namesOf(path)) {
      if (at === undefined || at.kind !== 'folder') return undefined;
      if ((at.mode & may.pass) === 0) throw denied(path, 'listed');
      at = at.children.get(name);
    }
    return at;
  }

  folder(path: string, isRoot = false): Inode {
    const found = this.find(path);
    if (found?.kind !== 'folder') throw missing(path, isRoot);
    return found;
  }

  mayList(folder: Inode): boolean {
    return (folder.mode & may.list) !== 0;
  }

  mayPass(folder: Inode): boolean {
    return (folder.mode & may.pass) !== 0;
  }

  mayRead(file: Inode): boolean {
    return (file.mode & may.read) !== 0;
  }

  /** The folder that holds a path, ready to be changed. */
  holder(path: string): Inode {
    const folder = this.folder(parentOf(path));
    if ((folder.mode & may.change) === 0) throw denied(path, 'written');
    return folder;
  }

  /** Gives an inode a name, taking the place of what had it. */
  attach(path: string, inode: Inode): void {
    const holder = this.holder(path);
    const name = parsePathName(nameOf(path));
    if (this.nature.hasWindowsNames && !isWindowsName(name) && !name.startsWith('.floe-'))
      throw new Fault('disk-failed', 'never', `${path} could not be written: the disk does not accept it.`);
    const standing = holder.children.get(name);
    if (standing !== undefined && standing !== inode) this.#unlinked(standing);
    holder.children.set(this.#listed(nameOf(path)), inode);
    this.touched(holder);
  }

  detach(path: string): Inode {
    const holder = this.holder(path);
    const inode = holder.children.get(nameOf(path));
    if (inode === undefined) throw missing(path);
    holder.children.delete(nameOf(path));
    this.touched(holder);
    return inode;
  }

  /** Rename as rename(2) does it: over a file, or over an empty folder. */
  rename(from: string, to: string): void {
    const inode = this.detach(from);
    this.attach(to, inode);
    inode.ctimeNs = this.nowNs();
  }

  remove(path: string): void {
    this.#unlinked(this.detach(path));
  }

  #unlinked(inode: Inode): void {
    inode.links--;
    inode.ctimeNs = this.nowNs();
    // What is gone frees its room, once its last name is gone.
    if (inode.links === 0) this.roomBytes += inode.bytes.length;
  }

  touched(inode: Inode): void {
    inode.mtimeNs = this.nowNs();
    inode.ctimeNs = inode.mtimeNs;
  }

  /** Replaces a file's bytes; refuses when the disk is full. */
  fill(inode: Inode, bytes: Uint8Array, path: string): void {
    const more = bytes.length - inode.bytes.length;
    if (more > this.roomBytes) throw new Fault('disk-full', 'later', `${path} could not be written: the disk is full.`);
    this.roomBytes -= more;
    inode.bytes = bytes;
    this.touched(inode);
  }

  makeFolders(path: string, mode = folderMode): Inode {
    let at = this.root;
    let whole = '';
    for (const name of namesOf(path)) {
      whole += `/${name}`;
      let next = at.children.get(name);
      if (next === undefined) {
        next = this.make('folder', mode);
        this.attach(whole, next);
      }
      if (next.kind !== 'folder')
        throw new Fault('already-exists', 'after-user', `${whole} exists already and is no folder.`);
      at = next;
    }
    return at;
  }
}
