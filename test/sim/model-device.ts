/** Devices of a property run: each with a tree, what it has seen, and a head that the others read. No disk, no network: only the merge. */
import {
  containsVector,
  hasSeen,
  joinVectors,
  sameDot,
  type Dot,
  type Seen,
  type Vector,
} from '../../app/domain/dot.ts';
import type { DeviceId, NodeId } from '../../app/domain/ids.ts';
import type { NodeState } from '../../app/domain/node-state.ts';
import type { Difference, Merged, MergeInput } from '../../app/stages/merge/merge.ts';
import { plan } from '../../app/stages/plan/plan.ts';
import type { Look } from '../../app/ports/catalog.ts';
import { childrenOf, isSameNode, modelHash, modelRoot, treeText, type ModelTree } from './model-tree.ts';

export type MergeFunction = (input: MergeInput) => Merged;

export interface ModelHead {
  readonly tree: ModelTree;
  readonly vector: Vector;
  /** Dots beyond the vector that were seen all the same. */
  readonly taken: ReadonlyMap<NodeId, readonly Dot[]>;
}

export function differencesOf(mine: ModelTree, theirs: ModelTree): Map<NodeId, Difference> {
  const differences = new Map<NodeId, Difference>();
  for (const [node, state] of mine) {
    const other = theirs.get(node);
    if (!isSameNode(state, other)) differences.set(node, { mine: state, theirs: other });
  }
  for (const [node, state] of theirs) if (!mine.has(node)) differences.set(node, { mine: undefined, theirs: state });
  return differences;
}

export function mergeInputOf(mine: ModelHead, theirs: ModelHead, dot: Dot): MergeInput {
  const differences = differencesOf(mine.tree, theirs.tree);
  const get = (node: NodeId): NodeState | undefined => (differences.has(node) ? undefined : mine.tree.get(node));
  const places = new Map<string, NodeId>();
  for (const state of mine.tree.values()) {
    if (!differences.has(state.node)) places.set(`${state.parent}/${state.name}`, state.node);
  }
  return {
    root: modelRoot,
    differences,
    mine,
    theirs,
    shared: { get, at: (parent, name) => places.get(`${parent}/${name}`) },
    dot,
    deviceName: (device) => `device ${device.slice(0, 2)}`,
    deriveNode: modelHash,
  };
}

export function applyMerged(tree: ModelTree, merged: Merged): ModelTree {
  const result: ModelTree = new Map(tree);
  for (const [node, state] of merged.nodes) {
    if (state === undefined) result.delete(node);
    else result.set(node, state);
  }
  return result;
}

const look: Look = { device: 1n, inode: 1n, bytes: 7, mtimeNs: 0n, ctimeNs: 0n };

/** What a plan leaves of a tree when some of its nodes are busy and it is stopped after some operations. */
function applyPartly(tree: ModelTree, merged: Merged, isBusy: (node: NodeId) => boolean, stopAt: number): ModelTree {
  const result: ModelTree = new Map(tree);
  const { operations } = plan({
    root: modelRoot,
    synced: {
      get: (node) => tree.get(node),
      children: (folder) => childrenOf(tree, folder).map(({ node }) => node),
      isHere: (node) => tree.has(node),
      lookOf: (node) => (tree.get(node)?.kind === 'file' ? look : undefined),
      isBusy,
    },
    target: merged.nodes,
    conflicts: merged.conflicts,
    traits: { keyOf: (name) => name, isRefused: () => false },
    isChosen: () => true,
    areDeletionsHeld: false,
  });
  const open = new Set<NodeId>();
  for (const [at, operation] of operations.entries()) {
    if (at >= stopAt && open.size === 0) return result;
    const { node, kind } = operation;
    open.delete(node);
    if (kind === 'park') {
      open.add(node);
      continue;
    }
    if (kind === 'take-over') {
      result.delete(operation.instead);
      for (const child of childrenOf(result, operation.instead)) result.set(child.node, { ...child, parent: node });
    }
    if (operation.after === undefined) result.delete(node);
    else result.set(node, operation.after);
  }
  return result;
}

export class ModelDevice {
  readonly id: DeviceId;
  readonly #merge: MergeFunction;
  tree: ModelTree = new Map();
  vector: Vector = new Map();
  head: ModelHead = { tree: new Map(), vector: new Map(), taken: new Map() };
  /** A place was left that counts as not seen: what was deleted there may come back, once. */
  forgetsPlaces = false;
  /** The highest sequence that was used or seen. */
  #clock = 0;
  #taken = new Map<NodeId, readonly Dot[]>();
  /** The tree when it was last looked at. */
  #known: ModelTree = new Map();

  constructor(number: number, merge: MergeFunction) {
    this.id = String(number).repeat(32) as DeviceId;
    this.#merge = merge;
  }

  /** Of the snapshot that comes next. */
  dot(): Dot {
    return { device: this.id, sequence: this.#clock + 1 };
  }

  seen(): Seen {
    this.#witness();
    return { vector: this.vector, taken: this.#taken };
  }

  /** Dots beyond the vector whose node was replaced or deleted here: they were seen, although not all of their device was. */
  #witness(): void {
    for (const [node, { place, version, kind }] of this.#known) {
      const now = this.tree.get(node);
      // One dot may stand for a place and for a content that did not get here: only what surely was here was seen.
      const isPlaceSeen = kind === 'folder' || sameDot(place, version);
      const left = (isPlaceSeen ? [place, version] : [version]).filter(
        (dot) =>
          !hasSeen({ vector: this.vector, taken: this.#taken }, node, dot) &&
          (now === undefined || !(sameDot(now.place, dot) || sameDot(now.version, dot))),
      );
      const isGone = now === undefined || !sameDot(now.place, place);
      if (!isPlaceSeen && isGone && !hasSeen({ vector: this.vector, taken: this.#taken }, node, place))
        this.forgetsPlaces = true;
      if (left.length > 0) this.#taken.set(node, [...(this.#taken.get(node) ?? []), ...left]);
    }
    this.#known = new Map(this.tree);
  }

  publish(): void {
    const sequence = ++this.#clock;
    this.vector = new Map(this.vector).set(this.id, sequence);
    this.#witness();
    this.head = { tree: new Map(this.tree), vector: this.vector, taken: new Map(this.#taken) };
  }

  /** True when there was something to do. As the engine does it: heads that are contained are not read again. */
  take(head: ModelHead): boolean {
    if (containsVector(this.vector, head.vector)) return false;
    const isAhead = containsVector(head.vector, this.vector);
    const merged = this.#mergeWith(head);
    this.vector = joinVectors(this.vector, head.vector);
    this.#takeTaken(head);
    if (merged.isMine && merged.isTheirs) return false;
    this.tree = applyMerged(this.tree, merged);
    // What equals a head that has seen all that we have is adopted; everything else the others must be told.
    if (!merged.isTheirs || !isAhead) this.publish();
    return true;
  }

  /** A pass that does not get through: some files are busy, or it is stopped. The vector stays as it was. */
  takePartly(head: ModelHead, isBusy: (node: NodeId) => boolean, stopAt: number): void {
    if (containsVector(this.vector, head.vector)) return;
    const before = this.tree;
    this.tree = applyPartly(before, this.#mergeWith(head), isBusy, stopAt);
    this.#witness();
    if (treeText(before, true) !== treeText(this.tree, true)) this.publish();
  }

  #mergeWith(head: ModelHead): Merged {
    this.#clock = Math.max(this.#clock, ...head.vector.values());
    const mine = { ...this.seen(), tree: this.tree };
    return this.#merge(mergeInputOf(mine, head, this.dot()));
  }

  #takeTaken(head: ModelHead): void {
    for (const [node, dots] of head.taken) this.#taken.set(node, [...(this.#taken.get(node) ?? []), ...dots]);
  }
}
