/**
 * A merge on its way: each difference's state as decided so far, over what both sides share. The steps that make a tree of it (parents, then names)
 * write here and nowhere else, always with the merge's own dot.
 */
import type { NodeId } from '../../domain/ids.ts';
import type { NodeState } from '../../domain/node-state.ts';
import type { PathName } from '../../domain/path-name.ts';
import type { Conflict, MergeInput } from './merge-input.ts';

export interface Draft {
  readonly input: MergeInput;
  /** Undefined: it is gone. */
  readonly nodes: Map<NodeId, NodeState | undefined>;
  readonly conflicts: Conflict[];
}

export function stateIn(draft: Draft, node: NodeId): NodeState | undefined {
  return draft.nodes.has(node) ? draft.nodes.get(node) : draft.input.shared.get(node);
}

export function put(draft: Draft, state: NodeState, parent: NodeId, name: PathName): NodeState {
  const moved = { ...state, parent, name, place: draft.input.dot };
  draft.nodes.set(state.node, moved);
  return moved;
}

/** Known to one side only, or made by this merge: nobody else counts on its staying where it is. */
export function isOneSided(draft: Draft, node: NodeId): boolean {
  const difference = draft.input.differences.get(node);
  if (difference === undefined) return draft.nodes.has(node);
  return difference.mine === undefined || difference.theirs === undefined;
}
