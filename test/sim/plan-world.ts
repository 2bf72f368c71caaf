/**
 * A disk and a catalog in memory on which plans are carried out, as strictly as the real ones: a place is free before it is taken, a look must hold,
 * only an empty folder is removed. A breach of that is an error of the plan.
 */
import type { NodeId } from '../../app/domain/ids.ts';
import type { PathName } from '../../app/domain/path-name.ts';
import type { NodeState } from '../../app/domain/node-state.ts';
import type { DiskOperation, Place, SyncedTree } from '../../app/stages/plan/plan.ts';
import type { Look } from '../../app/ports/catalog.ts';
import { contentText, modelRoot, type ModelTree } from './model-tree.ts';

interface ModelFile {
  readonly inode: bigint;
  readonly isFolder: boolean;
  content: string;
  mode: number;
  mtimeNs: bigint;
  readonly children: Map<string, ModelFile & { readonly name: string }>;
}
type Named = ModelFile & { readonly name: string };

interface Row {
  readonly state: NodeState;
  readonly look: Look | undefined;
  readonly isHere: boolean;
}

/** The disk does not allow it: somebody was there first. Everything else that goes wrong is an error of the plan. */
export class Refused extends Error {}

export class PlanWorld {
  readonly rows = new Map<NodeId, Row>();
  readonly parked = new Map<NodeId, Named>();
  readonly busy = new Set<NodeId>();
  readonly #places = new Map<string, NodeId>();
  /** Entries whose place is free although they will be back. */
  readonly #lifted = new Set<NodeId>();
  readonly #keyOf: (name: string) => string;
  readonly #root: ModelFile;
  #inodes = 1n;

  constructor(keyOf: (name: string) => string) {
    this.#keyOf = keyOf;
    this.#root = this.#make(true);
  }

  #make(isFolder: boolean): ModelFile {
    return { inode: this.#inodes++, isFolder, content: '', mode: 0, mtimeNs: 0n, children: new Map() };
  }

  /** Entries of a tree, those of `isHere` on the disk too. Parents before children. */
  load(tree: ModelTree, isHere: (state: NodeState) => boolean): void {
    const below = (parent: NodeId): void => {
      for (const state of tree.values()) {
        if (state.parent !== parent) continue;
        const to = { parent, name: state.name };
        const mayBe = (parent === modelRoot || this.rows.get(parent)?.isHere === true) && isHere(state);
        const isOn = mayBe && this.#at(to) === undefined;
        if (isOn) this.#enter(to, this.#fill(this.#make(state.kind === 'folder'), state));
        this.#setRow(state.node, state, isOn);
        if (state.kind === 'folder') below(state.node);
      }
    };
    below(modelRoot);
  }

  #fill<T extends ModelFile>(file: T, state: NodeState): T {
    file.content = contentText(state);
    file.mode = state.mode;
    file.mtimeNs = state.mtimeNs;
    return file;
  }

  #enter(to: Place, file: ModelFile): void {
    const folder = this.#folder(to.parent);
    const key = this.#keyOf(to.name);
    if (folder.children.has(key)) throw new Refused(`something is at ${to.name}`);
    folder.children.set(key, Object.assign(file, { name: to.name }));
  }

  #take(from: Place): Named {
    const file = this.#at(from);
    if (file === undefined) throw new Error(`nothing is at ${from.name}`);
    this.#folder(from.parent).children.delete(this.#keyOf(from.name));
    return file;
  }

  #at({ parent, name }: Place): Named | undefined {
    return this.#folder(parent).children.get(this.#keyOf(name));
  }

  /** By the entries as they are now, as a path would be found. */
  #folder(node: NodeId): ModelFile {
    if (node === modelRoot) return this.#root;
    const parked = this.parked.get(node);
    if (parked !== undefined) return parked;
    const row = this.rows.get(node);
    if (row === undefined) throw new Error('a folder has an entry');
    const file = this.#at(row.state);
    if (file?.isFolder !== true || file.name !== row.state.name)
      throw new Error(`no folder on the disk for ${row.state.name}`);
    return file;
  }

  #lookAt(file: ModelFile): Look {
    const bytes = file.content.length;
    return { device: 1n, inode: file.inode, bytes, mtimeNs: file.mtimeNs, ctimeNs: BigInt(file.mode) };
  }

  #liftRow(node: NodeId): void {
    const row = this.rows.get(node);
    if (row !== undefined && !this.#lifted.has(node)) this.#places.delete(`${row.state.parent}/${row.state.name}`);
    this.#lifted.delete(node);
  }

  #setRow(node: NodeId, state: NodeState | undefined, isHere: boolean): void {
    this.#liftRow(node);
    if (state === undefined) return void this.rows.delete(node);
    const place = `${state.parent}/${state.name}`;
    if (this.#places.has(place)) throw new Error(`an entry is at ${state.name} already`);
    this.#places.set(place, node);
    const file = isHere ? this.#at(state) : undefined;
    const look = file === undefined || file.isFolder ? undefined : this.#lookAt(file);
    this.rows.set(node, { state, look, isHere });
  }

  synced(): SyncedTree {
    const children = new Map<NodeId, NodeId[]>();
    for (const [node, { state }] of this.rows) {
      const known = children.get(state.parent);
      if (known === undefined) children.set(state.parent, [node]);
      else known.push(node);
    }
    return {
      get: (node) => this.rows.get(node)?.state,
      children: (folder) => children.get(folder) ?? [],
      isHere: (node) => this.rows.get(node)?.isHere ?? false,
      lookOf: (node) => this.rows.get(node)?.look,
      isBusy: (node) => this.busy.has(node),
    };
  }

  /** Somebody works on a file meanwhile. */
  disturb(node: NodeId, content: string): void {
    const row = this.rows.get(node);
    const file = row?.isHere === true ? this.#at(row.state) : undefined;
    if (file === undefined || file.isFolder) return;
    file.content = content;
    file.mtimeNs += 1n;
    this.busy.add(node);
  }

  /** Somebody puts a file where they like. */
  intrude(to: Place, content: string): boolean {
    if (this.#at(to) !== undefined) return false;
    this.#enter(to, Object.assign(this.#make(false), { content }));
    return true;
  }

  isFolderThere(node: NodeId): boolean {
    for (let at = node; at !== modelRoot && !this.parked.has(at);) {
      const row = this.rows.get(at);
      if (row?.isHere !== true) return false;
      at = row.state.parent;
    }
    return true;
  }

  /** As the engine does when a parked node cannot go where it should: beside its place, under a name that nobody has. */
  bringBackParked(): void {
    for (const [node, file] of [...this.parked]) {
      const { state } = this.rows.get(node)!;
      const parent = this.rows.get(state.parent)?.isHere === true ? state.parent : modelRoot;
      const name = `${state.name} of ${node}` as PathName;
      this.#enter({ parent, name }, file);
      this.parked.delete(node);
      this.#setRow(node, { ...state, parent, name }, true);
    }
    for (const node of [...this.#lifted]) {
      const { state } = this.rows.get(node)!;
      this.#setRow(node, { ...state, name: `${state.name} of ${node}` as PathName }, false);
    }
  }

  /** All that is on the disk, what is parked included. */
  contents(): ReadonlySet<string> {
    const found = new Set<string>();
    const files: ModelFile[] = [this.#root, ...this.parked.values()];
    for (let file = files.pop(); file !== undefined; file = files.pop()) {
      found.add(file.content);
      files.push(...file.children.values());
    }
    return found;
  }

  #check(file: ModelFile | undefined, look: Look | undefined): void {
    if (file === undefined) throw new Refused('nothing is there');
    const now = this.#lookAt(file);
    const isSame =
      look !== undefined && now.inode === look.inode && now.mtimeNs === look.mtimeNs && now.bytes === look.bytes;
    if (file.isFolder ? look !== undefined : !isSame) throw new Refused('it does not look as it did');
  }

  run(operation: DiskOperation): void {
    const { node, after } = operation;
    switch (operation.kind) {
      case 'make-folder':
        this.#enter(operation.to, this.#fill(this.#make(true), operation.after));
        return this.#setRow(node, after, true);
      case 'move': {
        this.#check(this.#at(operation.from), operation.look);
        if (this.#at(operation.to) !== undefined) throw new Refused('something is at the target of a move');
        this.#enter(operation.to, this.#take(operation.from));
        return this.#setRow(node, after, true);
      }
      case 'park':
        if (operation.isOnDisk) {
          this.#check(this.#at(operation.from), operation.look);
          this.parked.set(node, this.#take(operation.from));
        }
        this.#liftRow(node);
        return void this.#lifted.add(node);
      case 'unpark': {
        const file = this.parked.get(node);
        if (file === undefined) throw new Error('it is not parked');
        this.#enter(operation.to, file);
        this.parked.delete(node);
        return this.#setRow(node, after, true);
      }
      case 'write':
      case 'link': {
        const file = this.#at(operation.at);
        if (operation.over === undefined) this.#enter(operation.at, this.#fill(this.#make(false), operation.after));
        else {
          this.#check(file, operation.over);
          this.#take(operation.at);
          this.#enter(operation.at, this.#fill(this.#make(false), operation.after));
        }
        return this.#setRow(node, after, true);
      }
      case 'set':
        this.#check(this.#at(operation.at), operation.look);
        this.#fill(this.#at(operation.at)!, operation.after);
        return this.#setRow(node, after, true);
      case 'take-over': {
        const file = this.#at(operation.at);
        this.#check(file, operation.look);
        if (contentText(operation.after) !== file!.content) throw new Error('equal content is taken over');
        this.#fill(file!, operation.after);
        this.#setRow(operation.instead, undefined, false);
        this.#setRow(node, after, true);
        for (const [child, row] of this.rows) {
          if (row.state.parent === operation.instead) this.#adopt(child, row, node);
        }
        return;
      }
      case 'delete-file':
      case 'delete-folder': {
        const file = operation.at === undefined ? this.parked.get(node) : this.#at(operation.at);
        if (operation.kind === 'delete-file') this.#check(file, operation.look);
        else if (file === undefined || file.children.size > 0) throw new Refused('only an empty folder is removed');
        if (operation.at === undefined) this.parked.delete(node);
        else this.#take(operation.at);
        return this.#setRow(node, after, false);
      }
      case 'note':
        return this.#setRow(node, after, this.#isStillHere(node, after));
    }
  }

  #isStillHere(node: NodeId, after: NodeState | undefined): boolean {
    const row = this.rows.get(node);
    const isHere = row?.isHere === true && after !== undefined;
    if (isHere && (row.state.parent !== after.parent || row.state.name !== after.name))
      throw new Error('a note moves nothing that is here');
    return isHere;
  }

  #adopt(child: NodeId, row: Row, parent: NodeId): void {
    this.#liftRow(child);
    const state = { ...row.state, parent };
    this.rows.set(child, { ...row, state });
    this.#places.set(`${parent}/${state.name}`, child);
  }

  tree(): ModelTree {
    return new Map([...this.rows].map(([node, { state }]) => [node, state]));
  }

  /** What is on the disk, by path, and what the entries say should be. Equal unless somebody works there. */
  diskText(): string {
    const lines: string[] = [];
    const walk = (folder: ModelFile, path: string): void => {
      for (const file of folder.children.values()) {
        lines.push(`${path}${file.name} ${file.isFolder ? '' : `${file.content} ${file.mode} ${file.mtimeNs}`}`);
        walk(file, `${path}${file.name}/`);
      }
    };
    walk(this.#root, '');
    return lines.toSorted().join('\n');
  }

  entriesText(): string {
    const pathOf = (state: NodeState): string =>
      (state.parent === modelRoot ? '' : `${pathOf(this.rows.get(state.parent)!.state)}/`) + state.name;
    return [...this.rows.values()]
      .filter(({ isHere }) => isHere)
      .map(({ state }) =>
        state.kind === 'folder'
          ? `${pathOf(state)} `
          : `${pathOf(state)} ${contentText(state)} ${state.mode} ${state.mtimeNs}`,
      )
      .toSorted()
      .join('\n');
  }
}
