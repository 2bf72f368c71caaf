/**
 * People at their devices, and what they may expect. Every content that is written is unlike any other and carries a mark, so that it is known again
 * wherever it turns up: in a folder, in the past, or where nothing readable should ever be.
 */
import { parentOf } from '../world/memory-tree.ts';
import type { MemoryDisk } from '../world/memory-disk.ts';
import type { Act } from './history.ts';

export const root = '/home/docs';
/** In every content and in every name that a person gives; nowhere else. */
export const contentMark = 'PLAINWORDS';
export const nameMark = 'qzname';
/** A person's word too. */
export const spaceName = `${nameMark}-docs`;
const names = ['ash', 'box', 'cat', 'dog', 'elm', 'fig'].map((name) => `${nameMark}-${name}`);
const textBytesMax = 200;
const modes = [0o644, 0o600, 0o755] as const;

/** What is below a path: files and links with their text, folders with none. Floe's own is left out. */
export function below(disk: MemoryDisk, path: string): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  const node = disk.tree.find(path);
  if (node?.kind === 'file') return found.set(path, disk.user.text(path));
  if (node?.kind === 'symlink') return found.set(path, node.target);
  for (const name of node?.children.keys() ?? []) {
    if (name.startsWith('.floe-')) continue;
    const child = `${path}/${name}`;
    if (disk.tree.find(child)?.kind === 'folder') found.set(child, undefined);
    for (const [at, text] of below(disk, child)) found.set(at, text);
  }
  return found;
}

const isBelow = (inner: string, outer: string): boolean => `${inner}/`.startsWith(`${outer}/`);

export class People {
  /** Contents that nobody removed or wrote over: all must stand in the end. */
  readonly wanted = new Set<string>();
  /** Contents that somebody removed or wrote over, and that nobody else ever touched: none may stand in the end. */
  readonly gone = new Set<string>();
  readonly #loose = new Set<string>();
  readonly #done = new Map<string, number>();
  /** Files that an editor has put aside, and has not saved anew yet. */
  readonly #aside = new Map<MemoryDisk, { readonly path: string; readonly aside: string }>();
  #texts = 0;

  /** How often each act was carried out. */
  get done(): ReadonlyMap<string, number> {
    return this.#done;
  }

  /** Returns what was done, for the trace; undefined when the act fits nothing here. */
  act(disk: MemoryDisk, device: string, act: Act): string | undefined {
    if (disk.tree.find(root) === undefined) return undefined;
    if (this.#aside.has(disk)) return this.finish(disk, device);
    const said = this.#act(disk, device, act);
    if (said !== undefined) this.#done.set(act.kind, (this.#done.get(act.kind) ?? 0) + 1);
    return said;
  }

  /** An editor that put a file aside writes it anew and removes the old one. */
  finish(disk: MemoryDisk, device: string): string | undefined {
    const open = this.#aside.get(disk);
    if (open === undefined || disk.tree.find(root) === undefined) return undefined;
    const { path, aside } = open;
    this.#aside.delete(disk);
    const said = this.#write(disk, device, path, 'write', below(disk, root));
    if (said === undefined) return undefined;
    if (disk.tree.find(aside)?.kind === 'file') {
      this.#remove(disk, aside);
      disk.user.remove(aside);
    }
    return `and ${said}`;
  }

  /** Saves a file at a place, where a file or nothing is. */
  saveAt(disk: MemoryDisk, device: string, path: string): string | undefined {
    return this.#write(disk, device, path, 'save', below(disk, root));
  }

  /** Removes what lies at a place, if anything does. */
  removeAt(disk: MemoryDisk, path: string): string | undefined {
    if (disk.tree.find(path) === undefined) return undefined;
    this.#remove(disk, path);
    disk.user.remove(path);
    return `remove ${path}`;
  }

  /** What lay there is nobody's any more, or may be either. */
  giveUp(texts: Iterable<string | undefined>): void {
    for (const text of texts) {
      if (text === undefined) continue;
      this.wanted.delete(text);
      this.#loose.add(text);
      this.gone.delete(text);
    }
  }

  #act(disk: MemoryDisk, device: string, { kind, picks }: Act): string | undefined {
    const { user } = disk;
    const [first = 0, second = 0, third = 0, fourth = 0] = picks;
    const oneOf = <T>(all: readonly T[], pick: number): T | undefined => all[Math.floor(pick * all.length)];
    const all = below(disk, root);
    const folders = [root, ...[...all].flatMap(([path, text]) => (text === undefined ? [path] : []))];
    const target = `${oneOf(folders, first) ?? root}/${oneOf(names, second) ?? ''}`;
    const from = oneOf([...all.keys()], third);
    const other = oneOf([...all.keys()], fourth);
    const isFree = !all.has(target);
    switch (kind) {
      case 'write':
      case 'save':
        return this.#write(disk, device, isFree || fourth < 0.3 ? target : (from ?? target), kind, all);
      case 'slow-save':
        if (from === undefined || disk.tree.find(from)?.kind !== 'file' || all.has(`${from}~`)) return undefined;
        this.#loosen(disk, from);
        user.rename(from, `${from}~`);
        this.#aside.set(disk, { path: from, aside: `${from}~` });
        return `${kind} ${from}`;
      case 'hard-link':
        if (from === undefined || !isFree || disk.tree.find(from)?.kind !== 'file') return undefined;
        this.#loosen(disk, from);
        user.link(from, target);
        return `${kind} ${from} to ${target}`;
      case 'link':
        if (!isFree) return undefined;
        user.symlink(target, this.newText(device));
        return `${kind} ${target}: ${this.#texts}`;
      case 'make-folder':
        if (!isFree) return undefined;
        user.makeFolder(target);
        return `${kind} ${target}`;
      case 'move':
        if (from === undefined || !isFree || isBelow(target, from)) return undefined;
        this.#loosen(disk, from);
        user.rename(from, target);
        return `${kind} ${from} to ${target}`;
      case 'move-over':
        if (from === undefined || other === undefined || from === other) return undefined;
        if (all.get(from) === undefined || all.get(other) === undefined) return undefined;
        this.#loosen(disk, from);
        this.#remove(disk, other);
        user.rename(from, other);
        return `${kind} ${from} to ${other}`;
      case 'remove':
        if (from === undefined) return undefined;
        this.#remove(disk, from);
        user.remove(from);
        return `${kind} ${from}`;
      case 'clear': {
        // The fullest folder, or what lies in the root.
        const sizes = folders.slice(1).map((path) => ({ path, count: below(disk, path).size }));
        const [fullest] = sizes.toSorted((a, b) => b.count - a.count);
        const paths = fullest !== undefined && first < 0.8 ? [fullest.path] : [...all.keys()];
        for (const path of paths) {
          if (!user.exists(path)) continue;
          this.#remove(disk, path);
          user.remove(path);
        }
        return paths.length > 0 ? `${kind} ${paths.join(' ')}` : undefined;
      }
      case 'swap':
        if (from === undefined || other === undefined || isBelow(from, other) || isBelow(other, from)) return undefined;
        this.#loosen(disk, from);
        this.#loosen(disk, other);
        user.rename(from, `${root}/${nameMark}-aside`);
        user.rename(other, from);
        user.rename(`${root}/${nameMark}-aside`, other);
        return `${kind} ${from} and ${other}`;
      case 'touch':
      case 'chmod':
        if (from === undefined || disk.tree.find(from)?.kind === 'symlink') return undefined;
        this.#loosen(disk, from);
        if (kind === 'touch') user.touch(from);
        else user.chmod(from, disk.tree.find(from)?.kind === 'folder' ? 0o755 : (oneOf(modes, fourth) ?? 0o644));
        return `${kind} ${from}`;
      case 'copy':
        if (from === undefined || !isFree || disk.tree.find(from)?.kind !== 'file') return undefined;
        if (disk.tree.roomBytes < user.read(from).length) return undefined;
        this.#loosen(disk, from);
        user.copy(from, target);
        return `${kind} ${from} to ${target}`;
    }
  }

  /** A content like no other, of many lengths. */
  newText(device: string): string {
    const head = `${contentMark} ${device} ${++this.#texts} `;
    const text = head.padEnd(head.length + ((this.#texts * 37) % 100), '.');
    this.wanted.add(text);
    return text;
  }

  #write(
    disk: MemoryDisk,
    device: string,
    path: string,
    kind: 'write' | 'save',
    all: ReadonlyMap<string, string | undefined>,
  ): string | undefined {
    const isFile = disk.tree.find(path)?.kind === 'file';
    if (all.has(path) && !isFile) return undefined;
    if (disk.tree.find(parentOf(path))?.kind !== 'folder') return undefined;
    if (disk.tree.roomBytes < 2 * textBytesMax) return undefined;
    if (isFile) this.#remove(disk, path);
    disk.user[kind](path, this.newText(device));
    // Written in place, it stands under all names of the file.
    if ((disk.tree.find(path)?.links ?? 1) > 1) this.#loosen(disk, path);
    return `${kind} ${path}: ${this.#texts}`;
  }

  #remove(disk: MemoryDisk, path: string): void {
    for (const text of below(disk, path).values()) {
      if (text === undefined) continue;
      this.wanted.delete(text);
      if (!this.#loose.has(text)) this.gone.add(text);
    }
  }

  /** Whoever else removes it may find that this one keeps it. */
  #loosen(disk: MemoryDisk, path: string): void {
    for (const text of below(disk, path).values()) {
      if (text === undefined) continue;
      this.#loose.add(text);
      this.gone.delete(text);
    }
  }
}
