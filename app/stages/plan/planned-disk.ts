/**
 * The disk and its entries as they will be after the operations planned so far. Folders are looked up only when something is planned in them. A name is
 * taken twice over: on the disk by what it holds under the same key, and among the entries by any node of that very name.
 */
import type { NodeId } from '../../domain/ids.ts';
import type { DiskTraits, Place, SyncedTree } from './disk-plan.ts';

/** Undefined: it has no entry. */
export type Spot = Place | 'parked' | undefined;

interface Held {
  readonly spot: Spot;
  readonly isOn: boolean;
}

interface Folder {
  readonly nodes: Set<NodeId>;
  readonly entries: Map<string, NodeId>;
  readonly keys: Map<string, NodeId>;
  /** Whoever left it since the plan began. */
  readonly left: Set<NodeId>;
  /** Who left a name last: whoever takes it needs them to have gone. */
  readonly leavers: Map<string, NodeId>;
}

export const isPlace = (spot: Spot): spot is Place => spot !== undefined && spot !== 'parked';

export class PlannedDisk {
  readonly #root: NodeId;
  readonly #synced: SyncedTree;
  readonly #traits: DiskTraits;
  readonly #changed = new Map<NodeId, Held>();
  readonly #folders = new Map<NodeId, Folder>();

  constructor(root: NodeId, synced: SyncedTree, traits: DiskTraits) {
    this.#root = root;
    this.#synced = synced;
    this.#traits = traits;
  }

  spotOf(node: NodeId): Spot {
    return this.#heldOf(node).spot;
  }

  /** True when it lies on the disk, parked or not. */
  isOn(node: NodeId): boolean {
    return node === this.#root || this.#heldOf(node).isOn;
  }

  hasEntry(node: NodeId): boolean {
    return node === this.#root || this.spotOf(node) !== undefined;
  }

  /** Who is in the way of `node` at a place. */
  occupant(node: NodeId, { parent, name }: Place, isOn: boolean): NodeId | undefined {
    const folder = this.#folderOf(parent);
    const onDisk = isOn ? folder.keys.get(this.#traits.keyOf(name)) : undefined;
    if (onDisk !== undefined && onDisk !== node) return onDisk;
    const entry = folder.entries.get(name);
    return entry === node ? undefined : entry;
  }

  leaversOf({ parent, name }: Place): readonly NodeId[] {
    const { leavers } = this.#folderOf(parent);
    return [leavers.get(name), leavers.get(`/${this.#traits.keyOf(name)}`)].filter((node) => node !== undefined);
  }

  leftFrom(folder: NodeId): ReadonlySet<NodeId> {
    return this.#folderOf(folder).left;
  }

  childrenOf(folder: NodeId): ReadonlySet<NodeId> {
    return this.#folderOf(folder).nodes;
  }

  put(node: NodeId, spot: Spot, isOn: boolean): void {
    const before = this.#heldOf(node);
    if (isPlace(before.spot)) this.#leave(node, before.spot);
    if (isPlace(spot)) this.#enter(this.#folderOf(spot.parent), node, spot, isOn);
    this.#changed.set(node, { spot, isOn });
  }

  /** `node` stands where `instead` stood, with all that is in it. */
  takeOver(node: NodeId, instead: NodeId, isFolder: boolean): void {
    const { spot, isOn } = this.#heldOf(instead);
    if (isFolder) {
      for (const child of this.childrenOf(instead)) {
        const held = this.#heldOf(child);
        if (isPlace(held.spot)) this.put(child, { parent: node, name: held.spot.name }, held.isOn);
      }
    }
    this.put(instead, undefined, false);
    this.put(node, spot, isOn);
  }

  #heldOf(node: NodeId): Held {
    const changed = this.#changed.get(node);
    if (changed !== undefined) return changed;
    const state = this.#synced.get(node);
    if (state === undefined) return { spot: undefined, isOn: false };
    return { spot: state, isOn: this.#synced.isHere(node) };
  }

  #folderOf(parent: NodeId): Folder {
    const known = this.#folders.get(parent);
    if (known !== undefined) return known;
    const folder: Folder = {
      nodes: new Set(),
      entries: new Map(),
      keys: new Map(),
      left: new Set(),
      leavers: new Map(),
    };
    this.#folders.set(parent, folder);
    for (const node of this.#synced.children(parent)) {
      const { spot, isOn } = this.#heldOf(node);
      if (isPlace(spot) && spot.parent === parent) this.#enter(folder, node, spot, isOn);
    }
    return folder;
  }

  #enter(folder: Folder, node: NodeId, { name }: Place, isOn: boolean): void {
    folder.nodes.add(node);
    folder.entries.set(name, node);
    if (isOn) folder.keys.set(this.#traits.keyOf(name), node);
  }

  #leave(node: NodeId, { parent, name }: Place): void {
    const folder = this.#folderOf(parent);
    folder.nodes.delete(node);
    if (folder.entries.get(name) === node) folder.entries.delete(name);
    const key = this.#traits.keyOf(name);
    if (folder.keys.get(key) === node) folder.keys.delete(key);
    folder.left.add(node);
    folder.leavers.set(name, node);
    // No name has a slash: what is said of the disk and of the entries cannot be confused.
    folder.leavers.set(`/${key}`, node);
  }
}
