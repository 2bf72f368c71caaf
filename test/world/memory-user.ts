/** What a person or another program does to a disk in memory, by absolute paths; and the whole of a folder as text, to compare two of them. */
import { createHash } from 'node:crypto';
import { missing, nameOf, parentOf, statOf, type Inode, type MemoryTree } from './memory-tree.ts';

export interface UserHand {
  /** Writes in place, as an editor without atomic saves does; makes folders above. */
  write(path: string, content: string | Uint8Array, mode?: number): void;
  /** Writes beside and renames over, as most editors do. */
  save(path: string, content: string | Uint8Array): void;
  /** Replaces bytes inside a file. */
  poke(path: string, offset: number, bytes: Uint8Array): void;
  read(path: string): Uint8Array;
  text(path: string): string;
  makeFolder(path: string, mode?: number): void;
  symlink(path: string, target: string): void;
  special(path: string): void;
  link(path: string, to: string): void;
  copy(path: string, to: string): void;
  rename(path: string, to: string): void;
  /** A file, or a folder with all below it. */
  remove(path: string): void;
  chmod(path: string, mode: number): void;
  touch(path: string, mtimeNs?: bigint): void;
  exists(path: string): boolean;
  /** Takes a folder away as an unplugged disk does; the way back is returned. */
  unplug(path: string): () => void;
  /** One line for each entry below a folder: path, kind, mode, time in microseconds, content. Sorted. */
  picture(path: string): readonly string[];
}

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();

function pictureOf(folder: Inode, path: string): readonly string[] {
  // Floe's own mark in a root is no part of what the user sees.
  const children = [...folder.children].filter(([name]) => !name.startsWith('.floe-'));
  return children.flatMap(([name, inode]) => {
    const whole = path === '' ? name : `${path}/${name}`;
    const { kind, mode, mtimeNs } = statOf(inode);
    const content =
      kind === 'symlink' ? inode.target : createHash('sha256').update(inode.bytes).digest('hex').slice(0, 16);
    // A link's own time and mode are not kept: no system lets them be set everywhere.
    const look = kind === 'symlink' ? '' : `${mode.toString(8)} ${mtimeNs / 1000n}`;
    const line = `${JSON.stringify(whole)} ${kind} ${look} ${kind === 'folder' ? '' : content}`;
    return [line, ...(kind === 'folder' ? pictureOf(inode, whole) : [])];
  });
}

export function openUserHand(tree: MemoryTree): UserHand {
  const there = (path: string): Inode => {
    const found = tree.find(path);
    if (found === undefined) throw missing(path);
    return found;
  };
  const user: UserHand = {
    write(path, content, mode = 0o644) {
      tree.makeFolders(parentOf(path));
      const standing = tree.find(path);
      if (standing?.kind === 'file') return tree.fill(standing, bytesOf(content), path);
      const inode = tree.make('file', mode);
      tree.fill(inode, bytesOf(content), path);
      tree.attach(path, inode);
    },
    save(path, content) {
      user.write(`${path}.saving`, content, tree.find(path)?.mode);
      tree.rename(`${path}.saving`, path);
    },
    poke(path, offset, bytes) {
      const inode = there(path);
      const changed = inode.bytes.slice();
      changed.set(bytes, offset);
      tree.fill(inode, changed, path);
    },
    read: (path) => there(path).bytes,
    text: (path) => new TextDecoder().decode(there(path).bytes),
    makeFolder: (path, mode) => void tree.makeFolders(path, mode),
    symlink: (path, target) => tree.attach(path, tree.make('symlink', 0o777, { target })),
    special: (path) => tree.attach(path, tree.make('other', 0o644)),
    link(path, to) {
      const inode = there(path);
      tree.attach(to, inode);
      inode.links++;
      inode.ctimeNs = tree.nowNs();
    },
    copy: (path, to) => user.write(to, there(path).bytes, there(path).mode),
    rename: (path, to) => tree.rename(path, to),
    remove: (path) => tree.remove(path),
    chmod(path, mode) {
      const inode = there(path);
      if (tree.nature.keepsModes) inode.mode = mode;
      inode.ctimeNs = tree.nowNs();
    },
    touch(path, mtimeNs) {
      const inode = there(path);
      tree.touched(inode);
      if (mtimeNs !== undefined) inode.mtimeNs = tree.inSteps(mtimeNs);
    },
    exists: (path) => tree.find(path) !== undefined,
    unplug(path) {
      const inode = tree.detach(path);
      return () => void tree.folder(parentOf(path)).children.set(nameOf(path), inode);
    },
    picture: (path) => pictureOf(tree.folder(path), '').toSorted(),
  };
  return user;
}
