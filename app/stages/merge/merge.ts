/**
 * Two trees and what each has seen become one tree (docs/sync.md). Pure and total: the same values on every device and from either side, whatever a
 * listing claims; nothing that was not deleted or replaced knowingly is missing from the result. Time is linear in the differences, but for sorting.
 */
import { sameDot } from '../../domain/dot.ts';
import type { NodeId } from '../../domain/ids.ts';
import { isSameContent, type NodeState } from '../../domain/node-state.ts';
import { conflictName } from './conflict-name.ts';
import { decideNode } from './decide-node.ts';
import type { Draft } from './draft.ts';
import type { Difference, Merged, MergeInput } from './merge-input.ts';
import { settleNames } from './settle-names.ts';
import { settleParents } from './settle-parents.ts';

export { conflictName } from './conflict-name.ts';
export type { Difference, Merged, MergeInput } from './merge-input.ts';

function keepBeside(draft: Draft, loser: NodeState): void {
  const { input, nodes } = draft;
  const state = nodes.get(loser.node);
  const { device, sequence } = loser.version;
  const node = input.deriveNode(`${loser.node} ${device} ${sequence}`);
  // Another device has decided this conflict already.
  if (state === undefined || nodes.get(node) !== undefined || input.shared.get(node) !== undefined) return;
  const name = conflictName(state.name, input.deviceName(device), loser.mtimeNs, 1);
  nodes.set(node, { ...loser, node, parent: state.parent, name, place: input.dot });
  draft.conflicts.push({ kind: 'content', node: loser.node, beside: node });
}

function isSameState(a: NodeState | undefined, b: NodeState | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return (
    sameDot(a.place, b.place) &&
    sameDot(a.version, b.version) &&
    a.parent === b.parent &&
    a.name === b.name &&
    a.mode === b.mode &&
    a.mtimeNs === b.mtimeNs &&
    isSameContent(a, b)
  );
}

export function merge(input: MergeInput): Merged {
  const nodes = new Map<NodeId, NodeState | undefined>();
  const draft: Draft = { input, nodes, conflicts: [] };
  const losers: NodeState[] = [];
  for (const [node, difference] of input.differences) {
    // A listing may claim the root's id for something in it.
    if (node === input.root) continue;
    const { state, loser } = decideNode(input, node, difference);
    nodes.set(node, state);
    if (loser !== undefined) losers.push(loser);
  }
  for (const loser of losers) keepBeside(draft, loser);
  settleParents(draft);
  settleNames(draft);
  const isAsOn = (side: (difference: Difference) => NodeState | undefined): boolean =>
    [...nodes].every(([node, state]) => {
      const difference = input.differences.get(node);
      return difference === undefined ? state === undefined : isSameState(state, side(difference));
    });
  return {
    nodes,
    conflicts: draft.conflicts.filter(({ beside }) => nodes.get(beside) !== undefined),
    isTheirs: isAsOn(({ theirs }) => theirs),
    isMine: isAsOn(({ mine }) => mine),
  };
}
