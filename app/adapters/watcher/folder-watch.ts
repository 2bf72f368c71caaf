/**
 * The lean watch for large trees on Linux: one inotify watch a folder through Node's `fs.watch`, and nothing remembered about files. The watch is
 * set before the folder is listed, so a folder that appears meanwhile is seen by one of the two. Names need not be UTF-8.
 */
import { lstatSync, readdirSync, watch, type BigIntStats, type FSWatcher } from 'node:fs';
import { textFromNameBytes } from '../../domain/path-name.ts';
import { childPath, diskPath, isMissing, isTemporary } from '../disk/disk.ts';
import { troubleWords, type WatchReport } from './watch-report.ts';

interface Node {
  readonly path: string;
  readonly watcher: FSWatcher;
  readonly inode: bigint;
  readonly children: Map<string, Node>;
}

const textOf = (path: string | Buffer): string => (typeof path === 'string' ? path : textFromNameBytes(path));

class FolderWatch {
  readonly #report: WatchReport;

  constructor(report: WatchReport) {
    this.#report = report;
  }

  #trouble(error: unknown): void {
    this.#report.trouble(troubleWords(error));
  }

  #watchOne(path: string): Node | undefined {
    try {
      const stat = lstatSync(diskPath(path), { bigint: true });
      if (!stat.isDirectory()) return undefined;
      const watcher = watch(diskPath(path), { encoding: 'buffer' }, (event, name) => this.#happened(node, event, name));
      const node: Node = { path, watcher, inode: stat.ino, children: new Map() };
      watcher.on('error', (error) => this.#trouble(error));
      return node;
    } catch (error) {
      // Gone again already: its parent's event tells.
      if (!isMissing(error)) this.#trouble(error);
      return undefined;
    }
  }

  #foldersIn(path: string): string[] {
    try {
      const entries = readdirSync(diskPath(path), { withFileTypes: true, encoding: 'buffer' });
      return entries.filter((entry) => entry.isDirectory()).map((entry) => textFromNameBytes(entry.name));
    } catch (error) {
      if (!isMissing(error)) this.#trouble(error);
      return [];
    }
  }

  /** Watches a folder and all below it. */
  add(path: string): Node | undefined {
    const top = this.#watchOne(path);
    const open = top === undefined ? [] : [top];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const name of this.#foldersIn(node.path)) {
        const child = this.#watchOne(textOf(childPath(node.path, name)));
        if (child === undefined) continue;
        node.children.set(name, child);
        open.push(child);
      }
    }
    return top;
  }

  remove(top: Node): void {
    const open = [top];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      node.watcher.close();
      open.push(...node.children.values());
      node.children.clear();
    }
  }

  #look(path: string): BigIntStats | undefined {
    try {
      return lstatSync(diskPath(path), { bigint: true });
    } catch (error) {
      if (!isMissing(error)) this.#trouble(error);
      return undefined;
    }
  }

  #happened(node: Node, event: string, rawName: string | Buffer | null): void {
    const name = rawName === null ? undefined : textOf(rawName);
    if (name !== undefined && isTemporary(name)) return;
    this.#report.changed(node.path);
    if (event !== 'rename' || name === undefined) return;
    const path = textOf(childPath(node.path, name));
    const stat = this.#look(path);
    const known = node.children.get(name);
    if (known !== undefined && known.inode !== stat?.ino) {
      this.remove(known);
      node.children.delete(name);
    }
    if (stat?.isDirectory() !== true || node.children.has(name)) return;
    const added = this.add(path);
    if (added !== undefined) node.children.set(name, added);
    this.#report.appeared(path);
  }
}

/** Watches the tree for as long as this process lives. */
export function watchFolders(root: string, report: WatchReport): void {
  new FolderWatch(report).add(root);
}
