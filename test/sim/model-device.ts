/** Devices of a property run: each with a tree, what it has seen, and a head that the others read. No disk, no network: only the merge. */
import { containsVector, joinVectors, type Dot, type Vector } from '../../app/domain/dot.ts';
import type { DeviceId, NodeId } from '../../app/domain/ids.ts';
import type { NodeState } from '../../app/domain/node-state.ts';
import type { Difference, Merged, MergeInput } from '../../app/stages/merge/merge.ts';
import { isSameNode, modelHash, modelRoot, type ModelTree } from './model-tree.ts';

export type MergeFunction = (input: MergeInput) => Merged;

export interface ModelHead {
  readonly tree: ModelTree;
  readonly vector: Vector;
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
    mine: { vector: mine.vector, taken: new Map() },
    theirs: { vector: theirs.vector, taken: new Map() },
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

export function nextSequence(vector: Vector): number {
  return Math.max(0, ...vector.values()) + 1;
}

export class ModelDevice {
  readonly id: DeviceId;
  readonly #merge: MergeFunction;
  tree: ModelTree = new Map();
  vector: Vector = new Map();
  head: ModelHead = { tree: new Map(), vector: new Map() };

  constructor(number: number, merge: MergeFunction) {
    this.id = String(number).repeat(32) as DeviceId;
    this.#merge = merge;
  }

  /** Of the snapshot that comes next. */
  dot(): Dot {
    return { device: this.id, sequence: nextSequence(this.vector) };
  }

  publish(): void {
    this.vector = new Map(this.vector).set(this.id, nextSequence(this.vector));
    this.head = { tree: new Map(this.tree), vector: this.vector };
  }

  /** True when there was something to do. As the engine does it: heads that are contained are not read again. */
  take(head: ModelHead): boolean {
    if (containsVector(this.vector, head.vector)) return false;
    const isAhead = containsVector(head.vector, this.vector);
    const vector = joinVectors(this.vector, head.vector);
    const dot = { device: this.id, sequence: nextSequence(vector) };
    const merged = this.#merge(mergeInputOf({ tree: this.tree, vector: this.vector }, head, dot));
    this.vector = vector;
    if (merged.isMine && merged.isTheirs) return false;
    this.tree = applyMerged(this.tree, merged);
    // What equals a head that has seen all that we have is adopted; everything else the others must be told.
    if (!merged.isTheirs || !isAhead) this.publish();
    return true;
  }
}
